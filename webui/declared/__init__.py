"""The editor of a school's own group types."""
