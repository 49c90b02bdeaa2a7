"""The school bank («методическая копилка») and the exchange of experience between groups."""
