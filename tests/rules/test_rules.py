"""Every rule, at every one of its test cases, against numerical derivatives; and the kinds of every call.

A rule is tested as the engine uses it: its body is settled for the kinds of the arguments, with the arguments as
variables and again with scalars as literals, and what comes out is evaluated. The derivatives that it is compared
with are central differences, extrapolated (Richardson), of every float in the arguments.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.integrate  # noqa: F401  (rules wait until what they are for is imported)
import scipy.signal  # noqa: F401
import scipy.stats  # noqa: F401  (and scipy.linalg and scipy.special with it)

import srcad.rules  # noqa: F401  (registers them)
from srcad import runtime
from srcad.core import prims
from srcad.core.kind_of import kind_of
from srcad.core.kinds import UNKNOWN, Array, Const, Kind, List, Maybe, Tuple, TupleOf, is_number, join
from srcad.core.nodes import Expr, Lit, Op, Ref, Var
from srcad.rules.kinding import kind_of_call
from srcad.rules.naming import function_name
from srcad.rules.registry import Call, Case, Rule, all_rules, register_imported
from srcad.rules.static import bind, padded, settle

register_imported()

ALL_CASES = [
    pytest.param(rule, fn, case, id=f"{function_name(fn)}-{i}")
    for rule in all_rules()
    for fn in rule.functions
    for i, case in enumerate(rule.cases)
]


def is_complex(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(is_complex, value))
    return isinstance(value, (complex, np.complexfloating)) or isinstance(value, np.ndarray) and value.dtype.kind == "c"


def gives_complex(rule: Rule, fn: Any, case: Case) -> bool:
    """Whether a call gives complex numbers: `test_complex_rules.py` has those."""
    return is_complex(fn(*case.args, **dict(case.kwargs)))


with np.errstate(all="ignore"):
    CASES = [param for param in ALL_CASES if not gives_complex(*param.values)]


def evaluate(expr: Expr, values: dict[str, Any]) -> Any:
    match expr:
        case Var(name=name):
            return values[name]
        case Lit(value=value) | Ref(value=value):
            return value
        case Op(fn=fn, args=args, kwargs=kwargs):
            return fn(*(evaluate(a, values) for a in args), **{k: evaluate(v, values) for k, v in kwargs})
    raise AssertionError(expr)


def leaves(value: Any) -> np.ndarray:
    """The floats of a value, in a row."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.ravel()
    if isinstance(value, (float, np.floating)):
        return np.array([value])
    if isinstance(value, (list, tuple)):
        return np.concatenate([np.zeros(0), *map(leaves, value)])
    return np.zeros(0)


def rebuilt(value: Any, flat: list[float]) -> Any:
    """The value with its floats replaced from a list, which is used up."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.array([flat.pop(0) for _ in range(value.size)]).reshape(value.shape)
    if isinstance(value, (float, np.floating)):
        return flat.pop(0)
    if isinstance(value, (list, tuple)):
        items = [rebuilt(v, flat) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return value


def spread(cotangent: Any, like: Any) -> np.ndarray:
    """The floats of a cotangent in the order of those of the value it is for, whose item i has item i of it."""
    if isinstance(like, (list, tuple)):
        items = [cotangent] * len(like) if isinstance(cotangent, float) else cotangent  # `each(d)` is d
        assert len(items) == len(like)
        return np.concatenate([np.zeros(0), *(spread(c, v) for c, v in zip(items, like, strict=True))])
    if leaves(like).size == 0:
        return np.zeros(0)
    assert np.shape(cotangent) == np.shape(like), (np.shape(cotangent), np.shape(like))
    return np.asarray(cotangent, dtype=float).ravel()


def jacobian(function: Any, at: np.ndarray) -> np.ndarray:
    """Central differences at three steps, extrapolated to order six."""

    def slope(i: int, step: float) -> np.ndarray:
        ahead, behind = at.copy(), at.copy()
        ahead[i] += step
        behind[i] -= step
        return (function(ahead) - function(behind)) / (2 * step)

    columns = []
    for i in range(at.size):
        a, b, c = (slope(i, step) for step in (8e-3, 4e-3, 2e-3))
        ab, bc = (4 * b - a) / 3, (4 * c - b) / 3
        columns.append((16 * bc - ab) / 15)
    return np.array(columns).reshape(at.size, function(at).size)


def operand(value: Any, name: str, literals: bool) -> Expr:
    """Settings are literals, as a program writes them; floats are variables, or literals too."""
    if isinstance(value, float) and not literals:
        return Var(name)
    if value is None or isinstance(value, (bool, int, float, str)):
        return Lit(value)
    if isinstance(value, (type, np.dtype)):
        return Ref(name, value)
    if isinstance(value, tuple) and value and all(isinstance(v, int) for v in value):
        return Op(prims.make_tuple, tuple(map(Lit, value)))
    return Var(name)


def operands(case: Case, literals: bool) -> tuple[tuple[Expr, ...], tuple[tuple[str, Expr], ...], dict[str, Any]]:
    args = tuple(operand(v, f"a{i}", literals) for i, v in enumerate(case.args))
    kwargs = tuple((k, operand(v, k, literals)) for k, v in case.kwargs)
    return args, kwargs, {**{f"a{i}": v for i, v in enumerate(case.args)}, **dict(case.kwargs)}


def derivative(rule: Rule, fn: Any, case: Case, literals: bool, out: Any, d_out: Any) -> list[np.ndarray]:
    """The cotangent of every operand by the rule's settled body."""
    args, kwargs, values = operands(case, literals)
    bound = bind(rule, args, kwargs, fn)
    held = {name: evaluate(expr, values) for name, expr in bound.items()}
    kinds = {name: kind_of(value) for name, value in held.items()} | {"out": kind_of(out)}
    env = {**bound, "out": Var("out"), "d_out": Var("d_out")}
    steps, returned = settle(rule.template, env, kinds)
    values |= {"out": out, "d_out": d_out}
    for step in steps:
        values[step.target] = evaluate(step.value, values)
    made = []
    for name, expr in padded(rule, returned).items():
        if expr is None:
            made.append(np.zeros(leaves(held[name]).size))
            continue
        value = evaluate(expr, values)
        if rule.style == "elementwise":
            value = runtime.unbroadcast(d_out * value, held[name])
        if isinstance(value, np.floating):
            value = float(value)
        made.append(spread(value, held[name]))
    return made


