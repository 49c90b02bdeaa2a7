"""Other programs: their keys, what a repeated request is answered, and what they are told of by themselves."""
