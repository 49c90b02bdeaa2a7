"""Backups: one file with every row, every uploaded file and the keys of an installation; and moving to another database."""
