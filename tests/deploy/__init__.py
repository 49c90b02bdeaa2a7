"""The deployment guide carried out on a bare Debian."""
