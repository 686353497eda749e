"""Core expressions print as a person would write them, and mean what they did."""

from __future__ import annotations

import math
import operator as o
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srcad.core import prims
from srcad.core.nodes import Lit, Op, Ref, Return, Star, Var
from srcad.errors import BackendError
from tests.backend.build import attr, expr, function, op, run, value_text

x, y, i = Var("x"), Var("y"), Var("i")


def slice_of(start: Any = None, stop: Any = None, step: Any = None) -> Op:
    return op(prims.make_slice, start, stop, step)


def index(base: Any, *keys: Any) -> Op:
    return op(o.getitem, base, keys[0] if len(keys) == 1 else op(prims.make_tuple, *keys))


def formatted(value: Any, conversion: str = "", spec: Any = "") -> Op:
    return op(prims.format_value, value, conversion, spec)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (op(o.mul, op(o.neg, x), y), "-x * y"),
        (op(o.mul, op(o.add, x, y), 3), "(x + y) * 3"),
        (op(o.sub, x, op(o.sub, y, 1)), "x - (y - 1)"),
        (op(o.sub, op(o.sub, x, y), 1), "x - y - 1"),
        (op(o.pow, x, 2), "x**2"),
        (op(o.pow, x, -2), "x**-2"),
        (op(o.pow, -2, 2), "(-2) ** 2"),
        (op(o.neg, op(o.pow, x, 2)), "-(x**2)"),
        (op(o.pow, op(o.neg, x), 2), "(-x) ** 2"),
        (op(o.pow, attr(x, "a"), 2), "x.a**2"),
        (op(o.pow, index(x, 0), 2), "x[0] ** 2"),
        (op(o.pow, op(np.sin, x), 0.5), "np.sin(x) ** 0.5"),
        (op(o.pow, op(o.pow, x, y), 2), "(x**y) ** 2"),
        (op(o.pow, x, op(o.pow, y, 2)), "x ** y**2"),
        (op(o.truediv, x, op(o.mul, y, 2)), "x / (y * 2)"),
        (op(o.not_, x), "not x"),
        (op(o.not_, op(o.contains, y, x)), "x not in y"),
        (op(o.not_, op(o.is_, x, None)), "x is not None"),
        (op(o.not_, op(o.lt, x, y)), "not x < y"),
        (op(prims.both, x, op(prims.either, y, 1)), "x and (y or 1)"),
        (op(prims.both, op(prims.both, x, y), 1), "x and y and 1"),
        (op(prims.both, op(o.lt, 0, x), op(o.le, x, y)), "0 < x <= y"),
        (op(prims.both, op(o.lt, 0, x), op(o.ge, x, y)), "0 < x and x >= y"),
        (op(prims.choose, op(o.lt, x, y), x, y), "x if x < y else y"),
        (op(o.add, op(prims.choose, x, 1, 2), 1), "(1 if x else 2) + 1"),
        (op(np.maximum, op(prims.choose, x, 1, 2), 1), "np.maximum(1 if x else 2, 1)"),
        (op(o.add, x, op(o.neg, y)), "x + -y"),
        (op(o.abs, x), "abs(x)"),
        (op(o.matmul, x, y), "x @ y"),
        (index(x, op(o.sub, i, 1)), "x[i - 1]"),
        (index(x, slice_of(1, -1)), "x[1:-1]"),
        (index(x, slice_of(op(o.sub, i, 1), op(o.add, i, 1))), "x[i - 1 : i + 1]"),
        (index(x, slice_of(op(o.add, i, 1))), "x[i + 1 :]"),
        (index(x, slice_of(None, op(o.add, i, 1))), "x[: i + 1]"),
        (index(x, slice_of(None, None, -1)), "x[::-1]"),
        (index(x, slice_of(None, 5, 2)), "x[:5:2]"),
        (index(x, slice_of(), 0), "x[:, 0]"),
        (index(x, op(o.sub, i, 1), y), "x[i - 1, y]"),
        (op(o.getitem, x, op(prims.make_tuple)), "x[()]"),
        (op(o.getitem, x, op(prims.make_tuple, i)), "x[(i,)]"),
        (op(o.getitem, x, op(prims.make_tuple, slice_of())), "x[:,]"),
        (index(x, Lit(...), None), "x[..., None]"),
        (index(x, "a"), 'x["a"]'),
        (slice_of(1, x), "slice(1, x, None)"),
        (op(prims.make_tuple), "()"),
        (op(prims.make_tuple, x), "(x,)"),
        (op(prims.make_tuple, x, y), "x, y"),
        (op(prims.make_list, op(prims.make_tuple, x, y), 1), "[(x, y), 1]"),
        (op(prims.make_list, Star(x), 1), "[*x, 1]"),
        (op(prims.make_set), "set()"),
        (op(prims.make_set, 1, x), "{1, x}"),
        (op(prims.make_dict, "a", x, Ref("**", prims.SPREAD), y, op(o.add, i, 1), 2), '{"a": x, **y, i + 1: 2}'),
        (op(prims.call, x, Star(y), k=1), "x(*y, k=1)"),
        (Op(prims.call, (x,), (("**", y), ("k", Lit(2)))), "x(**y, k=2)"),
        (op(prims.call_method, x, "sum", 0), "x.sum(0)"),
        (op(prims.call_method, op(o.add, x, y), "sum"), "(x + y).sum()"),
        (Op(np.sum, (x,), (("axis", Lit(0)),), "method:sum"), "x.sum(axis=0)"),
        (Op(np.transpose, (x,), (), "attr:T"), "x.T"),
        (attr(-2.0, "real"), "(-2.0).real"),
        (attr(2, "real"), "(2).real"),
        (op(prims.call_super, Ref("Exception", Exception), x, "step", y), "super(Exception, x).step(y)"),
        (op(prims.push, x, y), "x.append(y)"),
        (op(prims.pop, x), "x.pop()"),
        (op(prims.each, x), "x"),
        (op(np.linalg.norm, x), "np.linalg.norm(x)"),
        (op(np.add.at, x, 0, y), "np.add.at(x, 0, y)"),
        (op(math.sin, x), "math.sin(x)"),
        (op(max, x, y), "max(x, y)"),
        (Op(np.absolute, (x,), (), "", "np.abs"), "np.abs(x)"),
        (op(np.absolute, x), "np.absolute(x)"),
        (Ref("np.pi", np.pi), "np.pi"),
        (1e-5, "1e-05"),
        (-1.5, "-1.5"),
        (-0.0, "-0.0"),
        (float("inf"), 'float("inf")'),
        (-float("inf"), 'float("-inf")'),
        (1j, "1j"),
        (op(o.mul, x, 1 + 2j), "x * (1 + 2j)"),
        (op(o.mul, x, 1.5 - 2j), "x * (1.5 - 2j)"),
        (10**400, "1" + "0" * 400),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ("both ' and \"", "'both \\' and \"'"),
        ("a\nb\\", '"a\\nb\\\\"'),
        (b"ab'c", 'b"ab\'c"'),
        (op(prims.make_string, "x = ", formatted(x, "r", ">10"), " {}"), 'f"x = {x!r:>10} {{}}"'),
        (op(prims.make_string, formatted(op(o.add, x, y), "", ".3f")), 'f"{x + y:.3f}"'),
        (op(prims.make_string, formatted(index(x, "a"))), "f\"{x['a']}\""),
        (
            op(prims.make_string, formatted(x, "", op(prims.make_string, formatted(y), ".", formatted(i)))),
            'f"{x:{y}.{i}}"',
        ),
        (op(prims.make_string, formatted(op(prims.make_set, x))), 'f"{ {x}}"'),
        (op(prims.make_string, 'a"b', formatted(x)), 'f"a\\"b{x}"'),
        (op(prims.make_string, "n ", formatted(index(x, "\n"), "r")), '"".join(["n ", format(repr(x["\\n"]), "")])'),
        (op(prims.make_string, "only ", "text {}"), '"only text {}"'),
    ],
)
def test_text_of_an_expression(value: Any, text: str) -> None:
    assert value_text(value, "x y i") == text


