"""Generated functions for Numba: the same simplified core programs, written so that `numba.njit` compiles them.

One pass a file, each from program to program; `forms.py` puts them in order and `compile.py` compiles the text.
Numba itself is imported when the first program is compiled: it is optional.
"""
