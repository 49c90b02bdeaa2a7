"""The bundled group types, each an ordinary entry-point plugin."""
