"""The referee: does a derivative agree with the program that it is the derivative of?

It shares no code with srcad. Values are compared with the program itself, gradients with central differences that
are extrapolated to step zero (Ridders 1982), and the form of a gradient with the form of its argument. A point at
which the differences themselves cannot be trusted (a kink, a jump) fails too: such a test would prove nothing.
"""

from __future__ import annotations

import collections
import copy
import dataclasses
import functools
import inspect
import math
import os
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

import srcad

# ---------------------------------------------------------------- the numbers in a structure


def is_smooth(value: Any) -> bool:
    """The value is a float or complex number, or an array of them."""
    return isinstance(value, (float, complex, np.inexact)) or (
        isinstance(value, np.ndarray) and value.dtype.kind in "fc"
    )


def attributes(value: Any) -> dict[str, Any] | None:
    """The attributes of an object of a class that a user wrote; None for anything else."""
    if isinstance(value, (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
        return None
    if type(value).__module__.split(".")[0] in ("builtins", "numpy", "functools", "random", "_io", "_random"):
        return None
    held = dict(getattr(value, "__dict__", {}))
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name) and name not in ("__dict__", "__weakref__"):
                held[name] = getattr(value, name)
    return held


def parts(value: Any) -> list[tuple[str, Any]] | None:
    """What a structure holds, each with the text that reads it; None for a leaf."""
    if isinstance(value, (list, tuple, collections.deque)):
        return [(f"[{i}]", item) for i, item in enumerate(value)]
    if isinstance(value, dict):
        return [(f"[{key!r}]", item) for key, item in value.items()]
    if isinstance(value, (set, frozenset, np.ndarray, np.generic)):
        return None
    held = attributes(value)
    return None if held is None else [(f".{name}", item) for name, item in held.items()]


def numbers(value: Any, sign: float = 1.0) -> Iterator[float]:
    """Every float in a structure, in order; of a complex number the real part and `sign` times the imaginary one."""
    if is_smooth(value) and np.iscomplexobj(value):
        for number in np.asarray(value, dtype=complex).ravel().tolist():
            yield from (number.real, sign * number.imag)
    elif is_smooth(value):
        yield from np.asarray(value, dtype=float).ravel().tolist()
    else:
        for _, part in parts(value) or ():
            yield from numbers(part, sign)


def slopes(gradient: Any) -> list[float]:
    """The derivatives by every float that a gradient says: `df = Re(g * dz)`, so -Im g by the imaginary part."""
    return list(numbers(gradient, -1.0))


def with_numbers(value: Any, source: Iterator[float]) -> Any:
    """A copy of a structure with its floats taken from `source`."""
    if isinstance(value, np.ndarray) and np.iscomplexobj(value):
        made = [complex(next(source), next(source)) for _ in range(value.size)]
        return np.array(made, dtype=complex).reshape(value.shape)
    if isinstance(value, (complex, np.complexfloating)):
        return complex(next(source), next(source))
    if isinstance(value, np.ndarray) and is_smooth(value):
        return np.array([next(source) for _ in range(value.size)], dtype=float).reshape(value.shape)
    if isinstance(value, np.floating):
        return np.float64(next(source))
    if is_smooth(value):
        return float(next(source))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*[with_numbers(item, source) for item in value])
    if isinstance(value, collections.deque):
        return collections.deque([with_numbers(item, source) for item in value], value.maxlen)
    if isinstance(value, (list, tuple)):
        return type(value)([with_numbers(item, source) for item in value])
    if isinstance(value, dict):
        made = copy.copy(value)
        for key, item in value.items():
            made[key] = with_numbers(item, source)
        return made
    if parts(value) is None:
        return copy.deepcopy(value)
    made = copy.copy(value)
    for name, item in (attributes(value) or {}).items():
        object.__setattr__(made, name, with_numbers(item, source))
    return made