def test_literal_that_has_no_text_is_refused() -> None:
    with pytest.raises(BackendError, match="literal of type list"):
        value_text(Lit([1]))


# ---------------------------------------------------------------- precedence, by property

_BINARY = [o.add, o.sub, o.mul, o.and_, o.or_, o.xor, o.lt, o.eq, o.ge, prims.both, prims.either]
_UNARY = [o.neg, o.pos, o.invert, o.not_, o.abs]
_ATOMS = st.one_of(
    st.sampled_from([x, y]),
    st.integers(-4, 4).map(Lit),
    st.booleans().map(Lit),
)


def _grown(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(op, st.sampled_from(_BINARY), parts, parts),
        st.builds(op, st.sampled_from(_UNARY), parts),
        st.builds(op, st.just(prims.choose), parts, parts, parts),
        st.builds(lambda a, n: op(o.pow, a, n), parts, st.integers(0, 3)),
        st.builds(lambda a: op(o.pow, 2, op(o.and_, a, 3)), parts),
        st.builds(lambda a: op(o.lshift, a, 1), parts),
        st.builds(lambda a, b: op(o.floordiv, a, op(o.add, op(o.mul, b, b), 1)), parts, parts),
        st.builds(lambda a, b: op(o.mod, a, op(o.add, op(o.mul, b, b), 1)), parts, parts),
        st.builds(lambda a, b: op(o.getitem, op(prims.make_tuple, a, b), op(o.not_, a)), parts, parts),
        st.builds(lambda a, b: op(max, a, b), parts, parts),
        st.builds(lambda a: attr(a, "real"), parts),
        st.builds(lambda a, b: op(o.getitem, op(prims.make_dict, op(o.not_, a), b), op(o.not_, a)), parts, parts),
        st.builds(lambda a: op(len, op(prims.make_string, "é{'", formatted(a, "r", ">4"))), parts),
    )


