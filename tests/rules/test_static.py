"""Binding a call to a rule, and settling the rule's body."""

from __future__ import annotations

import math
import operator

import numpy as np
import pytest

import srcad.rules  # noqa: F401
from srcad import runtime
from srcad.core import prims
from srcad.core.kinds import BOOL, FLOAT, INT, NUMBER, UNKNOWN, Array, Const, Kind, List, Tuple
from srcad.core.nodes import NONE, TRUE, Expr, Lit, Op, Ref, Var
from srcad.errors import KindError, MissingRule
from srcad.rules.registry import rule_for
from srcad.rules.static import bind, settle

X, Y, OUT, D = Var("x"), Var("y"), Var("out"), Var("d_out")
VECTOR, MATRIX = Array("float64", "n"), Array("float64", "nn")


def settled(fn: object, *operands: tuple[Expr, Kind], out: Kind = UNKNOWN, **settings: tuple[Expr, Kind]) -> tuple:
    """What the rule returns for operands of these kinds, its temporaries put back in place."""
    rule = rule_for(fn)
    assert rule is not None
    bound = bind(rule, tuple(e for e, _ in operands), tuple((k, e) for k, (e, _) in settings.items()), fn)
    kinds = dict(zip(rule.params, (k for _, k in operands), strict=False))
    kinds |= {name: kind for name, (_, kind) in settings.items()} | {"out": out}
    steps, returned = settle(rule.template, {**bound, "out": OUT, "d_out": D}, kinds)
    return tuple(step.value for step in steps), returned


def names(expr: Expr) -> str:
    """A settled expression as text."""
    signs = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**", "matmul": "@", "eq": "==", "ne": "!="}
    match expr:
        case Var(name=name):
            return name
        case Lit(value=value):
            return repr(value)
        case Ref(name=name):
            return name
        case Op(fn=prims.get_attr, args=(base, Lit(value=name))):
            return f"{names(base)}.{name}"
        case Op(form="attr:T", args=(base,)):
            return f"{names(base)}.T"
        case Op(fn=operator.neg, args=(x,)):
            return f"-{names(x)}"
        case Op(fn=fn, args=(a, b)) if fn.__name__ in signs and fn.__module__ == "_operator":
            return f"({names(a)} {signs[fn.__name__]} {names(b)})"
        case Op(fn=fn, args=args, kwargs=kwargs, name=name):
            inner = [names(a) for a in args] + [f"{k}={names(v)}" for k, v in kwargs]
            return f"{name or fn.__name__}({', '.join(inner)})"
    raise AssertionError(expr)


def texts(fn: object, *operands: tuple[Expr, Kind], out: Kind = UNKNOWN, **settings: tuple[Expr, Kind]) -> list[str]:
    return [names(e) for e in settled(fn, *operands, out=out, **settings)[1]]


# ---------------------------------------------------------------- the code that comes out is what a person writes


def test_products_of_vectors_and_matrices() -> None:
    assert texts(operator.matmul, (X, MATRIX), (Y, MATRIX)) == ["(d_out @ y.T)", "(x.T @ d_out)"]
    assert texts(operator.matmul, (X, MATRIX), (Y, VECTOR)) == ["np.outer(d_out, y)", "(x.T @ d_out)"]
    assert texts(operator.matmul, (X, VECTOR), (Y, MATRIX)) == ["(y @ d_out)", "np.outer(x, d_out)"]
    assert texts(np.dot, (X, VECTOR), (Y, VECTOR)) == ["(d_out * y)", "(d_out * x)"]


def test_a_sum_of_everything_is_a_full_like() -> None:
    assert texts(np.sum, (X, VECTOR)) == ["np.full_like(x, d_out)"]
    assert texts(np.mean, (X, VECTOR)) == ["np.full_like(x, (d_out / x.size))"]


def test_a_sum_along_an_axis_is_broadcast() -> None:
    made = texts(np.sum, (X, MATRIX), axis=(Lit(0), Const(0)))
    assert made == ["np.broadcast_to(np.expand_dims(d_out, 0), x.shape)"]


def test_an_axis_may_be_a_variable() -> None:
    made = texts(np.sum, (X, MATRIX), axis=(Var("k"), INT))
    assert made == ["np.broadcast_to(np.expand_dims(d_out, k), x.shape)"]


def test_the_partial_of_a_power_with_a_literal_exponent() -> None:
    assert texts(operator.pow, (X, FLOAT), (Lit(3), INT))[0] == "(3 * (x ** 2))"


def test_a_power_of_zero_has_no_derivative_in_the_base() -> None:
    assert settled(operator.pow, (X, FLOAT), (Lit(0), INT))[1][0] == Lit(0.0)


