"""A person's data: what is held, its export, its erasure, how long it is kept, the consents behind it."""
