"""Texts: strings that show a number which carries a derivative, and the containers that hold them.

    labels = [f"{x}"]
    y = float(labels[0])         # refused: the derivative of x would be lost on this way

Contract: a number is not read back from a text without a refusal, whatever it went through: containers, objects,
calls. A string that is read from where such a number is held counts as a text; to choose by one (`table[unit]`,
`unit == "m"`) reads no number.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping

from srcad.core import prims
from srcad.core.kinds import STRING, UNKNOWN, Dict, Kind, List, Maybe, TupleOf, children, holds_smooth, is_smooth
from srcad.core.nodes import Assign, Block, Do, Expr, FunctionHandle, Op, Ref, Stmt, Store, Unpack, names_in, walk
from srcad.errors import MissingRule

Kinds = Mapping[str, Kind]
ReadsNumbers = Callable[[FunctionHandle], bool]

_PASS_ON = (prims.make_tuple, prims.make_list, prims.make_dict, prims.both, prims.either, prims.choose)
_READS_A_PART = (operator.getitem, prims.get_attr, prims.call_method)


def refuse_numbers_of_texts(body: Block, kinds: Kinds, varied: Iterable[str], reads_numbers: ReadsNumbers) -> None:
    """Refuse the statements that read a number from a text."""
    texts = _texts(body, kinds, frozenset(varied))
    for stmt in walk(body) if texts else ():
        if isinstance(stmt, Assign) and _is_read_back(stmt, kinds, texts, reads_numbers):
            raise MissingRule(
                "a number is read back from a string that shows a value which carries a derivative",
                stmt.place,
                "pass the number itself",
            )


def reads_numbers_of_strings(body: Block, kinds: Kinds, reads_numbers: ReadsNumbers) -> bool:
    """Whether a function reads a number from a string, or from what may be one."""
    strings = {name for name, kind in kinds.items() if _holds_string(kind)}
    return any(isinstance(stmt, Assign) and _is_read_back(stmt, kinds, strings, reads_numbers) for stmt in walk(body))


def _is_read_back(stmt: Assign, kinds: Kinds, texts: set[str], reads_numbers: ReadsNumbers) -> bool:
    value = stmt.value
    kind = kinds.get(stmt.target, UNKNOWN)
    handle = _called(value)
    if handle is not None:
        return holds_smooth(kind) and any(name in texts for name in names_in(value)) and reads_numbers(handle)
    if not isinstance(value, Op) or value.fn in _PASS_ON or not is_smooth(kind):
        return False
    read = names_in(value.args[0] if value.fn in _READS_A_PART else value)
    return any(name in texts and not holds_smooth(kinds.get(name, UNKNOWN)) for name in read)


def _texts(body: Block, kinds: Kinds, varied: frozenset[str]) -> set[str]:
    texts: set[str] = set()
    while True:
        before = len(texts)
        for stmt in walk(body):
            texts.update(_shown_in(stmt, kinds, texts, varied))
        if len(texts) == before:
            return texts


def _shown_in(stmt: Stmt, kinds: Kinds, texts: set[str], varied: frozenset[str]) -> list[str]:
    """What may hold a text after a statement."""
    copied = False
    match stmt:
        case Assign(target=target, value=Op(fn=fn, args=args) as value):
            read = list(names_in(args[0] if fn is operator.getitem else value))
            put = [target, *_written(value)]
        case Assign(target=target, value=value):
            read = put = [target, *names_in(value)]  # two names of one thing
            copied = True
        case Unpack(targets=targets, value=value):
            read, put = list(names_in(value)), list(targets)
        case Store(base=base, value=value):
            read, put = list(names_in(value)), list(names_in(base))
            copied = True
        case Do(value=value):
            read, put = list(names_in(value)), _written(value)
        case _:
            return []
    of_text = any(name in texts for name in read)
    if not of_text and (copied or not any(name in varied for name in read)):
        return []
    return [name for name in put if _holds_string(kind := kinds.get(name, UNKNOWN)) or of_text and kind is UNKNOWN]


def _written(value: Op) -> list[str]:
    """What a call may put a text into: the object of a method, the arguments of a function that is followed."""
    if value.fn is prims.call_method:
        return list(names_in(value.args[0]))
    return list(names_in(value)) if _called(value) is not None else []


def _called(value: Expr) -> FunctionHandle | None:
    if isinstance(value, Op) and value.fn is prims.call and isinstance(value.args[0], Ref):
        function = value.args[0].value
        return function if isinstance(function, FunctionHandle) else None
    return None


def _holds_string(kind: Kind) -> bool:
    match kind:
        case List(item=item) | TupleOf(item=item) | Maybe(kind=item) | Dict(value=item):
            return _holds_string(item)
        case _:
            return kind is STRING or any(_holds_string(k) for _, k in children(kind) or ())
