"""Helpers of generated code for products that contract axes named in the call.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def summed(d: Any, x: Any) -> Any:
    """Sum `d` down to the shape of `x`, which broadcasting has repeated."""
    made = np.sum(d, axis=tuple(range(np.ndim(d) - np.ndim(x))))
    stretched = tuple(i for i, size in enumerate(np.shape(x)) if size == 1 and made.shape[i] != 1)
    return np.sum(made, axis=stretched, keepdims=True) if stretched else made


def _contracted(a: Any, b: Any, axes: Any) -> tuple[list[int], list[int]]:
    """The axes of `a` and of `b` that `np.tensordot(a, b, axes)` sums over."""
    if isinstance(axes, (int, np.integer)):
        return list(range(np.ndim(a) - axes, np.ndim(a))), list(range(axes))
    left, right = (np.atleast_1d(np.asarray(x, dtype=int)) for x in axes)
    return [int(i) % np.ndim(a) for i in left], [int(i) % np.ndim(b) for i in right]


def tensordot_left(d: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The cotangent of `a` in `np.tensordot(a, b, axes)`."""
    left, right = _contracted(a, b, axes)
    kept_a = [i for i in range(np.ndim(a)) if i not in left]
    kept_b = [i for i in range(np.ndim(b)) if i not in right]
    made = np.tensordot(d, b, (list(range(len(kept_a), np.ndim(d))), kept_b))
    in_order = kept_a + [left[right.index(i)] for i in sorted(right)]
    return np.transpose(made, np.argsort(in_order))


def tensordot_right(d: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The cotangent of `b` in `np.tensordot(a, b, axes)`."""
    left, right = _contracted(a, b, axes)
    kept_a = [i for i in range(np.ndim(a)) if i not in left]
    kept_b = [i for i in range(np.ndim(b)) if i not in right]
    made = np.tensordot(a, d, (kept_a, list(range(len(kept_a)))))
    in_order = [right[left.index(i)] for i in sorted(left)] + kept_b
    return np.transpose(made, np.argsort(in_order))


def _explicit(subscripts: str, operands: Any) -> tuple[list[str], str]:
    """The subscripts of each operand and of the result, an ellipsis being spelt out in capital letters."""
    given, arrow, result = subscripts.replace(" ", "").partition("->")
    spare = [c for c in "ZYXWVUTSRQPONMLKJIHGFEDCBA" if c not in subscripts]
    terms = []
    longest = ""
    for term, operand in zip(given.split(","), operands, strict=True):
        count = np.ndim(operand) - len(term.replace("...", ""))
        letters = "".join(spare[:count][::-1])
        longest = max(longest, letters, key=len)
        terms.append(term.replace("...", letters))
    if not arrow:
        plain = given.replace(",", "").replace("...", "")
        result = "..." + "".join(sorted(c for c in set(plain) if plain.count(c) == 1))
    return terms, result.replace("...", longest)


def einsum_adjoint(d: Any, subscripts: str, operands: Any) -> tuple[Any, ...]:
    """The cotangent of each operand of `np.einsum(subscripts, *operands)`."""
    terms, result = _explicit(subscripts, operands)
    sizes: dict[str, int] = {}
    for term, operand in zip(terms, operands, strict=True):
        for letter, size in zip(term, np.shape(operand), strict=True):
            sizes[letter] = max(size, sizes.get(letter, 1))
    d = np.broadcast_to(d, tuple(sizes[letter] for letter in result))
    made = []
    for i, (term, operand) in enumerate(zip(terms, operands, strict=True)):
        letters = "".join(dict.fromkeys(term))
        others = [(t, x) for j, (t, x) in enumerate(zip(terms, operands, strict=True)) if j != i]
        seen = result + "".join(t for t, _ in others)
        alone = [letter for letter in letters if letter not in seen]  # summed over in this operand only
        ones = [(letter, np.ones(sizes[letter])) for letter in alone]
        names = ",".join([result, *(t for t, _ in others), *alone])
        whole = np.einsum(f"{names}->{letters}", d, *(x for _, x in others), *(x for _, x in ones))
        if letters != term:  # a diagonal: each repeated letter is one index
            at = np.indices([sizes[letter] for letter in letters])
            part = np.zeros([sizes[letter] for letter in term], whole.dtype)
            part[tuple(at[letters.index(letter)] for letter in term)] = whole
            whole = part
        stretched = tuple(k for k, size in enumerate(np.shape(operand)) if size == 1 and whole.shape[k] != 1)
        part = np.sum(whole, axis=stretched, keepdims=True) if stretched else whole
        made.append(part if isinstance(operand, np.ndarray) else part.item())
    return tuple(made)


def einsum_along(moves: Any, subscripts: str, operands: Any) -> Any:
    """The tangent of `np.einsum(subscripts, *operands)` where those of the operands are `moves`."""
    return sum(np.einsum(subscripts, *operands[:i], move, *operands[i + 1 :]) for i, move in enumerate(moves))


def einsum_curved(d: Any, moves: Any, subscripts: str, operands: Any) -> tuple[Any, ...]:
    """The tangent of `einsum_adjoint(d, subscripts, operands)`: symmetric, hence the cotangent of the operands too."""
    made = [np.zeros(np.shape(x)) if isinstance(x, np.ndarray) else 0.0 for x in operands]
    for i, move in enumerate(moves):
        parts = einsum_adjoint(d, subscripts, [*operands[:i], move, *operands[i + 1 :]])
        made = [whole if k == i else whole + part for k, (whole, part) in enumerate(zip(made, parts, strict=True))]
    return tuple(made)
