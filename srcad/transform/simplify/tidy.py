"""The arithmetic of adjoints, one expression at a time: what `algebra` and `fold` write down.

`Tidy.expression` rearranges only what is adjoint arithmetic: the operands of `+ - * / **` around an adjoint, or an
expression that is itself the value of an adjoint. Elsewhere it folds integers, which is exact, and nothing more.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from srcad import runtime
from srcad.analysis.purity import ARITHMETIC, is_pure
from srcad.core.kinds import COMPLEX, FLOAT, INT, NUMBER, Array, Kind
from srcad.core.nodes import Expr, Lit, Op, Var
from srcad.core.operators import hashable
from srcad.transform.simplify.facts import Facts, adjoint_in, plain
from srcad.transform.simplify.memory import Memory
from srcad.transform.simplify.rewrite import rebuild
from srcad.transform.simplify.sure import surely_float

_FOLDED = {operator.add, operator.sub, operator.mul, operator.neg, operator.truediv, operator.pow, operator.floordiv}
_ADD_UP = (np.sum, runtime.unbroadcast)
_FLOAT_LIKE = ("float16", "float32", "float64", "complex64", "complex128")


class Tidy:
    """The rules, for one program's facts."""

    def __init__(self, facts: Facts, memory: Memory) -> None:
        self.facts = facts
        self.memory = memory
        self.target: str | None = None  # the variable that is given the value, where that is one
        self.read_only = False  # the value is added to something, and nobody holds it

    def expression(self, expr: Expr, adjoint: bool) -> Expr:
        """The expression, tidied; `adjoint` where its value is part of an adjoint."""
        if not isinstance(expr, Op):
            return expr
        made = self.simplify(expr, adjoint)
        # `d_b = d_a + 0.0` makes an array that may be added into, and `d_b = d_a` does not.
        if made is not expr and not self.read_only:
            shared = self.memory.sources(made) - self.memory.sources(expr)
            if shared and not (self.memory.may_alias(shared) and self.target and self.memory.may_alias({self.target})):
                return expr
        return made

    def adjoint(self, expr: Expr) -> Expr:
        """The value of an adjoint, tidied."""
        return self.expression(expr, True)

    # ------------------------------------------------------------ one expression

    def simplify(self, expr: Expr, adjoint: bool) -> Expr:
        """The expression, tidied; `adjoint` where the arithmetic that it is part of is that of adjoints."""
        if not isinstance(expr, Op):
            return expr
        arithmetic = hashable(expr.fn) and expr.fn in ARITHMETIC
        inner = arithmetic and (adjoint or self._adjoint_operand(expr))
        args = tuple([self.simplify(a, inner) for a in expr.args])
        kwargs = tuple([(k, self.simplify(v, False)) for k, v in expr.kwargs]) if expr.kwargs else expr.kwargs
        made = rebuild(expr, args, kwargs)
        if not arithmetic:
            return self._sign_first(made) if adjoint and hashable(made.fn) and made.fn in _ADD_UP else _structure(made)
        folded = self._integers(made)
        if not isinstance(folded, Op) or not inner or not is_pure(folded):
            return folded
        return self._rearranged(folded)

    def _adjoint_operand(self, expr: Op) -> bool:
        """An adjoint is an operand of this arithmetic, or of arithmetic in it."""
        for part in expr.args:
            if isinstance(part, Var):
                if part.name in self.facts.adjoints:
                    return True
            elif isinstance(part, Op):
                if hashable(part.fn) and part.fn in ARITHMETIC:
                    if self._adjoint_operand(part):
                        return True
                elif adjoint_in(part, self.facts.adjoints):
                    return True
        return False

    def kind(self, expr: Expr) -> Kind:
        return plain(self.facts.kind_of(expr))

    def _integers(self, expr: Op) -> Expr:
        """Arithmetic of int literals, and steps from an index: exact, so that it is done everywhere."""
        fn, args = expr.fn, expr.args
        if all(isinstance(a, Lit) and type(a.value) is int for a in args) and fn in _FOLDED:
            done = _evaluate(fn, [a.value for a in args if isinstance(a, Lit)])
            return expr if done is None or type(done.value) is not int else done
        if fn in (operator.add, operator.sub) and len(args) == 2 and _all_int(self, args):
            left, right = args
            if isinstance(left, Lit) and fn is operator.add:
                if left.value == 0:
                    return right
                if isinstance(right, Op) and right.fn in (operator.add, operator.sub):
                    left, right = right, left
            if not isinstance(right, Lit):
                return expr
            step = right.value if fn is operator.add else -right.value
            if isinstance(left, Op) and left.fn in (operator.add, operator.sub) and len(left.args) == 2:
                base, more = left.args
                if isinstance(more, Lit) and type(more.value) is int:
                    step += more.value if left.fn is operator.add else -more.value
                    left = base
                elif not isinstance(args[0], Op):
                    return expr
            elif step != 0:
                return expr
            if step == 0:
                return left
            return Op(operator.add, (left, Lit(step))) if step > 0 else Op(operator.sub, (left, Lit(-step)))
        return expr

    # ------------------------------------------------------------ adjoint arithmetic

    def _sign_first(self, expr: Op) -> Expr:
        """The sum of negatives is the negative of the sum: one number gets the sign, or a smaller array."""
        inner = expr.args[0] if 1 <= len(expr.args) <= 2 else None
        plain_sum = all(key in ("axis", "keepdims") for key, _ in expr.kwargs)  # without `initial`
        if plain_sum and isinstance(inner, Op) and inner.fn is operator.neg and self._floating(inner):
            return Op(operator.neg, (rebuild(expr, (inner.args[0], *expr.args[1:]), expr.kwargs),))
        return expr

    def _rearranged(self, expr: Op) -> Expr:
        fn, args = expr.fn, expr.args
        if all(isinstance(a, Lit) and type(a.value) in (int, float) for a in args) and fn in _FOLDED:
            done = _evaluate(fn, [a.value for a in args if isinstance(a, Lit)])
            if done is not None and len(repr(done.value)) <= 8:
                return done
        if fn is operator.mul:
            return self._product(expr)
        if fn is operator.truediv:
            return self._quotient(expr)
        if fn is operator.add or fn is operator.sub:
            return self._sum(expr)
        if fn is operator.neg:
            return _negated(args[0]) or expr
        if fn is operator.pow:
            return self._power(expr)
        return expr

    def _product(self, expr: Op) -> Expr:
        left, right = expr.args
        flipped = False
        if isinstance(left, Op) and left.fn is operator.neg:
            left, flipped = left.args[0], not flipped
        if isinstance(right, Op) and right.fn is operator.neg:
            right, flipped = right.args[0], not flipped
        made = self._positive_product(left, right)
        if not flipped:
            return expr if made == expr else made
        return _negated(made) or Op(operator.neg, (made,))

    def _positive_product(self, left: Expr, right: Expr) -> Expr:
        factors = _factors(left) + _factors(right)
        constants = [f for f in factors if _is_constant(f)]
        rest = self._unconverted([f for f in factors if not _is_constant(f)])
        if not constants:
            if _is_reciprocal(right) and isinstance(right, Op):
                return self._quotient(Op(operator.truediv, (left, right.args[1])))
            if _is_reciprocal(left) and isinstance(left, Op):
                return self._quotient(Op(operator.truediv, (right, left.args[1])))
            return Op(operator.mul, (left, right)) if rest == factors else self._chain(rest)
        if not rest:
            return Op(operator.mul, (left, right))
        constant = _multiplied(constants)
        if constant is None or any(isinstance(self.kind(f), Array) and not self._floating(f) for f in rest):
            return Op(operator.mul, (left, right))
        if constant.value == 1:
            kept = self._keeps_float(constant, rest)
            if kept is not None:
                return kept
        if constant.value == -1 and any(self._floating(f) for f in rest):
            return Op(operator.neg, (self._chain(rest),))
        # A float that is an integer is written as one, where the product is a float all the same.
        value = constant.value
        below = [f for f in rest if _is_reciprocal(f)]
        if len(below) == 1 and isinstance(below[0], Op) and all(self._known(f) for f in rest):
            above = [constant, *(f for f in rest if f is not below[0])]
            return Op(operator.truediv, (self._chain(above), below[0].args[1]))
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e6 and any(map(self._floating, rest)):
            if not any(isinstance(f.value, float) for f in constants if isinstance(f, Lit) and f.value != 1.0):
                constant = Lit(int(value))
        return Op(operator.mul, (constant, rest[0])) if len(rest) == 1 else self._chain([constant, *rest])

    def _unconverted(self, factors: list[Expr]) -> list[Expr]:
        """`float(i) * x` is `i * x` where `x` is a float."""
        made: list[Expr] = []
        for f in factors:
            inner = f.args[0] if isinstance(f, Op) and f.fn is float and len(f.args) == 1 else None
            made.append(f if inner is None or self.kind(inner) != INT else inner)
        return made if any(map(self._floating, made)) else factors

    def _chain(self, factors: list[Expr]) -> Expr:
        """The product, numbers first, then adjoints, then the rest by name (sums and calls stay where they are)."""
        numbers = [f for f in factors if _is_constant(f)]
        atoms = [f for f in factors if not _is_constant(f)]
        if all(isinstance(f, Var) for f in atoms):
            atoms.sort(key=lambda f: (f.name not in self.facts.adjoints, f.name) if isinstance(f, Var) else (True, ""))
        parts = numbers + atoms
        made = parts[0]
        for part in parts[1:]:
            made = Op(operator.mul, (made, part))
        return made

    def _floating(self, expr: Expr) -> bool:
        """The value is surely a float, a complex number, or an array of them."""
        kind = self.kind(expr)
        if kind == FLOAT and self.facts.floats is not None:
            return surely_float(expr, self.facts, self.facts.floats)
        return kind in (FLOAT, NUMBER, COMPLEX) or (isinstance(kind, Array) and kind.dtype in _FLOAT_LIKE)

    def _keeps_float(self, one: Lit, rest: list[Expr]) -> Expr | None:
        """The factors without the factor 1, if the product has the same type without it."""
        if type(one.value) is int:
            return self._chain(rest)
        if any(map(self._floating, rest)):
            return self._chain(rest) if all(self._known(f) for f in rest) else None
        if len(rest) == 1 and self.kind(rest[0]) == INT:
            return Op(float, (rest[0],))
        return None

    def _known(self, expr: Expr) -> bool:
        return self.kind(expr) in (INT, FLOAT) or self._floating(expr)

    def _quotient(self, expr: Op) -> Expr:
        left, right = expr.args
        if _is_one(right) and self._floating(left):
            return left
        if (inner := _under_minus(left)) is not None:
            return Op(operator.neg, (self._quotient(Op(operator.truediv, (inner, right))),))
        if (inner := _under_minus(right)) is not None and not isinstance(right, Lit):
            return Op(operator.neg, (self._quotient(Op(operator.truediv, (left, inner))),))
        return expr if left is expr.args[0] and right is expr.args[1] else Op(operator.truediv, (left, right))

    def _sum(self, expr: Op) -> Expr:
        fn = expr.fn
        left, right = expr.args
        if _is_zero(right) and self._floating(left):
            return left
        if _is_zero(left) and self._floating(right):
            return right if fn is operator.add else Op(operator.neg, (right,))
        if (inner := _under_minus(right)) is not None and not isinstance(right, Lit):
            return self._sum(Op(operator.sub if fn is operator.add else operator.add, (left, inner)))
        if fn is operator.add and (inner := _under_minus(left)) is not None and not isinstance(left, Lit):
            return Op(operator.sub, (right, inner))
        return expr

    def _power(self, expr: Op) -> Expr:
        base, power = expr.args
        if not isinstance(power, Lit) or type(power.value) not in (int, float):
            return expr
        if power.value == 1 and (self._floating(base) or (type(power.value) is int and self.kind(base) == INT)):
            return base
        if power.value == 0 and self.kind(base) == FLOAT:
            return Lit(1.0)
        return expr


