"""The Numba backend: it agrees with the Python backend, or refuses with a place."""