def _evaluated(value: Any, env: dict[str, Any]) -> Any:
    match value:
        case Var(name=name):
            return env[name]
        case Lit(value=literal):
            return literal
        case Op(fn=fn, args=args):
            return fn(*[_evaluated(arg, env) for arg in args])
    raise AssertionError(value)


@settings(max_examples=300, deadline=None)
@given(st.recursive(_ATOMS, _grown, max_leaves=25), st.integers(-5, 5), st.integers(-5, 5))
def test_printed_expressions_compute_what_the_tree_computes(tree: Any, a: int, b: int) -> None:
    program = function("f", "x y", Return(expr(tree)))
    try:
        expected = _evaluated(tree, {"x": a, "y": b})
    except (TypeError, OverflowError, MemoryError):
        return
    got = run(program, a, b)
    assert type(got) is type(expected) and got == expected


_TEXTS = st.one_of(st.text(st.characters(codec="utf-8"), max_size=12), st.text("'\"\\{}\n a", max_size=6))


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        _TEXTS,
        st.binary(max_size=8),
        st.floats(allow_nan=False),
        st.complex_numbers(allow_nan=False),
        st.integers(),
    )
)
def test_literals_keep_their_value(value: Any) -> None:
    got = run(function("f", "", Return(Lit(value))))
    assert type(got) is type(value)
    if isinstance(value, complex):
        assert struct.pack("dd", got.real, got.imag) == struct.pack("dd", value.real, value.imag)
    elif isinstance(value, float):
        assert struct.pack("d", got) == struct.pack("d", value)
    else:
        assert got == value


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(_TEXTS.map(Lit), _TEXTS.map(lambda t: formatted(t, "r")), st.just(formatted(x))), max_size=4))
def test_f_strings_keep_their_text(parts: list[Any]) -> None:
    tree = op(prims.make_string, *parts)
    got = run(function("f", "x", Return(tree)), 1.5)
    assert got == _evaluated(tree, {"x": 1.5})