def _structure(expr: Op) -> Expr:
    """Selections that cancel, the transpose of a transpose; an array full of ones is called that."""
    if expr.fn is np.full_like and len(expr.args) == 2 and not expr.kwargs and isinstance(expr.args[1], Lit):
        like = {1.0: np.ones_like, 0.0: np.zeros_like}.get(expr.args[1].value)
        return expr if like is None else Op(like, expr.args[:1])
    if expr.fn is float and len(expr.args) == 1 and isinstance(expr.args[0], Lit):
        value = expr.args[0].value
        return Lit(float(value)) if type(value) in (int, float) else expr
    if expr.form == "attr:T" and len(expr.args) == 1:
        inner = expr.args[0]
        if isinstance(inner, Op) and inner.form == "attr:T":
            return inner.args[0]
    return expr


def _all_int(tidy: Tidy, args: tuple[Expr, ...]) -> bool:
    return all(tidy.kind(a) == INT for a in args)


def _evaluate(fn: Any, values: list[Any]) -> Lit | None:
    """The value of arithmetic on literals, where it has one that can be written."""
    if fn is operator.pow and (abs(values[1]) > 64 or abs(values[0]) > 1e6):
        return None
    try:
        made = fn(*values)
    except (ArithmeticError, ValueError):
        return None
    if type(made) not in (int, float) or not math.isfinite(made):
        return None
    return Lit(made)


