"""Release gates: the table, the figures tests reach, and the page written of them."""
