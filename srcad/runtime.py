"""The few helpers that generated code may call.

Each needs NumPy and the standard library alone, and calls nothing else of this package, so that a saved derivative can
carry a copy of its source. Each is ordinary Python that a person can read where it is copied to.
"""

from __future__ import annotations

import collections
import copy
import dataclasses
import enum
import math
import types
from typing import Any

import numpy as np


def unbroadcast(d: Any, x: Any) -> Any:
    """Sum `d` down to the shape of `x`: the transpose of broadcasting `x` up to the shape of `d`."""
    if isinstance(d, np.ndarray) and type(d) is not np.ndarray:
        raise Refusal(
            f"a {type(d).__name__} is combined with what carries a derivative, and may compute otherwise than an array",
            "make an array of it: np.asarray(m), or m.filled(0.0) for a masked array",
        )
    shape = np.shape(x)
    if np.shape(d) == shape:
        return d.item() if shape == () and isinstance(d, np.ndarray) and not isinstance(x, np.ndarray) else d
    extra = np.ndim(d) - len(shape)
    if extra > 0:
        d = np.sum(d, axis=tuple(range(extra)))
    elif extra < 0:  # a store drops leading dimensions of one
        d = np.reshape(d, (1,) * -extra + np.shape(d))
    stretched = tuple(i for i, size in enumerate(shape) if size == 1 and np.shape(d)[i] != 1)
    if stretched:
        d = np.sum(d, axis=stretched, keepdims=True)
    return d if isinstance(x, np.ndarray) else np.asarray(d).item()


def unbroadcast_each(d: Any, xs: Any) -> list[Any]:
    """`d`, summed down to the shape of each of `xs`."""
    return [unbroadcast(d, x) for x in xs]


def above(x: Any, y: Any) -> Any:
    """The share that `x` has in `maximum(x, y)`: 1 where it is above `y`, 1/2 where they are equal, else 0."""
    return np.where(x == y, 0.5, x > y).astype(np.result_type(x, y, 0.0))[()]


def split_extreme(d: Any, items: Any, extreme: Any) -> Any:
    """The cotangent of each item in their maximum or minimum: equal shares where several reach it."""
    reached = np.asarray([item == extreme for item in items])
    return d * reached / np.count_nonzero(reached)


