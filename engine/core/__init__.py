"""The generic core: frozen definitions in, verdicts out. Pure: no web, no database, no plugin manager."""
