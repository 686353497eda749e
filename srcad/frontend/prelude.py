"""What Python's built-in functions do to containers, written in Python.

A builtin such as `map` or `sorted(..., key=...)` works through its argument item by item; here it is as a loop, which
is lowered and differentiated like a function of the user's. The lazy ones (`map`, `zip`, ...) are worked out at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime import order_of


def list_copy(xs: Any) -> Any:
    return [x for x in xs]


def list_add(xs: Any, ys: Any) -> Any:
    out = []
    for x in xs:
        out.append(x)
    for y in ys:
        out.append(y)
    return out


def list_slice(xs: Any, part: Any) -> Any:
    out = []
    for i in range(len(xs))[part]:
        out.append(xs[i])
    return out


def list_reversed(xs: Any) -> Any:
    out = []
    for i in range(len(xs)):
        out.append(xs[len(xs) - 1 - i])
    return out


def map_one(function: Any, xs: Any) -> Any:
    return [function(x) for x in xs]


def map_two(function: Any, xs: Any, ys: Any) -> Any:
    return [function(xs[i], ys[i]) for i in range(min(len(xs), len(ys)))]


def map_three(function: Any, xs: Any, ys: Any, zs: Any) -> Any:
    return [function(xs[i], ys[i], zs[i]) for i in range(min(len(xs), len(ys), len(zs)))]


def filter_by(function: Any, xs: Any) -> Any:
    out = []
    for x in xs:
        if function(x):
            out.append(x)
    return out


def filter_true(xs: Any) -> Any:
    out = []
    for x in xs:
        if x:
            out.append(x)
    return out


def zip_one(xs: Any) -> Any:
    return [(x,) for x in xs]


def zip_two(xs: Any, ys: Any) -> Any:
    return [(xs[i], ys[i]) for i in range(min(len(xs), len(ys)))]


def zip_three(xs: Any, ys: Any, zs: Any) -> Any:
    return [(xs[i], ys[i], zs[i]) for i in range(min(len(xs), len(ys), len(zs)))]


def enumerate_from(xs: Any, start: Any) -> Any:
    return [(start + i, xs[i]) for i in range(len(xs))]


def reduce_from(function: Any, xs: Any, start: Any) -> Any:
    total = start
    for x in xs:
        total = function(total, x)
    return total


def reduce_first(function: Any, xs: Any) -> Any:
    if len(xs) == 0:
        raise TypeError("reduce() of empty iterable with no initial value")
    total = xs[0]
    for i in range(1, len(xs)):
        total = function(total, xs[i])
    return total


def sum_from(xs: Any, start: Any) -> Any:
    total = start
    for x in xs:
        total = total + x
    return total


def max_of(xs: Any) -> Any:
    if len(xs) == 0:
        raise ValueError("max() iterable argument is empty")
    best = xs[0]
    for i in range(1, len(xs)):
        if xs[i] > best:
            best = xs[i]
    return best


def min_of(xs: Any) -> Any:
    if len(xs) == 0:
        raise ValueError("min() iterable argument is empty")
    best = xs[0]
    for i in range(1, len(xs)):
        if xs[i] < best:
            best = xs[i]
    return best


def max_by(xs: Any, key: Any) -> Any:
    at = 0
    best = key(xs[0])
    for i in range(1, len(xs)):
        value = key(xs[i])
        if value > best:
            best = value
            at = i
    return xs[at]


def min_by(xs: Any, key: Any) -> Any:
    at = 0
    best = key(xs[0])
    for i in range(1, len(xs)):
        value = key(xs[i])
        if value < best:
            best = value
            at = i
    return xs[at]


def default_of(xs: Any, default: Any, function: Any) -> Any:
    if len(xs) == 0:
        return default
    return function(xs)


def sorted_plain(xs: Any, descending: Any) -> Any:
    out = []
    for i in order_of(xs, descending):
        out.append(xs[i])
    return out


def sorted_by(xs: Any, key: Any, descending: Any) -> Any:
    keys = [key(x) for x in xs]
    out = []
    for i in order_of(keys, descending):
        out.append(xs[i])
    return out


def any_of(xs: Any) -> bool:
    for x in xs:
        if x:
            return True
    return False


def all_of(xs: Any) -> bool:
    for x in xs:
        if not x:
            return False
    return True


def dict_items(d: Any) -> Any:
    return [(k, d[k]) for k in d]


def first_item(xs: Any) -> Any:
    for x in xs:
        return x
    raise StopIteration


def first_or(xs: Any, default: Any) -> Any:
    for x in xs:
        return x
    return default


def dict_values(d: Any) -> Any:
    return [d[k] for k in d]


def dict_of_pairs(pairs: Any) -> Any:
    return {k: v for k, v in pairs}


def dict_copy(d: Any) -> Any:
    return {k: d[k] for k in d}


def dict_get(d: Any, key: Any, default: Any) -> Any:
    return d[key] if key in d else default


def bound_get(d: Any, key: Any, default: Any = None) -> Any:
    return d.get(key, default)


def bound_item(xs: Any, at: Any) -> Any:
    return xs[at]


def dict_setdefault(d: Any, key: Any, default: Any) -> Any:
    if key not in d:
        d[key] = default
    return d[key]


def dict_update(d: Any, other: Any) -> None:
    for k in other:
        d[k] = other[k]


def dict_update_pairs(d: Any, pairs: Any) -> None:
    for key, value in pairs:
        d[key] = value


def dict_fromkeys(keys: Any, value: Any) -> Any:
    d: Any = {}
    for key in keys:
        d[key] = value
    return d


def dict_clear(d: Any) -> None:
    for key in list(d):
        del d[key]


def dict_popitem(d: Any) -> Any:
    if len(d) == 0:
        raise KeyError("popitem(): dictionary is empty")
    key = list(d)[-1]
    value = d[key]
    del d[key]
    return key, value


def dict_merge(d: Any, other: Any) -> Any:
    out = {k: d[k] for k in d}
    for k in other:
        out[k] = other[k]
    return out


def dict_pop(d: Any, key: Any) -> Any:
    value = d[key]
    del d[key]
    return value


def dict_pop_or(d: Any, key: Any, default: Any) -> Any:
    value = default
    if key in d:
        value = d[key]
        del d[key]
    return value


def deque_extend(d: Any, xs: Any) -> None:
    for i in range(len(xs)):
        d.append(xs[i])


def deque_extendleft(d: Any, xs: Any) -> None:
    for i in range(len(xs)):
        d.appendleft(xs[i])


def deque_insert(d: Any, at: Any, value: Any) -> None:
    if len(d) == d.maxlen:
        raise IndexError("deque already at its maximum size")
    at = range(len(d))[at:].start
    d.rotate(-at)
    d.appendleft(value)
    d.rotate(at)


def deque_delete(d: Any, at: Any) -> None:
    at = range(len(d))[at]
    d.rotate(-at)
    d.popleft()
    d.rotate(at)


def deque_remove(d: Any, value: Any) -> None:
    del d[list_index(d, value)]


def deque_clear(d: Any) -> None:
    for _ in range(len(d)):
        d.pop()


def list_index(xs: Any, value: Any) -> int:
    for i in range(len(xs)):
        if xs[i] == value:
            return i
    raise ValueError("the value is not in the list")


def list_count(xs: Any, value: Any) -> int:
    count = 0
    for x in xs:
        if x == value:
            count += 1
    return count


def list_remove(xs: Any, value: Any) -> None:
    del xs[list_index(xs, value)]


def list_repeat(xs: Any, count: Any) -> None:
    xs[:] = xs * count


def list_without(xs: Any, part: Any) -> Any:
    places = range(len(xs))[part]
    out = []
    for i in range(len(xs)):
        if i not in places:
            out.append(xs[i])
    return out


def list_sort(xs: Any, descending: Any) -> None:
    xs[:] = sorted_plain(xs, descending)


def list_sort_by(xs: Any, key: Any, descending: Any) -> None:
    xs[:] = sorted_by(xs, key, descending)


def tuple_add(xs: Any, ys: Any) -> Any:
    return tuple(list_add(xs, ys))


def tuple_slice(xs: Any, part: Any) -> Any:
    return tuple(list_slice(xs, part))


def split_at(x: Any, stops: Any) -> Any:
    parts = []
    start = 0
    for stop in stops:
        parts.append(x[start:stop])
        start = stop
    parts.append(x[start:])
    return parts


def split_along(x: Any, stops: Any, axis: Any) -> Any:
    parts = []
    start = 0
    for stop in stops:
        parts.append(np.moveaxis(x[start:stop], 0, axis))
        start = stop
    parts.append(np.moveaxis(x[start:], 0, axis))
    return parts


def along_axis(function: Any, axis: Any, x: Any) -> Any:
    rows = np.moveaxis(x, axis, -1)
    flat = np.reshape(rows, (-1, rows.shape[-1]))
    made = np.array([function(flat[i]) for i in range(len(flat))])
    if made.ndim == 1:
        return np.reshape(made, rows.shape[:-1])
    return np.moveaxis(np.reshape(made, (*rows.shape[:-1], made.shape[1])), -1, axis)


def over_axes(function: Any, x: Any, axes: Any) -> Any:
    for axis in axes:
        made = function(x, axis)
        if made.ndim == x.ndim:
            x = made
        else:
            x = np.expand_dims(made, axis)
    return x


def piecewise_of(x: Any, conditions: Any, functions: Any) -> Any:
    made = np.zeros(np.shape(x))
    rest = np.ones(np.shape(x), dtype=bool)
    for i in range(len(conditions)):
        made[conditions[i]] = functions[i](x[conditions[i]])
        rest = rest & ~conditions[i]
    if len(functions) > len(conditions):
        made[rest] = functions[-1](x[rest])
    return made


def unstacked(x: Any) -> Any:
    return tuple([x[i] for i in range(len(x))])


def fsum_of(xs: Any) -> Any:
    total = 0.0
    for x in xs:
        total = total + x
    return total


def divmod_of(x: Any, y: Any) -> Any:
    return x // y, x % y


def list_replace(xs: Any, first: Any, last: Any, ys: Any) -> None:
    count = len(xs)
    start = 0 if first is None else min(max(first + count if first < 0 else first, 0), count)
    stop = count if last is None else min(max(last + count if last < 0 else last, 0), count)
    rest = [xs[i] for i in range(max(start, stop), count)]
    for _ in range(count - start):
        gone = xs.pop()  # noqa: F841
    for y in ys:
        xs.append(y)
    for x in rest:
        xs.append(x)


def ufunc_at_one(function: Any, x: Any, index: Any) -> None:
    for k in range(len(index)):
        x[index[k]] = function(x[index[k]])


def ufunc_at_pairs(function: Any, x: Any, rows: Any, columns: Any, values: Any) -> None:
    for k in range(len(rows)):
        x[rows[k], columns[k]] = function(x[rows[k], columns[k]], values[k])


def ufunc_at_two(function: Any, x: Any, index: Any, values: Any) -> None:
    for k in range(len(index)):
        x[index[k]] = function(x[index[k]], values[k])