def unconcatenate(d: Any, arrays: Any, axis: Any = 0) -> tuple[Any, ...]:
    """The part of `d` that each of `arrays` has in their concatenation along `axis`, in the array's own shape."""
    along = 0 if axis is None else axis
    width = max(1, np.size(d) // max(1, np.shape(d)[along]))
    stops = np.cumsum([np.size(x) // width for x in arrays])
    parts = np.split(d, stops[:-1], along)
    return tuple([np.reshape(part, np.shape(x)) for part, x in zip(parts, arrays, strict=True)])


def sum_of_each(xs: Any, ys: Any) -> tuple[Any, ...]:
    """The sums of the items of two sequences of one length."""
    return tuple([x + y for x, y in zip(xs, ys, strict=True)])


def rejoin(parts: Any, d: Any, axis: Any = 0) -> Any:
    """The transpose of `unconcatenate(d, parts, axis)`: the parts, each in its place of an array like `d`."""
    along = 0 if axis is None else axis % np.ndim(d)
    before, after = np.shape(d)[:along], np.shape(d)[along + 1 :]
    width = max(1, math.prod(before + after))
    return np.concatenate([np.reshape(x, (*before, np.size(x) // width, *after)) for x in parts], along)


def part_width(size: int, count: int) -> int:
    """The length of each of `count` equal parts."""
    if size % count:
        raise ValueError("array split does not result in an equal division")
    return size // count


def part_start(size: int, count: int, i: int) -> int:
    """Where part number `i` of `count` begins: the first ones are longer by one where they cannot be equal."""
    return i * (size // count) + min(i, size % count)


def product_of_others(x: Any, axis: Any = None) -> Any:
    """For each element, the product of all the others along `axis`, which is right where some are zero."""
    x = np.asarray(x)
    axes = tuple(range(x.ndim)) if axis is None else tuple(int(i) % x.ndim for i in np.atleast_1d(axis))
    order = tuple(i for i in range(x.ndim) if i not in axes) + axes
    moved = np.transpose(x, order)
    rows = moved.reshape(moved.shape[: x.ndim - len(axes)] + (-1,))
    before = np.ones_like(rows)
    before[..., 1:] = np.cumprod(rows[..., :-1], axis=-1)
    after = np.ones_like(rows)
    after[..., :-1] = np.cumprod(rows[..., :0:-1], axis=-1)[..., ::-1]
    return np.transpose((before * after).reshape(moved.shape), np.argsort(order))


def inverse_axes(axes: Any) -> tuple[int, ...]:
    """The permutation that undoes a transposition by `axes`, some of which may be counted from the end."""
    return tuple(int(i) for i in np.argsort([axis % len(axes) for axis in axes]))


def from_diagonal(d: Any, x: Any, offset: Any = 0) -> Any:
    """A zero of the shape of the matrix `x` with `d` on a diagonal: the adjoint of `np.diagonal(x, offset)`."""
    made = np.zeros_like(x)
    along = np.arange(max(0, min(made.shape[0] + min(offset, 0), made.shape[1] - max(offset, 0))))
    made[along - min(offset, 0), along + max(offset, 0)] = d
    return made


def diagonal_view(x: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    """`np.diagonal(x, offset, axis1, axis2)` as a view that can be written to."""
    made = np.diagonal(x, offset, axis1, axis2)
    made.flags.writeable = True
    return made


def kron_left(d: Any, x: Any, y: Any) -> Any:
    """The cotangent of `x` in `np.kron(x, y)`."""
    ndim = max(np.ndim(x), np.ndim(y))
    rows = (1,) * (ndim - np.ndim(x)) + np.shape(x)
    columns = (1,) * (ndim - np.ndim(y)) + np.shape(y)
    blocks = np.reshape(d, [size for pair in zip(rows, columns, strict=True) for size in pair])
    return np.reshape(np.tensordot(blocks, np.reshape(y, columns), (range(1, 2 * ndim, 2), range(ndim))), np.shape(x))


def kron_right(d: Any, x: Any, y: Any) -> Any:
    """The cotangent of `y` in `np.kron(x, y)`."""
    ndim = max(np.ndim(x), np.ndim(y))
    rows = (1,) * (ndim - np.ndim(x)) + np.shape(x)
    columns = (1,) * (ndim - np.ndim(y)) + np.shape(y)
    blocks = np.reshape(d, [size for pair in zip(rows, columns, strict=True) for size in pair])
    return np.reshape(np.tensordot(blocks, np.reshape(x, rows), (range(0, 2 * ndim, 2), range(ndim))), np.shape(y))


def matmul_left(d: Any, x: Any, y: Any) -> Any:
    """The cotangent of `x` in `x @ y`, for any numbers of dimensions."""
    if np.ndim(y) == 1:
        return unbroadcast(np.expand_dims(d, -1) * y, x)
    if np.ndim(x) == 1:
        return unbroadcast((y @ np.expand_dims(d, -1))[..., 0], x)
    return unbroadcast(d @ np.swapaxes(y, -1, -2), x)


def matmul_right(d: Any, x: Any, y: Any) -> Any:
    """The cotangent of `y` in `x @ y`, for any numbers of dimensions."""
    if np.ndim(y) == 1:
        return unbroadcast(np.expand_dims(d, -1) * x, y)
    if np.ndim(x) == 1:
        return unbroadcast(np.expand_dims(x, -1) * np.expand_dims(d, -2), y)
    return unbroadcast(np.swapaxes(x, -1, -2) @ d, y)


def dot_left(d: Any, x: Any, y: Any) -> Any:
    """The cotangent of `x` in `np.dot(x, y)`, for any numbers of dimensions."""
    if np.ndim(x) == 0 or np.ndim(y) == 0:
        return unbroadcast(d * y, x)
    if np.ndim(y) == 1:
        return np.expand_dims(d, -1) * y
    return np.tensordot(d, np.swapaxes(y, -1, -2), np.ndim(y) - 1)


def dot_right(d: Any, x: Any, y: Any) -> Any:
    """The cotangent of `y` in `np.dot(x, y)`, for any numbers of dimensions."""
    if np.ndim(x) == 0 or np.ndim(y) == 0:
        return unbroadcast(d * x, y)
    if np.ndim(y) == 1:
        return np.tensordot(d, x, np.ndim(d))
    return np.moveaxis(np.tensordot(np.moveaxis(x, -1, 0), d, np.ndim(x) - 1), 0, -2)


def inner_left(d: Any, y: Any) -> Any:
    """The cotangent of `x` in `np.inner(x, y)`, neither being a scalar."""
    return np.tensordot(d, y, np.ndim(y) - 1)


def inner_right(d: Any, x: Any) -> Any:
    """The cotangent of `y` in `np.inner(x, y)`, neither being a scalar."""
    return np.moveaxis(np.tensordot(np.moveaxis(x, -1, 0), d, np.ndim(x) - 1), 0, -1)


def unsort(d: Any, xs: Any, reverse: bool = False) -> list[Any]:
    """The items of `d` put back in the order that `xs` had before it was sorted."""
    made: list[Any] = [0.0] * len(d)
    for position, index in enumerate(sorted(range(len(xs)), key=xs.__getitem__, reverse=reverse)):
        made[index] = d[position]
    return made


def index_groups(how: str, n: int, size: int) -> list[list[int]]:
    """The positions that a function of `itertools` of this name picks out of `n` items, `size` at a time."""
    import itertools

    return [list(group) for group in getattr(itertools, how)(range(n), size)]


def sorted_along(tangents: Any, xs: Any, reverse: bool = False) -> list[Any]:
    """The tangents of the items of `sorted(xs)`: those of the items of `xs`, in the order that sorts them."""
    return [tangents[i] for i in sorted(range(len(xs)), key=xs.__getitem__, reverse=reverse)]


def order_of(keys: Any, descending: bool = False) -> list[int]:
    """The positions of the items in sorted order: equal ones stay in the order they had."""
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=descending)


def digamma(x: float) -> float:
    """The derivative of `math.lgamma` (Abramowitz & Stegun 6.3.5, 6.3.7, 6.3.18)."""
    if x <= 0.0:
        return digamma(1.0 - x) - math.pi / math.tan(math.pi * x)
    shift = 0.0
    while x < 12.0:
        shift = shift - 1.0 / x
        x = x + 1.0
    s = 1.0 / (x * x)
    series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * 691 / 32760)))))
    return shift + math.log(x) - 0.5 / x - series


# ---------------------------------------------------------------- methods of arrays, as functions


def astype(x: Any, dtype: Any, copy: bool = True) -> Any:
    """`x.astype(dtype)`"""
    return x.astype(dtype, copy=copy)


def flatten(x: Any, order: Any = "C") -> Any:
    """`x.flatten()`"""
    return x.flatten(order)


def tolist(x: Any) -> Any:
    """`x.tolist()`"""
    return x.tolist()


def item(x: Any, *index: int) -> Any:
    """`x.item(*index)`"""
    return x.item(*index)


def scatter(x: Any, index: Any, d: Any) -> Any:
    """A zero of the shape of `x` with `d` added at `index`: the adjoint of `x[index]`."""
    made = np.zeros_like(x)
    np.add.at(made, index, d)
    return made


def attributes_of(x: Any) -> dict[str, Any] | None:
    """The attributes of an object by name; None for what holds none: numbers, functions, classes, modules."""
    root = type(x).__module__.split(".")[0]
    if root in ("builtins", "numpy", "functools", "random", "io", "_io") or isinstance(x, (type, enum.Enum)):
        return None
    if not hasattr(x, "__dict__") and not hasattr(x, "__slots__"):
        return None  # made in C
    held = dict(getattr(x, "__dict__", {}))
    for cls in type(x).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name != "__dict__" and hasattr(x, name):
                held[name] = getattr(x, name)
    return held


def shadow_of(x: Any) -> Any:
    """A zero of the form of `x`: lists for sequences, 0.0 for numbers, None for what has no derivative.

    Where `x` is None a number may be elsewhere, and nothing but zero is ever added to its adjoint: 0.0.
    """
    if isinstance(x, np.ndarray):
        return np.zeros_like(x) if x.dtype.kind in "fc" else None
    if x is None or isinstance(x, (int, float, complex, np.number)):
        return 0.0
    if isinstance(x, dict):
        made = {key: shadow_of(value) for key, value in x.items()}
        factory = getattr(x, "default_factory", None)
        return made if factory is None else collections.defaultdict(lambda: shadow_of(factory()), made)
    if isinstance(x, (list, tuple)):
        return [shadow_of(value) for value in x]
    if isinstance(x, collections.deque):
        return collections.deque(map(shadow_of, x), x.maxlen)
    held = attributes_of(x)
    return None if held is None else object_shadow(**{key: shadow_of(value) for key, value in held.items()})


def slot_of(x: Any) -> Any:
    """The zero in which the adjoint of `x` is added up: an array for an array, else 0.0, also where `x` is None."""
    return np.zeros_like(x) if isinstance(x, np.ndarray) else 0.0


def part_of(x: Any, *steps: Any) -> Any:
    """`x[a][b]...`, where a step ".name" is an attribute; None where a value on the way is None."""
    for step in steps:
        if x is None:
            return None
        x = getattr(x, step[1:]) if isinstance(step, str) and step[:1] == "." else x[step]
    return x


def spread_like(tangent: Any, x: Any) -> Any:
    """A tangent spread to the shape of `x`, which may be a number or an array."""
    return np.full_like(x, tangent) if isinstance(x, np.ndarray) else tangent


class object_shadow:  # noqa: N801 - printed in generated code like a function
    """The shadow of an object: the adjoints of its attributes."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


def empty_shadow() -> Any:
    """The shadow of an object without attributes."""
    return object_shadow()


def add_into(shadow: Any, d: Any) -> None:
    """Add the parts of `d` to those of a shadow, in place."""
    if isinstance(shadow, np.ndarray):
        shadow += d
        return
    if isinstance(shadow, object_shadow):
        shadow, d = shadow.__dict__, d if isinstance(d, dict) else attributes_of(d)
    for key in shadow if isinstance(shadow, dict) else range(len(shadow)):
        part = d[key]
        if isinstance(shadow[key], (list, dict, object_shadow, np.ndarray)):
            add_into(shadow[key], part)
        elif part is not None and shadow[key] is not None:
            shadow[key] = shadow[key] + part


def add_repeats(shadow: Any, d: Any) -> None:
    """Add the items of `d`, the adjoint of a list repeated, to those of the list's own shadow, in place."""
    for start in range(0, len(d), max(1, len(shadow))):
        add_into(shadow, d[start : start + len(shadow)])


MISSING = object()


def item_before(base: Any, key: Any) -> Any:
    """What `base[key]` holds before it is written, `MISSING` if nothing."""
    return base.get(key, MISSING) if isinstance(base, dict) else base[key]


def restore_item(base: Any, key: Any, old: Any) -> None:
    """Put back what `item_before` found."""
    if old is MISSING:
        del base[key]
    else:
        base[key] = old


def attribute_before(base: Any, name: str) -> Any:
    """What `base.name` holds before it is written, `MISSING` if nothing; what its class holds is not its own."""
    if hasattr(getattr(type(base), name, None), "__set__"):  # a slot
        return getattr(base, name, MISSING)
    return vars(base).get(name, MISSING)


def has_own(base: Any, name: str) -> bool:
    """Whether `base` itself holds an attribute of this name, and not only its class."""
    return attribute_before(base, name) is not MISSING


def restore_attribute(base: Any, name: str, old: Any) -> None:
    """Put back what `attribute_before` found."""
    if old is MISSING:
        delattr(base, name)
    else:
        setattr(base, name, old)


def mirrored(shadow: Any, x: Any) -> Any:
    """The gradient in the form of the argument `x`, from its shadow; None for what has no derivative."""
    if isinstance(x, (complex, np.complexfloating)):
        return complex(shadow or 0.0)
    if isinstance(x, np.ndarray):
        return shadow
    if isinstance(x, (float, np.floating)):
        return shadow if shadow is None else float(shadow.real)
    if isinstance(x, (list, tuple)):
        items = [mirrored(shadow and shadow[i], item) for i, item in enumerate(x)]
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items) if isinstance(x, tuple) else items
    if isinstance(x, collections.deque):
        return collections.deque((mirrored(shadow and shadow[i], item) for i, item in enumerate(x)), x.maxlen)
    if isinstance(x, dict):
        made = copy.copy(x)
        for key, value in x.items():
            made[key] = mirrored(shadow and shadow[key], value)
        return made
    held = attributes_of(x)
    if held is None:
        return None
    parts = attributes_of(shadow) or {}
    mirror = {key: mirrored(parts.get(key), value) for key, value in held.items()}
    if not dataclasses.is_dataclass(x):
        return types.SimpleNamespace(**mirror)
    return instance(type(x), **{field.name: None for field in dataclasses.fields(x)} | mirror)


def instance(cls: Any, **attributes: Any) -> Any:
    """An instance of a class with these attributes, made without calling its `__init__`."""
    made = object.__new__(cls)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made


def copied(x: Any) -> Any:
    """A copy of a container and of the containers in it, so that the caller's own stays as it is."""
    return copy.deepcopy(x)


def laid_out(x: Any, values: Any) -> Any:
    """A new array of `values` that lies in memory as `x` does, so that reshaping it is a view where it is one of `x`.

    `np.array(x)` closes the gaps of an `x` that is part of a larger array.
    """
    made = np.empty_like(x)
    if made.strides != x.strides and x.size:
        spans = [(size - 1) * step for size, step in zip(x.shape, x.strides, strict=True)]
        before, after = -sum(s for s in spans if s < 0), sum(s for s in spans if s > 0)
        memory = np.zeros(before + after + x.itemsize, np.uint8)
        made = np.ndarray(x.shape, x.dtype, memory, before, x.strides)
    made[...] = values
    return made


def stop_gradient(x: Any) -> Any:
    """A copy of a value that no derivative passes through: it counts as a constant."""
    return x if isinstance(x, (int, float)) else copy.deepcopy(x)


class Refusal(Exception):
    """What a generated function cannot do at this point: a message, a remedy, and the place in the source."""


class Overlap(Exception):
    """Two arguments share memory while the first of them is written to."""


def parts_of(x: Any) -> list[Any]:
    """What a container or object holds; nothing for numbers and arrays."""
    if isinstance(x, dict):
        return list(x.values())
    if isinstance(x, (list, tuple, collections.deque)):
        return list(x)
    return [] if isinstance(x, np.ndarray) else list((attributes_of(x) or {}).values())


def arrays_in(x: Any) -> list[Any]:
    """The arrays that a value is or holds."""
    if isinstance(x, np.ndarray):
        return [x]
    arrays: list[Any] = []
    todo, seen = parts_of(x)[::-1], {id(x)}
    while todo:
        value = todo.pop()
        if isinstance(value, np.ndarray):
            arrays.append(value)
        elif type(value) is not float and id(value) not in seen:
            seen.add(id(value))
            todo.extend(parts_of(value)[::-1])
    return arrays


def refuse_overlap(names: str, *values: Any, inside: bool = True) -> None:
    """Raise if an array that may be written to shares memory with another one.

    `names` are those of the arguments, the written ones | the others; arrays are looked for in containers too. One
    array may be in two places of an argument where `inside` is False.
    """
    written = names.split(" | ")[0].count(",") + 1
    shown = names.replace(" | ", ", ").split(", ")
    arrays = [(i, array) for i, value in enumerate(values) for array in arrays_in(value)]
    for k, (i, a) in enumerate(arrays):
        for j, b in arrays[k + 1 :]:
            if i >= written and j >= written or not inside and i == j and a is b:
                continue
            if np.may_share_memory(a, b) and np.shares_memory(a, b):
                raise Overlap(shown[min(i, j)], shown[max(i, j)])


def refuse_twice(names: str, classes: Any, *values: Any, inside: bool = True) -> None:
    """Raise if a container that may be written to, or an object of these classes, is in two places of the arguments.

    `names` are those of the arguments, the written ones | the others. It may be in two places of one argument where
    `inside` is False.
    """
    written = names.split(" | ")[0].count(",") + 1
    once: set[int] = set()
    for i, value in enumerate(values):
        todo, own = [value], set()
        while todo:
            value = todo.pop()
            if isinstance(value, (list, dict, set, collections.deque, *classes)):
                if id(value) in once or (inside and id(value) in own and i < written):
                    shown = names.replace(" | ", ", ")
                    raise Overlap(
                        f"one {type(value).__name__} is in two places of the arguments {shown}, and may be written to"
                    )
                if id(value) in own:
                    continue
                own.add(id(value))
            todo.extend(part for part in parts_of(value) if type(part) not in (float, int, bool, str))
        if i < written:
            once |= own


def refuse_unlike(x: Any, part: Any, x_dot: Any, part_dot: Any) -> None:
    """Raise unless a tangent is a view of another just where the value is: its layout may be another."""
    if np.shares_memory(x, part) != np.shares_memory(x_dot, part_dot):
        raise Overlap("an array that is written to is reshaped, as a view or as a copy by a layout that is not known")


class NotOneNumber(TypeError):
    """A gradient was asked of a value that is not one number."""


class Beyond(ArithmeticError):
    """An int takes more bits than compiled code has for it."""


STOPS = (Refusal, Overlap, NotOneNumber, Beyond)  # what generated code raises on purpose


def require_one(x: Any) -> None:
    """Raise unless `x` is one number."""
    if x is None or isinstance(x, complex):
        raise NotOneNumber(f"the function returned {x!r}, not one real number")
    if np.size(x) != 1:
        raise NotOneNumber(f"the function returned an array of shape {np.shape(x)}, not one number")


def constantly(value: Any) -> Any:
    """A function without parameters that returns `value`."""
    return lambda: value


def merge_copy(shadow: Any, part: Any, order: Any = "C") -> None:
    """Add the adjoint of a reshaped array to that of the array, where the reshaping took a copy."""
    if not np.shares_memory(shadow, part):
        shadow += np.reshape(part, np.shape(shadow), order=order)
        part[...] = 0.0


def last_written(d: Any, index: Any) -> Any:
    """The cotangent of v in `x[index] = v`: of equal indices only the last was written."""
    places = np.arange(np.size(d)).reshape(np.shape(d))[index]
    order = np.arange(np.size(places)).reshape(np.shape(places))
    latest = np.zeros(np.size(d), dtype=int)
    latest[places.ravel()] = order.ravel()
    return d[index] * (latest[places] == order)
