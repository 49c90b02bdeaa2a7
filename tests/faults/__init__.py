"""A bad day of a school: the database is down, the disk full, a statement fails, a clock jumps."""
