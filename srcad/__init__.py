"""srcad differentiates ordinary Python and NumPy programs by rewriting their source."""
