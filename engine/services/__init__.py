"""The verbs of the product: everything a person, a command or a program can do goes through here."""
