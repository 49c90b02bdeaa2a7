"""Documents to download and exports that take longer."""
