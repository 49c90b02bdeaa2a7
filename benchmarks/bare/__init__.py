"""The page somebody would write without an engine: one Flask app, Core statements, one Jinja template of plain HTML."""
