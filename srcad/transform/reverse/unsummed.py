"""Values whose cotangent may keep the shape of the one thing that reads them.

    z = x[a:b] * y + v                   d_t = unbroadcast(d_z, t)            d_v = unbroadcast(d_z, v)
    (t = x[a:b] * y; z = t + v)          d_y = unbroadcast(d_t * x[a:b], y)   d_y = unbroadcast(d_z * x[a:b], y)

Where arrays broadcast is not always known, and `unbroadcast` asks for the shape of the operand. For a value that one
elementwise step makes and another one, or a store, reads, the sum over what broadcasting repeated can wait: it is taken
for the operands of the first step anyway, and their partial derivatives are constant along it. So nobody asks for the
shape of the value, which then need not be kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from srcad.analysis.sizes import Sizes
from srcad.core.kinds import Array, Kind, is_plural, same_size
from srcad.core.nodes import (
    Assign,
    Block,
    Expr,
    Op,
    Stmt,
    Store,
    Var,
    blocks_of,
    expressions_of,
    names_in,
    targets_of,
    walk,
)
from srcad.core.operators import hashable, is_update
from srcad.rules.registry import rule_for


def unsummed(
    body: Block, params: list[str], kinds: Mapping[str, Kind], sizes: Sizes, is_shadow: Callable[[str], bool]
) -> dict[str, Kind]:
    """For each such variable, the kind of its cotangent: that of the value which reads it."""
    bound, read = Counter(params), Counter[str]()
    for stmt in walk(body):
        bound.update(targets_of(stmt))
        read.update(name for expr in expressions_of(stmt) for name in names_in(expr))
    once = {name for name, count in bound.items() if count == 1 and read[name] == 1 and not is_shadow(name)}
    makers = {
        s.target: s for s in walk(body) if isinstance(s, Assign) and s.target in once and _is_elementwise(s.value)
    }
    while True:
        found = _waiting(body, makers, kinds, sizes)
        early = {name for name in found if not _operands_wait(makers[name], found, kinds, sizes)}
        if not early:
            return found
        makers = {name: made for name, made in makers.items() if name not in early}


def _waiting(body: Block, makers: Mapping[str, Assign], kinds: Mapping[str, Kind], sizes: Sizes) -> dict[str, Kind]:
    """The variables with these makers that are read in the same block, with the kinds of what reads them."""
    found: dict[str, Kind] = {}

    def visit(block: Block) -> None:
        here = {id(stmt) for stmt in block}
        for stmt in reversed(block):
            for inner in blocks_of(stmt):
                visit(inner)
            result = found.get(stmt.target) if isinstance(stmt, Assign) else None
            result = result or _result(stmt, kinds, sizes)
            for operand in _operands(stmt) if result is not None else ():
                if isinstance(operand, Var) and id(makers.get(operand.name)) in here:
                    if result is not None and _may_differ(_sized(operand.name, stmt, kinds, sizes), result):
                        found[operand.name] = result

    visit(body)
    return found


def _operands_wait(maker: Assign, found: Mapping[str, Kind], kinds: Mapping[str, Kind], sizes: Sizes) -> bool:
    """Whether the cotangent of each array that a step reads is summed anyway, or waits too."""
    result = _result(maker, kinds, sizes)
    for operand in _operands(maker):
        own = _sized(operand.name, maker, kinds, sizes) if isinstance(operand, Var) else None
        if isinstance(operand, Var) and isinstance(own, Array) and operand.name not in found:
            if result is None or _same(own, result):
                return False
    return True


def _is_elementwise(value: Expr) -> bool:
    rule = rule_for(value.fn) if isinstance(value, Op) and hashable(value.fn) else None
    return rule is not None and rule.style == "elementwise" and rule.own is None


def _operands(stmt: Stmt) -> tuple[Expr, ...]:
    match stmt:
        case Assign(value=Op(args=args) as value) if _is_elementwise(value):
            return args
        case Store(value=value, attr=False):
            return (value,)
        case _:
            return ()


def _result(stmt: Stmt, kinds: Mapping[str, Kind], sizes: Sizes) -> Kind | None:
    """The kind of what a statement computes or stores."""
    dims = sizes.result(stmt)
    match stmt:
        case Assign(target=target, accumulate=False) if not is_update(stmt):
            kind = kinds.get(target)
        case Store(base=Var(name=name), attr=False, accumulate=False):
            kind = kinds.get(name)
        case _:
            return None
    return Array(kind.dtype, dims) if isinstance(kind, Array) and dims is not None else None


def _sized(name: str, stmt: Stmt, kinds: Mapping[str, Kind], sizes: Sizes) -> Kind | None:
    """The kind of an operand, with the sizes that are known of it."""
    kind, dims = kinds.get(name), sizes.operand(stmt, name)
    return Array(kind.dtype, dims) if isinstance(kind, Array) and dims is not None else kind


def _may_differ(own: Kind | None, result: Kind) -> bool:
    """Whether a value may have been broadcast to the result, and if so along sizes of which its kind says nothing."""
    if not isinstance(own, Array) or not isinstance(result, Array) or own.dims is None or result.dims is None:
        return False
    if len(own.dims) != len(result.dims):
        return False
    sure = [is_plural(a) or same_size(a, b) for a, b in zip(own.dims, result.dims, strict=True)]
    return not all(sure) and all(known or a != "1" for a, known in zip(own.dims, sure, strict=True))


def _same(own: Array, result: Kind) -> bool:
    if not isinstance(result, Array) or own.dims is None or result.dims is None or len(own.dims) != len(result.dims):
        return False
    return all(is_plural(a) or same_size(a, b) for a, b in zip(own.dims, result.dims, strict=True))
