"""A dict that is only a bundle of variables becomes those variables.

    d = {"rate": 0.1, "w": w}                 d_rate = 0.1
    d["rate"] = d["rate"] * x          ->     d_w = w
    y = y - d["rate"] * d["w"]                d_rate = d_rate * x
                                              y = y - d_rate * d_w

Done for a dict that is made in one place with constant keys, then read and written with such keys alone, and written at
least once: then each key has a kind of its own, whatever the others hold. Keys that are added by the assignments which
follow the display count as written in it. A dict that goes anywhere else, or is asked for its keys, stays one.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad.core import prims
from srcad.core.nodes import (
    Assign,
    Block,
    Expr,
    For,
    ForEach,
    Handler,
    If,
    Lit,
    Op,
    Program,
    Stmt,
    Store,
    Try,
    Var,
    While,
    With,
    blocks_of,
    expressions_of,
    names_in,
    targets_of,
    walk,
)


def scattered(program: Program) -> Program:
    """The program without its dicts that are bundles of variables."""
    params = {param.name for param in program.params}
    displays = [s for s in walk(program.body) if isinstance(s, Assign) and _keys(s.value) is not None]
    for made in displays:
        name = made.target
        if name in params or not _is_bundle(program.body, name):
            continue
        keys = _all_keys(program.body, made)
        if _used_keys(program.body, name) <= keys:
            program = replace(program, body=_block(program.body, name, _variables(name, keys)))
    return program


def _keys(value: Expr) -> tuple[object, ...] | None:
    """The keys of a dict display whose keys are strings or ints."""
    if not (isinstance(value, Op) and value.fn is prims.make_dict):
        return None
    keys = value.args[::2]
    if not all(isinstance(k, Lit) and isinstance(k.value, (str, int)) for k in keys):
        return None
    return tuple(k.value for k in keys if isinstance(k, Lit))


def _read(expr: Expr, name: str) -> object | None:
    """The key, as a literal, if the expression is `name[key]` with a constant one."""
    if isinstance(expr, Op) and expr.fn is operator.getitem and expr.args[0] == Var(name):
        key = expr.args[1]
        return key if isinstance(key, Lit) and isinstance(key.value, (str, int)) else None
    return None


def _written(stmt: Stmt, name: str) -> bool:
    if not (isinstance(stmt, Store) and stmt.base == Var(name) and not stmt.attr):
        return False
    return isinstance(stmt.key, Lit) and isinstance(stmt.key.value, (str, int)) and name not in names_in(stmt.value)


def _is_bundle(body: Block, name: str) -> bool:
    """Whether a dict is bound once, written to, and used with constant keys alone."""
    bound = written = 0
    for stmt in walk(body):
        bound += targets_of(stmt).count(name)
        if _written(stmt, name):
            written += 1
        elif isinstance(stmt, Assign) and _read(stmt.value, name) is not None:
            continue
        elif any(name in names_in(expr) for expr in expressions_of(stmt)):
            return False
    return bound == 1 and written > 0


def _used_keys(body: Block, name: str) -> set[object]:
    found: set[object] = set()
    for stmt in walk(body):
        if isinstance(stmt, Store) and _written(stmt, name) and isinstance(stmt.key, Lit):
            found.add(stmt.key)
        elif isinstance(stmt, Assign) and (key := _read(stmt.value, name)) is not None:
            found.add(key)
    return found


def _all_keys(body: Block, made: Assign) -> set[object]:
    """The keys of a display and of the assignments that follow it, before anything asks for another key."""
    keys = _keys(made.value)
    assert keys is not None
    found: set[object] = set(map(Lit, keys))
    block = next(b for b in _blocks(body) if any(s is made for s in b))
    at = next(i for i, s in enumerate(block) if s is made)
    for stmt in block[at + 1 :]:
        if isinstance(stmt, Store) and _written(stmt, made.target):
            found.add(stmt.key)
        elif not isinstance(stmt, Assign) or not {_read(stmt.value, made.target)} <= found | {None}:
            break
    return found


def _blocks(block: Block) -> list[Block]:
    return [block, *(inner for stmt in block for part in blocks_of(stmt) for inner in _blocks(part))]


def _variables(name: str, keys: set[object]) -> dict[object, str]:
    """A variable for each key: `%d_rate@0` prints as `d_rate`."""
    made: dict[object, str] = {}
    for i, key in enumerate(sorted(keys, key=repr)):
        text = "".join(c if c.isalnum() else "_" for c in str(getattr(key, "value", key)))
        made[key] = f"%{name.lstrip('%')}_{text}@{i}"
    return made


def _block(block: Block, name: str, held: dict[object, str]) -> Block:
    made: list[Stmt] = []
    for stmt in block:
        match stmt:
            case Assign(target=target, value=Op(args=args)) if target == name:
                for name_at, item in zip(args[::2], args[1::2], strict=True):
                    made.append(Assign(held[name_at], item, stmt.place))
            case Assign(value=value) if (key := _read(value, name)) is not None:
                made.append(replace(stmt, value=Var(held[key])))
            case Store(key=at, value=value) if _written(stmt, name):
                made.append(Assign(held[at], value, stmt.place))
            case If(body=body, orelse=orelse):
                made.append(replace(stmt, body=_block(body, name, held), orelse=_block(orelse, name, held)))
            case For(body=body) | ForEach(body=body) | With(body=body):
                made.append(replace(stmt, body=_block(body, name, held)))
            case While(test=test, body=body):
                made.append(replace(stmt, test=_block(test, name, held), body=_block(body, name, held)))
            case Try(body=body, handlers=handlers, final=final):
                caught = tuple(Handler(h.types, h.name, _block(h.body, name, held)) for h in handlers)
                made.append(
                    replace(stmt, body=_block(body, name, held), handlers=caught, final=_block(final, name, held))
                )
            case _:
                made.append(stmt)
    return tuple(made)
