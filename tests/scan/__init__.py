"""Scanners of others against the running demo school."""