def promoted(value: Any) -> Any:
    """An int or an integer array that is given directly as a differentiated argument, as floats."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_)):
        return float(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return value.astype(float)
    return value


# ---------------------------------------------------------------- differences


def slope(along: Callable[[float], float], scale: float = 1.0, levels: int = 7) -> tuple[float, float]:
    """The derivative of `along` at 0 and an estimate of its error, by Ridders' extrapolation of differences."""
    step = 1e-2 * scale
    best, error = math.nan, math.inf
    row: list[float] = []
    for _ in range(levels):
        new = [(along(step) - along(-step)) / (2 * step)]
        for i, old in enumerate(row):
            new.append(new[i] + (new[i] - old) / (4.0 ** (i + 1) - 1))
            doubt = max(abs(new[i + 1] - new[i]), abs(new[i + 1] - old))
            if doubt <= error:
                best, error = new[i + 1], doubt
        row = new
        step /= 2
    return best, error


def differences(f: Callable[[list[float]], float], at: Sequence[float]) -> tuple[list[float], list[float]]:
    """The partial derivatives of a function of a list of numbers, and their estimated errors."""
    made, errors = [], []
    for i, x in enumerate(at):

        def along(t: float, i: int = i, x: float = x) -> float:
            return float(f([*at[:i], x + t, *at[i + 1 :]]))

        value, error = slope(along, max(abs(x), 0.1))
        made.append(value)
        errors.append(error)
    return made, errors


def numerical_gradient(
    f: Callable[..., Any], args: Sequence[Any], argnums: Sequence[int], kwargs: dict[str, Any] | None = None
) -> tuple[list[float], list[float]]:
    """The partial derivatives with respect to every float in the chosen arguments, and their estimated errors."""
    chosen = {i: promoted(args[i]) for i in argnums}

    def of_numbers(values: list[float]) -> float:
        source = iter(values)
        made = {i: with_numbers(chosen[i], source) for i in argnums}
        called = [made[i] if i in made else copy.deepcopy(arg) for i, arg in enumerate(args)]
        return as_number(f(*called, **copy.deepcopy(kwargs or {})))

    with np.errstate(all="ignore"):
        return differences(of_numbers, [x for i in argnums for x in numbers(chosen[i])])


def as_number(value: Any) -> float:
    assert np.size(value) == 1, f"the program returns {value!r}, not one number"
    return float(np.asarray(value).reshape(()))


# ---------------------------------------------------------------- form and value of a gradient


def close(a: float, b: float, rtol: float, atol: float) -> bool:
    return math.isfinite(a) and abs(a - b) <= atol + rtol * abs(b)


def agrees(
    gradient: Any, argument: Any, source: Iterator[float], where: str, rtol: float, atol: float, sign: float = -1.0
) -> None:
    """Fail unless `gradient` mirrors `argument` and says the derivatives of `source`.

    With `sign` 1, it is a value or tangent, whose imaginary parts are themselves.
    """
    if isinstance(argument, np.ndarray) and is_smooth(argument):
        assert isinstance(gradient, np.ndarray), f"{where}: an array has the gradient {gradient!r}"
        assert gradient.shape == argument.shape, f"{where}: shape {argument.shape} became {gradient.shape}"
        assert gradient.dtype == argument.dtype, f"{where}: dtype {argument.dtype} became {gradient.dtype}"
        for index in np.ndindex(argument.shape):
            for got in numbers(gradient[index], sign):
                want = next(source)
                assert close(got, want, rtol, atol), f"{where}{list(index)}: {got!r}, but differences say {want!r}"
    elif isinstance(argument, (complex, np.complexfloating)):
        assert isinstance(gradient, complex), f"{where}: a complex number has the gradient {gradient!r}"
        for got in numbers(gradient, sign):
            want = next(source)
            assert close(got, want, rtol, atol), f"{where}: {gradient!r}, but differences say {want!r}"
    elif is_smooth(argument):
        assert isinstance(gradient, (float, np.floating)), f"{where}: a float has the gradient {gradient!r}"
        want = next(source)
        assert close(float(gradient), want, rtol, atol), f"{where}: {gradient!r}, but differences say {want!r}"
    elif (held := parts(argument)) is None:
        assert gradient is None, f"{where}: {argument!r} cannot be differentiated, but has the gradient {gradient!r}"
    else:
        data = isinstance(argument, (list, tuple, dict, collections.deque)) or dataclasses.is_dataclass(argument)
        form = type(argument) if data else types.SimpleNamespace
        assert type(gradient) is form, f"{where}: {type(argument).__name__} has the gradient {gradient!r}"
        mirrored = parts(gradient) or []
        assert [name for name, _ in mirrored] == [name for name, _ in held], f"{where}: {gradient!r} for {argument!r}"
        for (name, part), (_, mirror) in zip(held, mirrored, strict=True):
            agrees(mirror, part, source, where + name, rtol, atol, sign)


