"""Random programs against an exact reference: see `tests/fuzz/judge.py` for what is held against what."""
