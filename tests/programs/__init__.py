"""Thirty programs as scientists write them, by field: each is differentiated as it stands.

A program is never bent to what srcad can do. Each file holds a table (`programs`, see tests/cases.py); the generated
source at a program's first point is kept in golden/.
"""
