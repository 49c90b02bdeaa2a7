"""Documents to print and to hand over: what stands in them (blocks), how they become Word and Excel files, archives."""
