"""What machines ask: whether the site lives, what it measures, what it logs."""
