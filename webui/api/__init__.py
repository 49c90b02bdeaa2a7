"""The door for programs: JSON over HTTP under /api/v1. It parses, calls a service and shapes the answer."""
