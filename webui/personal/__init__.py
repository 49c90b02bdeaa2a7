"""Personal data: one's own, erasure and acts, terms of keeping, consents."""
