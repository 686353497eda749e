"""What the functions of `itertools` make, and `zip` of rows, written in Python: more of the prelude.

All are worked out at once; what is endless is refused where it is called.
"""

from __future__ import annotations

from typing import Any

from srcad.runtime import index_groups


def zip_star(rows: Any) -> Any:
    out = []
    if len(rows) > 0:
        count = len(rows[0])
        for row in rows:
            count = min(count, len(row))
        for i in range(count):
            out.append(tuple([row[i] for row in rows]))
    return out


def zip_extended(rows: Any, ys: Any) -> Any:
    return [(*rows[i], ys[i]) for i in range(min(len(rows), len(ys)))]


def zip_filled(xs: Any, ys: Any, fill: Any) -> Any:
    out = []
    for i in range(max(len(xs), len(ys))):
        x = xs[i] if i < len(xs) else fill
        y = ys[i] if i < len(ys) else fill
        out.append((x, y))
    return out


def product_two(xs: Any, ys: Any) -> Any:
    return [(x, y) for x in xs for y in ys]


def product_extended(rows: Any, ys: Any) -> Any:
    return [(*row, y) for row in rows for y in ys]


def combinations_two(xs: Any) -> Any:
    return [(xs[i], xs[j]) for i in range(len(xs)) for j in range(i + 1, len(xs))]


def groups_of_two(how: Any, xs: Any) -> Any:
    return [(xs[g[0]], xs[g[1]]) for g in index_groups(how, len(xs), 2)]


def groups_of_three(how: Any, xs: Any) -> Any:
    return [(xs[g[0]], xs[g[1]], xs[g[2]]) for g in index_groups(how, len(xs), 3)]


def groups_of(how: Any, xs: Any, size: Any) -> Any:
    out = []
    for g in index_groups(how, len(xs), size):
        out.append(tuple([xs[i] for i in g]))
    return out


def pairs_of(xs: Any) -> Any:
    return [(xs[i], xs[i + 1]) for i in range(len(xs) - 1)]


def chain_two(xs: Any, ys: Any) -> Any:
    out = []
    for x in xs:
        out.append(x)
    for y in ys:
        out.append(y)
    return out


def chain_all(rows: Any) -> Any:
    return [x for row in rows for x in row]


def repeated(x: Any, count: Any) -> Any:
    return [x for _ in range(count)]


def take_while(function: Any, xs: Any) -> Any:
    out = []
    for x in xs:
        if not function(x):
            break
        out.append(x)
    return out


def drop_while(function: Any, xs: Any) -> Any:
    out = []
    dropping = True
    for x in xs:
        if dropping and function(x):
            continue
        dropping = False
        out.append(x)
    return out


def filter_false(function: Any, xs: Any) -> Any:
    out = []
    for x in xs:
        if not function(x):
            out.append(x)
    return out


def compressed(xs: Any, chosen: Any) -> Any:
    out = []
    for i in range(min(len(xs), len(chosen))):
        if chosen[i]:
            out.append(xs[i])
    return out


def star_map(function: Any, rows: Any) -> Any:
    return [function(*row) for row in rows]


def accumulate_from(xs: Any, function: Any, start: Any) -> Any:
    total = start
    out = [total]
    for x in xs:
        total = function(total, x)
        out.append(total)
    return out


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


def group_by(xs: Any, key: Any) -> Any:
    out = []
    keys = [key(x) for x in xs]
    at = 0
    while at < len(xs):
        end = at
        group = []
        while end < len(xs) and keys[end] == keys[at]:
            group.append(xs[end])
            end += 1
        out.append((keys[at], group))
        at = end
    return out


def itself(x: Any) -> Any:
    return x
