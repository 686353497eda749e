"""A Python function becomes a core program: see `lower.py`."""