def identical(a: Any, b: Any) -> bool:
    """The same structure holding the same bits."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return bool(a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes())
    if isinstance(a, (float, complex, np.generic)):
        return np.asarray(a).tobytes() == np.asarray(b).tobytes()
    held, other = parts(a), parts(b)
    if held is None or other is None:
        return callable(a) or isinstance(a, types.ModuleType) or bool(a == b) or attributes(a) is None
    return len(held) == len(other) and all(
        m == n and identical(x, y) for (m, x), (n, y) in zip(held, other, strict=True)
    )


# ---------------------------------------------------------------- the checks


def smooth_positions(args: Sequence[Any]) -> tuple[int, ...]:
    """The positions of the arguments that hold a float."""
    return tuple(i for i, arg in enumerate(args) if next(numbers(arg), None) is not None)


def check(
    f: Callable[..., Any],
    *args: Any,
    argnums: int | tuple[int, ...] | None = None,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    kwargs: dict[str, Any] | None = None,
) -> None:
    """Fail unless srcad's value and gradient of `f` at `args` are right; by default, in every float there is."""
    check_at(f, [args], argnums=argnums, rtol=rtol, atol=atol, kwargs=kwargs)


def check_at(
    f: Callable[..., Any],
    points: Sequence[Any],
    *,
    argnums: int | tuple[int, ...] | None = None,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    kwargs: dict[str, Any] | None = None,
) -> None:
    """`check` at several points with one derivative. A point is a (plain) tuple of arguments, or the only one."""
    made: dict[Any, tuple[Any, Any]] = {}
    assert points, "no point to check at"
    for point in points:
        args = point if type(point) is tuple else (point,)
        wanted = smooth_positions(args) if argnums is None else argnums
        assert wanted != (), f"no float in {args!r}"
        if isinstance(wanted, tuple) and len(wanted) == 1 and argnums is None:
            wanted = wanted[0]
        if wanted not in made:
            made[wanted] = (srcad.value_and_grad(f, wanted), srcad.grad(f, wanted))
        try:
            _check_once(f, args, wanted, *made[wanted], rtol=rtol, atol=atol, kwargs=kwargs or {})
        except Exception as error:
            shown = ", ".join([*map(repr, args), *(f"{k}={v!r}" for k, v in (kwargs or {}).items())])
            error.add_note(f"in {getattr(f, '__name__', f)}({shown}), with respect to {wanted}")
            raise