def test_where_needs_no_unbroadcast_for_equal_shapes() -> None:
    operands = ((Var("c"), Array("bool", "n")), (X, VECTOR), (Lit(0.0), FLOAT))
    assert texts(np.where, *operands, out=VECTOR)[1] == "np.where(c, d_out, 0.0)"


def test_where_unbroadcasts_a_dimension_that_may_be_one() -> None:
    operands = ((Var("c"), Array("bool", "n")), (X, Array("float64", "?")), (Lit(0.0), FLOAT))
    assert "unbroadcast" in texts(np.where, *operands, out=VECTOR)[1]


def test_the_maximum_of_two_floats_calls_nothing() -> None:
    rule = rule_for(max)
    assert rule is not None
    bound = bind(rule, (X, Lit(0.0)))
    _, (made,) = settle(rule.template, {**bound, "out": OUT, "d_out": D}, {"items": Tuple((FLOAT, FLOAT))})
    assert isinstance(made, Op) and made.fn is prims.make_list
    assert "runtime" not in names(made) and "sign" not in names(made)


def test_operands_of_unknown_dimension_go_to_a_general_helper() -> None:
    made = settled(operator.matmul, (X, NUMBER), (Y, MATRIX))[1]
    assert isinstance(made[0], Op) and made[0].fn is runtime.matmul_left


def test_a_comprehension_over_variadic_operands_is_written_out() -> None:
    rule = rule_for(math.hypot)
    assert rule is not None
    bound = bind(rule, (X, Y, Var("z")))
    _, (made,) = settle(rule.template, {**bound, "out": OUT, "d_out": D}, {})
    assert isinstance(made, Op) and len(made.args) == 3
    assert names(made.args[1]) == "((d_out * y) / (out + (out == 0)))"


# ---------------------------------------------------------------- what cannot be settled


def test_a_setting_that_is_not_known_is_an_error_that_names_it() -> None:
    with pytest.raises(KindError, match="keepdims"):
        settled(np.sum, (X, MATRIX), axis=(Lit(0), INT), keepdims=(Var("keep"), BOOL))


def test_conversion_to_an_unknown_type_is_refused() -> None:
    with pytest.raises(KindError, match="dtype"):
        settled(np.array, (X, List(FLOAT)), dtype=(Var("t"), UNKNOWN))


def test_conversion_to_an_integer_type_has_no_derivative() -> None:
    assert settled(runtime.astype, (X, VECTOR), (Ref("int", int), Const(int)))[1] == (NONE,)


# ---------------------------------------------------------------- binding


def test_an_argument_that_the_rule_does_not_know_is_a_missing_rule() -> None:
    rule = rule_for(np.sum)
    assert rule is not None
    with pytest.raises(MissingRule, match=r"np\.sum with out= has no rule"):
        bind(rule, (X,), (("out", Y),), np.sum)


def test_an_unknown_argument_is_noticed_by_position_too() -> None:
    rule = rule_for(np.sum)
    assert rule is not None
    with pytest.raises(MissingRule, match="out"):
        bind(rule, (X, Lit(0), NONE, Y), (), np.sum)


def test_an_unknown_argument_that_is_the_default_is_accepted() -> None:
    rule = rule_for(np.sum)
    assert rule is not None
    bound = bind(rule, (X, Lit(0)), (("out", NONE),), np.sum)
    assert bound == {"a": X, "axis": Lit(0), "dtype": NONE, "keepdims": Lit(False), "initial": NONE, "where": NONE}


def test_arguments_bind_by_keyword() -> None:
    rule = rule_for(np.sum)
    assert rule is not None
    assert bind(rule, (), (("keepdims", TRUE), ("a", X)), np.sum)["keepdims"] == TRUE


def test_a_ufunc_with_out_is_a_missing_rule() -> None:
    rule = rule_for(np.sin)
    assert rule is not None
    with pytest.raises(MissingRule, match="out"):
        bind(rule, (X,), (("out", Y),), np.sin)
    with pytest.raises(MissingRule):
        bind(rule, (X, Y), (), np.sin)


def test_power_with_a_modulus_is_a_missing_rule() -> None:
    rule = rule_for(pow)
    assert rule is not None
    with pytest.raises(MissingRule):
        bind(rule, (X, Y, Lit(3)), (), pow)


def test_max_with_a_key_is_a_missing_rule() -> None:
    rule = rule_for(max)
    assert rule is not None
    with pytest.raises(MissingRule, match="key"):
        bind(rule, (X,), (("key", Ref("abs", abs)),), max)


def test_a_class_without_a_rule_has_none() -> None:
    assert rule_for(frozenset) is None
