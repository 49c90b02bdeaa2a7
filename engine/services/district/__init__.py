"""The district community (РПОС): schools that keep to themselves and share what they choose to."""