def _is_constant(expr: Expr) -> bool:
    return isinstance(expr, Lit) and type(expr.value) in (int, float)


def _is_one(expr: Expr) -> bool:
    return isinstance(expr, Lit) and type(expr.value) in (int, float) and expr.value == 1


def _is_zero(expr: Expr) -> bool:
    return isinstance(expr, Lit) and type(expr.value) in (int, float) and expr.value == 0


def _is_reciprocal(expr: Expr) -> bool:
    return isinstance(expr, Op) and expr.fn is operator.truediv and _is_one(expr.args[0])


def _under_minus(expr: Expr) -> Expr | None:
    """What the expression is the negative of."""
    if isinstance(expr, Op) and expr.fn is operator.neg:
        return expr.args[0]
    if _is_constant(expr) and isinstance(expr, Lit) and expr.value < 0:
        return Lit(-expr.value)
    return None


def _negated(expr: Expr) -> Expr | None:
    """`-expr` without a sign of its own, where that is shorter."""
    if isinstance(expr, Op) and expr.fn is operator.neg:
        return expr.args[0]
    if _is_constant(expr) and isinstance(expr, Lit):
        return Lit(-expr.value)
    if isinstance(expr, Op) and expr.fn is operator.mul:
        first = _negated(expr.args[0]) if not isinstance(expr.args[0], Op) or expr.args[0].fn is operator.mul else None
        return None if first is None else Op(operator.mul, (first, expr.args[1]))
    return None


def _factors(expr: Expr) -> list[Expr]:
    """The factors of a product whose parts may be reordered."""
    if isinstance(expr, Op) and expr.fn is operator.mul:
        return _factors(expr.args[0]) + _factors(expr.args[1])
    return [expr]


def _multiplied(constants: list[Expr]) -> Lit | None:
    """The product of literals: an int as long as all are, or where the floats are all ones."""
    made: Any = 1
    for constant in constants:
        if not isinstance(constant, Lit):
            return None
        made = made * constant.value
    return Lit(made) if len(repr(made)) <= 8 or len(constants) == 1 else None