def at_random(value: Any) -> Any:
    flat = list(np.random.default_rng(len(leaves(value))).uniform(0.5, 1.5, leaves(value).size))
    return rebuilt(value, flat)


@pytest.mark.filterwarnings("ignore:invalid value")  # powers of negative bases
@pytest.mark.parametrize("literals", [False, True], ids=["variables", "literals"])
@pytest.mark.parametrize(("rule", "fn", "case"), CASES)
def test_rule_agrees_with_differences(rule: Rule, fn: Any, case: Case, literals: bool) -> None:
    given = (case.args, tuple(v for _, v in case.kwargs))
    names = [k for k, _ in case.kwargs]

    def flat(at: np.ndarray) -> np.ndarray:
        args, extra = rebuilt(given, [float(v) for v in at])
        return leaves(fn(*args, **dict(zip(names, extra, strict=True))))

    out = fn(*case.args, **dict(case.kwargs))
    numerical = jacobian(flat, leaves(given).astype(float))
    if rule.style == "zero":
        assert not np.any(numerical), "the function is not constant here"
        return
    d_out = at_random(out)
    expected = numerical @ leaves(d_out)
    made = np.concatenate([np.zeros(0), *derivative(rule, fn, case, literals, out, d_out)])
    np.testing.assert_allclose(made, expected, rtol=2e-7, atol=2e-8)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: function_name(rule.functions[0]))
def test_every_rule_has_a_case(rule: Rule) -> None:
    assert rule.cases, f"give the rule for {function_name(rule.functions[0])} arguments to be tested at: at=[(...)]"


def covers(general: Kind, actual: Kind) -> bool:
    """Whether every value of the actual kind is one of the general kind."""
    match general, actual:
        case (Array(dtype=d, dims=x), Array(dtype=e, dims=y)):
            if (d != e and (d, e) != ("complex128", "float64")) or y is None:  # np.linalg.eig may give either
                return False
            return x is None or (len(x) == len(y) and all(a in ("?", b) for a, b in zip(x, y, strict=True)))
        case (Tuple(items=xs, cls=c), Tuple(items=ys, cls=e)):
            return len(xs) == len(ys) and c is e and all(map(covers, xs, ys))
        case (TupleOf(item=x), Tuple(items=ys)):
            return all(covers(x, y) for y in ys)
        case (List(item=x), List(item=y)):
            return covers(x, y)
        case (Maybe(kind=x), _):
            return covers(x, actual)
        case (Const(), _) if not isinstance(actual, Const):
            return covers(kind_of(general.value), actual)
        case _:
            return join(general, actual) == general


NOT_KNOWN = {type}  # their results are objects that no kind describes


@pytest.mark.parametrize("known", [True, False], ids=["literals", "kinds"])
@pytest.mark.parametrize(("rule", "fn", "case"), ALL_CASES)
def test_kind_of_call_covers_the_result(rule: Rule, fn: Any, case: Case, known: bool) -> None:
    args, kwargs, values = operands(case, False)
    kinds = tuple(map(kind_of, case.args))
    named = tuple((k, kind_of(v)) for k, v in case.kwargs)
    made = kind_of_call(Call(fn, kinds, named, args if known else (), kwargs if known else ()))
    actual = kind_of(fn(*case.args, **dict(case.kwargs)))
    if known and fn not in NOT_KNOWN:
        assert made != UNKNOWN
    assert made == UNKNOWN or covers(made, actual), (made, actual)
    if is_number(actual):
        assert made == UNKNOWN or not isinstance(made, Array)
