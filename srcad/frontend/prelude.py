"""What Python's built-in functions do to containers, written in Python.

A builtin such as `map` or `sorted(..., key=...)` works through its argument item by item; here it is as a loop, which
is lowered and differentiated like a function of the user's. The lazy ones (`map`, `zip`, ...) are worked out at once.
"""

from __future__ import annotations

from typing import Any

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


def accumulate_sum(xs: Any) -> Any:
    out = []
    if len(xs) > 0:
        total = xs[0]
        out.append(total)
        for i in range(1, len(xs)):
            total = total + xs[i]
            out.append(total)
    return out


def accumulate_by(xs: Any, function: Any) -> Any:
    out = []
    if len(xs) > 0:
        total = xs[0]
        out.append(total)
        for i in range(1, len(xs)):
            total = function(total, xs[i])
            out.append(total)
    return out


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


def dict_values(d: Any) -> Any:
    return [d[k] for k in d]


def dict_of_pairs(pairs: Any) -> Any:
    return {k: v for k, v in pairs}


def dict_copy(d: Any) -> Any:
    return {k: d[k] for k in d}


def dict_get(d: Any, key: Any, default: Any) -> Any:
    return d[key] if key in d else default


def dict_setdefault(d: Any, key: Any, default: Any) -> Any:
    if key not in d:
        d[key] = default
    return d[key]


def dict_update(d: Any, other: Any) -> None:
    for k in other:
        d[k] = other[k]


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


def list_extend(xs: Any, ys: Any) -> None:
    for i in range(len(ys)):
        xs.append(ys[i])


def list_insert(xs: Any, at: Any, value: Any) -> None:
    count = len(xs)
    if at < 0:
        at = max(0, at + count)
    xs.append(value)
    for i in range(count, at, -1):
        xs[i] = xs[i - 1]
    if at < count:
        xs[at] = value


def list_pop(xs: Any, at: Any) -> Any:
    value = xs[at]
    if at < 0:
        at = at + len(xs)
    for i in range(at, len(xs) - 1):
        xs[i] = xs[i + 1]
    last = xs.pop()  # noqa: F841
    return value


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
    for i in range(list_index(xs, value), len(xs) - 1):
        xs[i] = xs[i + 1]
    last = xs.pop()  # noqa: F841


def list_clear(xs: Any) -> None:
    for _ in range(len(xs)):
        last = xs.pop()  # noqa: F841


def list_reverse(xs: Any) -> None:
    count = len(xs)
    for i in range(count // 2):
        first = xs[i]
        xs[i] = xs[count - 1 - i]
        xs[count - 1 - i] = first


def list_sort(xs: Any, descending: Any) -> None:
    ys = [x for x in xs]
    at = 0
    for i in order_of(ys, descending):
        xs[at] = ys[i]
        at += 1


def list_sort_by(xs: Any, key: Any, descending: Any) -> None:
    ys = [x for x in xs]
    keys = [key(y) for y in ys]
    at = 0
    for i in order_of(keys, descending):
        xs[at] = ys[i]
        at += 1


def tuple_add(xs: Any, ys: Any) -> Any:
    return tuple(list_add(xs, ys))


def tuple_slice(xs: Any, part: Any) -> Any:
    return tuple(list_slice(xs, part))


def product_two(xs: Any, ys: Any) -> Any:
    return [(x, y) for x in xs for y in ys]


def combinations_two(xs: Any) -> Any:
    return [(xs[i], xs[j]) for i in range(len(xs)) for j in range(i + 1, len(xs))]


def pairs_of(xs: Any) -> Any:
    return [(xs[i], xs[i + 1]) for i in range(len(xs) - 1)]


def chain_two(xs: Any, ys: Any) -> Any:
    out = []
    for x in xs:
        out.append(x)
    for y in ys:
        out.append(y)
    return out


def fsum_of(xs: Any) -> Any:
    total = 0.0
    for x in xs:
        total = total + x
    return total


def divmod_of(x: Any, y: Any) -> Any:
    return x // y, x % y


def ufunc_at_one(function: Any, x: Any, index: Any) -> None:
    for k in range(len(index)):
        x[index[k]] = function(x[index[k]])


def ufunc_at_two(function: Any, x: Any, index: Any, values: Any) -> None:
    for k in range(len(index)):
        x[index[k]] = function(x[index[k]], values[k])
