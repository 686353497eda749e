"""Every rule to second order: derivatives of the gradient of a smooth number made of its result.

The tangent of the gradient function (forward over reverse) and its cotangent (reverse over reverse) along one direction
are compared with differences of the gradient function: a Hessian is symmetric, so both are the same numbers.
"""

from __future__ import annotations

import inspect
import itertools
import linecache
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.rules.naming import function_name
from srcad.rules.registry import Case, all_rules
from tests.rules.test_forward import program_of
from tests.rules.test_rules import at_random, jacobian, leaves, rebuilt

_COUNT = itertools.count()

# What is refused at second order, and why.
HIGHER = "the derivative of a derivative of a helper: the third order of the function that it helps"
REFUSED = {
    "srcad.runtime.tolist": "the result is a list, which no rule takes apart",
    "srcad.runtime.product_of_others": HIGHER,
    "srcad.runtime_linalg.matrix_power_adjoint": HIGHER,
    "srcad.runtime_linalg.multi_dot_adjoint": HIGHER,
    "srcad.runtime_products.einsum_adjoint": HIGHER,
}


def smooth_parts(value: Any, text: str) -> list[str]:
    """Terms of a sum to which every float of a value contributes differently, and not linearly."""
    if isinstance(value, (complex, np.complexfloating)) or isinstance(value, np.ndarray) and np.iscomplexobj(value):
        return smooth_parts(value.real, f"np.real({text})") + smooth_parts(value.imag, f"np.imag({text})")
    if leaves(value).size == 0 and not isinstance(value, (list, tuple)):
        return []
    if isinstance(value, (list, tuple)):
        return [term for i, item in enumerate(value) for term in smooth_parts(item, f"{text}[{i}]")]
    if isinstance(value, np.ndarray):
        return [f"np.sum(np.sin({text}) * np.reshape(np.arange({value.size}) + 1.0, {value.shape}))"]
    return [f"np.sin({text})"]


def is_smooth(f: Any, args: list[Any], i: int) -> bool:
    """Whether differences by one of the arguments exist here."""
    moved = jacobian(
        lambda at: leaves(f(*args[:i], rebuilt(args[i], list(map(float, at))), *args[i + 1 :])), leaves(args[i])
    )
    return not np.any(np.isnan(moved))


def loss_of(fn: Any, case: Case) -> tuple[Any, list[Any]] | None:
    """A function that makes one number of the call, and its arguments; None where nothing smooth is involved.

    An argument by which the call has no derivative at this point (the exponent of a negative base, where the gradient
    is NaN) is a constant of the function.
    """
    f, args = program_of(fn, case)
    terms = smooth_parts(f(*args), "out") if args else []
    if not terms:
        return None
    call = inspect.getsource(f).split("return ", 1)[1].strip()
    params = list(inspect.signature(f).parameters)
    smooth = [i for i in range(len(args)) if is_smooth(f, args, i)]
    assert smooth, "choose a point at which the first derivative exists"
    text = f"def loss({', '.join(params[i] for i in smooth)}):\n    out = {call}\n    return {' + '.join(terms)}\n"
    filename = f"<second order {next(_COUNT)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    space = {**f.__globals__, "np": np, **dict(zip(params, args, strict=True))}
    exec(compile(text, filename, "exec"), space)
    return space["loss"], [args[i] for i in smooth]


# Where several are the least at once, a small step changes which ones are: differences of a gradient say nothing there.
# The sign of a real eigenvector of np.linalg.eig changes with a small step, too.
AT_TIES = {
    "np.min-4",
    "np.amin-4",
    "minimum.reduce-3",
    "numpy.linalg.norm-22",
    "numpy.linalg.eig-0",
    "numpy.linalg.eig-1",
}


def holds_list(value: Any) -> bool:
    return isinstance(value, list) or isinstance(value, tuple) and any(map(holds_list, value))


def shown(fn: Any) -> str:
    ufunc = getattr(fn, "__self__", None)
    return f"{ufunc.__name__}.{fn.__name__}" if isinstance(ufunc, np.ufunc) else function_name(fn)


CASES = [
    pytest.param(fn, case, id=f"{shown(fn)}-{i}")
    for rule in all_rules()
    if rule.style != "zero"
    for fn in rule.functions
    for i, case in enumerate(rule.cases)
]


def sort_of(fn: Any, case: Case, name: str) -> str:
    if shown(fn) in REFUSED:
        return "refused"
    if holds_list((*case.args, *(value for _, value in case.kwargs))):
        return "list"
    return "tie" if name in AT_TIES else "smooth"


def cases_of(sort: str) -> list[Any]:
    return [c for c in CASES if sort_of(*c.values, c.id) == sort]


def agrees(loss: Any, args: list[Any]) -> None:
    gradient = srcad.grad(loss, tuple(range(len(args))))
    direction = at_random(args)
    numerical = jacobian(
        lambda at: leaves(gradient(*rebuilt(args, [float(v) for v in at]))), leaves(args).astype(float)
    )
    expected = numerical @ leaves(direction)
    for made in (srcad.jvp(gradient, args, direction)[1], srcad.vjp(gradient, *args)[1](direction)):
        np.testing.assert_allclose(leaves(made), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")  # powers of negative bases
@pytest.mark.parametrize(("fn", "case"), cases_of("smooth"))
def test_the_derivatives_of_the_gradient_agree_with_differences(fn: Any, case: Case) -> None:
    made = loss_of(fn, case)
    if made is not None:
        agrees(*made)


@pytest.mark.parametrize(("fn", "case"), cases_of("list"))
def test_lists_of_the_caller_have_a_right_second_order_or_none(fn: Any, case: Case) -> None:
    made = loss_of(fn, case)
    if made is not None:
        try:
            agrees(*made)
        except srcad.SrcadError as error:
            assert error.place is not None


@pytest.mark.parametrize(("fn", "case"), cases_of("refused"))
def test_what_has_no_second_order_is_refused(fn: Any, case: Case) -> None:
    made = loss_of(fn, case)
    assert made is not None
    loss, args = made
    with pytest.raises(srcad.SrcadError) as caught:
        srcad.jvp(srcad.grad(loss, tuple(range(len(args)))), args, at_random(args))
    assert caught.value.place is not None
    with pytest.raises(srcad.SrcadError):
        srcad.vjp(srcad.grad(loss, tuple(range(len(args)))), *args)[1](at_random(args))


def test_every_refusal_names_a_rule() -> None:
    assert set(REFUSED) <= {shown(c.values[0]) for c in CASES}
