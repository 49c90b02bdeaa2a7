"""Backups: one file with every row, uploaded file and key of an installation; and moving to another database."""
