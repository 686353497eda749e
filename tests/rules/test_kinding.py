"""Kinds of calls and of indexing that the cases of the rules do not reach."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import srcad.rules  # noqa: F401
from srcad import runtime
from srcad.core import prims
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOOL,
    FLOAT,
    INT,
    NUMBER,
    SLICE,
    UNKNOWN,
    Array,
    Const,
    Kind,
    List,
    Maybe,
    Tuple,
)
from srcad.core.nodes import Expr, Lit, Op, Var
from srcad.rules.kinding import kind_of_call, kind_of_index
from srcad.rules.methods import ARRAY_METHODS, normalise_method
from srcad.rules.registry import Call, all_rules, rule_for
from tests.rules.test_rules import covers, evaluate

VECTOR, MATRIX, COLUMN = Array("float64", "n"), Array("float64", "nn"), Array("float64", "n1")


def kind(fn: Any, *kinds: Kind, **named: Kind) -> Kind:
    return kind_of_call(Call(fn, kinds, tuple(named.items())))


@pytest.mark.parametrize(
    ("fn", "kinds", "result"),
    [
        (operator.add, (INT, INT), INT),
        (operator.add, (INT, FLOAT), FLOAT),
        (operator.truediv, (INT, INT), FLOAT),
        (operator.floordiv, (INT, INT), INT),
        (operator.pow, (INT, Const(2)), INT),
        (operator.pow, (INT, Const(-2)), FLOAT),
        (operator.pow, (INT, INT), FLOAT),
        (operator.pow, (FLOAT, INT), FLOAT),
        (operator.lt, (INT, FLOAT), BOOL),
        (operator.lt, (VECTOR, FLOAT), Array("bool", "n")),
        (operator.mul, (VECTOR, COLUMN), MATRIX),
        (operator.mul, (Array("float32", "n"), FLOAT), Array("float32", "n")),
        (operator.mul, (Array("int64", "n"), FLOAT), VECTOR),
        (operator.truediv, (Array("int64", "n"), INT), VECTOR),
        (operator.add, (NUMBER, FLOAT), NUMBER),
        (operator.add, (UNKNOWN, FLOAT), UNKNOWN),
        (operator.add, (Maybe(FLOAT), FLOAT), FLOAT),
        (operator.add, (List(FLOAT), VECTOR), Array("float64", "n")),
        (operator.iadd, (INT, FLOAT), FLOAT),
        (np.sin, (INT,), FLOAT),
        (np.sin, (List(FLOAT),), Array("float64", "?")),
        (np.sum, (NUMBER,), FLOAT),
        (np.sum, (MATRIX, Const(0)), VECTOR),
        (np.sum, (MATRIX, INT), Array("float64", "?")),
        (np.transpose, (COLUMN,), Array("float64", "1n")),
        (operator.matmul, (MATRIX, VECTOR), VECTOR),
        (operator.matmul, (VECTOR, VECTOR), FLOAT),
        (np.zeros, (INT,), Array("float64", "?")),
        (np.zeros, (Tuple((INT, Const(1))),), Array("float64", "?1")),
        (np.zeros_like, (COLUMN,), COLUMN),
        (np.reshape, (MATRIX, Const(-1)), Array("float64", "?")),
        (np.expand_dims, (VECTOR, Const(0)), Array("float64", "1n")),
        (np.squeeze, (COLUMN, Const(1)), VECTOR),
        (np.array, (List(List(FLOAT)),), Array("float64", "??")),
        (np.stack, (Tuple((VECTOR, VECTOR)),), MATRIX),
        (runtime.astype, (MATRIX, Const(np.float32)), Array("float32", "nn")),
        (runtime.astype, (MATRIX, Const("int64")), Array("int64", "nn")),
        (np.linalg.eigvalsh, (MATRIX,), Array("float64", "?")),
        (np.where, (Array("bool", "n"), VECTOR, FLOAT), VECTOR),
        (np.shape, (MATRIX,), Tuple((INT, INT))),
        (np.argmax, (MATRIX, Const(0)), Array("int64", "n")),
    ],
)
def test_the_kind_of_a_call(fn: Any, kinds: tuple[Kind, ...], result: Kind) -> None:
    made = kind(fn, *kinds)
    assert made == result or covers(result, made), made


def test_a_function_that_may_have_effects_is_not_tried(tmp_path: Any) -> None:
    called = []
    assert kind(called.append, FLOAT) == UNKNOWN
    assert not called
    assert kind(np.save, Const(str(tmp_path / "x")), VECTOR) == UNKNOWN
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------- indexing


def at(base: Kind, *parts: tuple[Kind, Expr | None]) -> Kind:
    if len(parts) == 1:
        return kind_of_index(base, *parts[0])
    exprs = tuple(e if e is not None else Var("i") for _, e in parts)
    return kind_of_index(base, Tuple(tuple(k for k, _ in parts)), Op(prims.make_tuple, exprs))


WHOLE = (SLICE, Op(prims.make_slice, (Lit(None), Lit(None), Lit(None))))


def test_a_whole_slice_keeps_its_letter() -> None:
    assert at(COLUMN, WHOLE, (INT, None)) == VECTOR
    assert at(COLUMN, (INT, None), WHOLE) == Array("float64", "1")


def test_an_index_of_every_dimension_is_a_scalar() -> None:
    assert at(MATRIX, (INT, None), (INT, None)) is FLOAT
    assert at(Array("int64", "n"), (INT, None)) is INT


PART = st.one_of(
    st.integers(-2, 1),
    st.just(slice(None)),
    st.sampled_from([slice(0, 1), slice(1, None), slice(None, None, -1)]),
    st.none(),
    st.just(Ellipsis),
    st.sampled_from([[0, 1], [1]]),
    st.sampled_from([np.array([[0, 1], [1, 0]]), np.array([1])]),
    st.sampled_from([np.array([True, False]), np.array([True, True])]),
)


def as_expr(value: Any) -> Expr:
    if isinstance(value, slice):
        return Op(prims.make_slice, (Lit(value.start), Lit(value.stop), Lit(value.step)))
    if value is None or value is Ellipsis or isinstance(value, int):
        return Lit(value)
    return Var("index")


@settings(max_examples=300, deadline=None)
@given(st.lists(PART, min_size=1, max_size=4), st.sampled_from([(2,), (2, 2), (2, 2, 2)]))
def test_indexing_by_anything_agrees_with_numpy(parts: list[Any], shape: tuple[int, ...]) -> None:
    x = np.zeros(shape)
    index = tuple(parts)
    try:
        actual = kind_of(x[index])
    except IndexError:
        return
    made = kind_of_index(kind_of(x), kind_of(index), Op(prims.make_tuple, tuple(map(as_expr, parts))))
    assert made == UNKNOWN or covers(made, actual), (made, actual)
    assert made != UNKNOWN


# ---------------------------------------------------------------- methods


def test_shapes_given_one_by_one_are_gathered() -> None:
    x = Var("x")
    fn, args = normalise_method("reshape", (x, Lit(2), Lit(3)))
    assert fn is np.reshape and args == (x, Op(prims.make_tuple, (Lit(2), Lit(3))))
    assert normalise_method("reshape", (x, Var("shape")))[1] == (x, Var("shape"))
    assert normalise_method("transpose", (x,))[1] == (x,)


@pytest.mark.parametrize("name", sorted(ARRAY_METHODS))
def test_every_method_has_a_rule(name: str) -> None:
    assert rule_for(ARRAY_METHODS[name]) is not None


@pytest.mark.parametrize("name", sorted(n for n in ARRAY_METHODS if not n.startswith("__")))
def test_a_method_is_its_function(name: str) -> None:
    x = np.array([[0.3, -1.2], [0.7, 2.0]])
    rest = {"dot": (x,), "searchsorted": None, "choose": None, "compress": ([True, False],), "astype": (int,),
            "clip": (0.0, 1.0), "item": (1,), "reshape": (4,), "swapaxes": (0, 1), "argpartition": (1,), "repeat": (2,),
            "take": ([1, 0],)}.get(name, ())  # fmt: skip
    if rest is None:
        return
    fn, operands = normalise_method(name, tuple(map(Lit, (x, *rest))))
    expected, actual = getattr(x, name)(*rest), fn(*(evaluate(arg, {}) for arg in operands))
    np.testing.assert_array_equal(np.asarray(actual), np.asarray(expected))


def test_each_function_has_one_rule() -> None:
    seen: dict[Any, Any] = {}
    for rule in all_rules():
        for fn in rule.functions:
            assert seen.setdefault(fn, rule) is rule, fn
