"""The calendar of a person and its feed."""