def _check_once(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    argnums: int | tuple[int, ...],
    value_and_grad: Callable[..., Any],
    grad: Callable[..., Any],
    *,
    rtol: float,
    atol: float,
    kwargs: dict[str, Any],
) -> None:
    positions = tuple(i % len(args) for i in (argnums if isinstance(argnums, tuple) else (argnums,)))
    floats = [promoted(arg) if i in positions else arg for i, arg in enumerate(args)]
    expected = f(*copy.deepcopy(floats), **copy.deepcopy(kwargs))
    want, doubt = numerical_gradient(f, args, positions, kwargs)
    for slope_, error in zip(want, doubt, strict=True):
        if not (math.isfinite(slope_) and error <= 0.5 * (atol + rtol * abs(slope_))):
            raise AssertionError(f"the differences say {slope_!r}, but may be off by {error!r}: choose another point")

    given, kept = copy.deepcopy((args, kwargs)), copy.deepcopy((args, kwargs))
    value, gradient = value_and_grad(*given[0], **given[1])
    assert identical(given, kept), f"the arguments were changed: {kept!r} became {given!r}"
    assert np.shape(value) == np.shape(expected), f"the value is {value!r}, not {expected!r}"
    assert close(as_number(value), as_number(expected), 1e-12, 1e-14), f"the value is {value!r}, not {expected!r}"

    alone = grad(*given[0], **given[1])
    assert identical(given, kept), f"the arguments were changed: {kept!r} became {given!r}"
    for found, who in ((gradient, "value_and_grad"), (alone, "grad")):
        if isinstance(argnums, tuple):
            assert type(found) is tuple and len(found) == len(argnums), f"{who}: {found!r} for argnums={argnums}"
        source = iter(want)
        for position, one in zip(positions, found if isinstance(argnums, tuple) else (found,), strict=True):
            agrees(one, floats[position], source, f"{who}: d/d arg {position}", rtol, atol)
    exact = slopes(gradient)
    assert np.allclose(exact, slopes(alone), rtol=1e-12, atol=1e-14), "grad and value_and_grad disagree"
    _check_forward(functools.partial(f, **kwargs) if kwargs else f, args, positions, exact, expected)


def check_jvp(f: Callable[..., Any], *args: Any, rtol: float = 1e-6, atol: float = 1e-8) -> None:
    """Fail unless `srcad.jvp` is right for an `f` that returns any structure of floats, along one direction."""
    direction = along(args, smooth_positions(args))
    given = copy.deepcopy((args, direction))
    value, tangent = srcad.jvp(f, *given)
    expected = f(*copy.deepcopy(args))
    agrees(value, expected, iter(list(numbers(expected))), "value", 1e-12, 1e-14, 1.0)
    assert identical(given, (args, direction)), "the arguments or their tangents were changed"
    want = []
    for i in range(sum(1 for _ in numbers(expected))):

        def one(t: float, i: int = i) -> float:
            return list(numbers(f(*moved(args, direction, t))))[i]

        with np.errstate(all="ignore"):
            want.append(slope(one)[0])
    agrees(tangent, expected, iter(want), "tangent", rtol, atol, 1.0)


def along(args: Sequence[Any], positions: Sequence[int]) -> tuple[Any, ...]:
    """A random direction for the arguments at these positions, None for the others."""
    random = np.random.default_rng(1)

    def like(arg: Any) -> Any:
        return with_numbers(arg, iter(random.uniform(0.5, 1.5, sum(1 for _ in numbers(arg))).tolist()))

    return tuple(like(promoted(arg)) if i in positions else None for i, arg in enumerate(args))


def moved(args: Sequence[Any], direction: Sequence[Any], t: float) -> list[Any]:
    """The arguments a step along a direction."""
    made = []
    for arg, dot in zip(args, direction, strict=True):
        if dot is None:
            made.append(copy.deepcopy(arg))
        else:
            steps = zip(numbers(promoted(arg)), numbers(dot), strict=True)
            made.append(with_numbers(promoted(arg), iter([x + t * d for x, d in steps])))
    return made


