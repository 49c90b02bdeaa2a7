"""How group types are found, checked and kept apart from each other and from the host."""