def _check_forward(
    f: Callable[..., Any], args: tuple[Any, ...], positions: tuple[int, ...], gradient: list[float], expected: Any
) -> None:
    """The same in forward mode: along one direction, the tangent is the gradient times the direction."""
    direction = along(args, positions)
    given, kept = copy.deepcopy((args, direction)), copy.deepcopy((args, direction))
    value, tangent = srcad.jvp(f, *given)
    assert identical(given, kept), f"jvp: the arguments were changed: {kept!r} became {given!r}"
    assert close(as_number(value), as_number(expected), 1e-12, 1e-14), f"jvp: the value is {value!r}, not {expected!r}"
    steps = [d for i in positions for d in numbers(direction[i])]
    terms = [g * d for g, d in zip(gradient, steps, strict=True)]
    scale = math.fsum(map(abs, terms))
    want = math.fsum(terms)
    if isinstance(tangent, (int, float, np.floating, np.ndarray)) and math.isfinite(want):
        got = as_number(tangent)
        rounding = (
            1e-5 if any(a.dtype in (np.float32, np.complex64) for a in args if isinstance(a, np.ndarray)) else 1e-10
        )
        assert abs(got - want) <= 1e-14 + rounding * scale, (
            f"jvp: {got!r}, but the gradient times the direction is {want!r}"
        )
    else:
        raise AssertionError(f"jvp: the tangent is {tangent!r}")


def check_vjp(f: Callable[..., Any], *args: Any, rtol: float = 1e-6, atol: float = 1e-8) -> None:
    """Fail unless `srcad.vjp` is right for an `f` that returns any structure of floats."""
    expected = f(*copy.deepcopy(args))
    random = np.random.default_rng(0)
    weights = random.uniform(0.5, 1.5, sum(1 for _ in numbers(expected))).tolist()
    cotangent = with_numbers(expected, iter(weights))
    positions = smooth_positions(args)

    def weighted(*primals: Any) -> float:
        return math.fsum(w * x for w, x in zip(slopes(cotangent), numbers(f(*primals)), strict=True))

    given = copy.deepcopy(args)
    value, pullback = srcad.vjp(f, *given)
    agrees(value, expected, iter(list(numbers(expected))), "value", 1e-12, 1e-14, 1.0)
    want, _ = numerical_gradient(weighted, args, positions)
    for _ in range(2):  # a pullback may be called again
        found = pullback(copy.deepcopy(cotangent))
        assert type(found) is tuple and len(found) == len(args), f"{found!r}: not one cotangent per primal"
        source = iter(want)
        for position in positions:
            agrees(found[position], args[position], source, f"cotangent of arg {position}", rtol, atol)
    assert identical(given, args), "the arguments were changed"


def refused(
    f: Callable[..., Any],
    *args: Any,
    error: type[Exception],
    line_contains: str | None = None,
    message_contains: str = "",
    argnums: int | tuple[int, ...] = 0,
    placed: bool = True,
) -> Any:
    """Fail unless `grad(f)` at `args` is refused with `error`, at the right line, and with a remedy."""
    with pytest.raises(error) as caught:
        srcad.grad(f, argnums)(*args)
    refusal: Any = caught.value
    assert isinstance(refusal, srcad.SrcadError), f"{refusal!r} is not a SrcadError"
    assert message_contains.lower() in str(refusal).lower(), f"{message_contains!r} is not said in: {refusal}"
    assert refusal.remedy.strip(), f"no remedy: {refusal}"
    assert refusal.remedy in str(refusal)
    if not placed:
        return refusal
    place = refusal.place
    assert place is not None, f"no place: {refusal}"
    file = inspect.getsourcefile(inspect.unwrap(f))
    same = file is not None and (place.file == file or os.path.samefile(place.file, file))
    assert same, f"{place.file} instead of {file}"
    with open(file, encoding="utf-8") as lines:
        source = lines.read().splitlines()
    line = source[place.line - 1]
    assert place.text.strip() == line.strip(), f"line {place.line} is {line!r}, the error shows {place.text!r}"
    if line_contains is not None:
        assert line_contains in line, f"the error is at {line!r}, not at {line_contains!r}"
    assert 0 <= place.column < len(line) and not line[place.column].isspace(), f"column {place.column} of {line!r}"
    assert f"line {place.line}" in str(refusal) and "^" in str(refusal), f"not shown in full: {refusal}"
    return refusal
