"""Which primal variables are surely bound, and which may be bound, before each node of a mirror."""

from __future__ import annotations

from srcad.core.nodes import For, Raise, Try, targets_of
from srcad.transform.reverse.mirror import Branch, Loop, Node, Step, Wrap


class Bound:
    """Definite and possible assignment, by `id` of node."""

    def __init__(self, nodes: list[Node], params: set[str]) -> None:
        self._surely: dict[int, frozenset[str]] = {}
        self._maybe: dict[int, frozenset[str]] = {}
        self._block(nodes, frozenset(params), frozenset(params))

    def surely(self, node: int, name: str) -> bool:
        return name in self._surely.get(node, frozenset())

    def maybe(self, node: int, name: str) -> bool:
        return name in self._maybe.get(node, frozenset())

    def _block(
        self, nodes: list[Node], surely: frozenset[str] | None, maybe: frozenset[str]
    ) -> tuple[frozenset[str] | None, frozenset[str]]:
        """`surely` is None after a raise: what follows does not run."""
        for node in nodes:
            self._surely[id(node)] = surely or frozenset()
            self._maybe[id(node)] = maybe
            match node:
                case Step(stmt=Raise()):
                    surely = None
                case Step(stmt=stmt):
                    bound = frozenset(targets_of(stmt)) if stmt is not None else frozenset()
                    surely = None if surely is None else surely | bound
                    maybe = maybe | bound
                case Branch(body=body, orelse=orelse):
                    then, a = self._block(body, surely, maybe)
                    other, b = self._block(orelse, surely, maybe)
                    surely = other if then is None else then if other is None else then & other
                    maybe = a | b
                case Loop(stmt=stmt, body=body):
                    target = frozenset((stmt.target,)) if isinstance(stmt, For) else frozenset()
                    inside = maybe | target | assigned(body)
                    self._maybe[id(node)] = maybe
                    self._block(body, None if surely is None else surely | target, inside)
                    self._maybe[id(node)] = maybe
                    maybe = inside
                case Wrap(stmt=stmt, body=body, final=final):
                    end, after = self._block(body, surely, maybe)
                    maybe = after | frozenset(targets_of(stmt))
                    if not (isinstance(stmt, Try) and stmt.handlers):
                        surely = end
                    surely, maybe = self._block(final, surely, maybe)
        return surely, maybe


def assigned(nodes: list[Node]) -> frozenset[str]:
    """Every variable bound in a list of nodes."""
    found: set[str] = set()
    for node in nodes:
        match node:
            case Step(stmt=stmt):
                if stmt is not None:
                    found.update(targets_of(stmt))
            case Branch(body=body, orelse=orelse):
                found |= assigned(body) | assigned(orelse)
            case Loop(stmt=stmt, body=body):
                found.update(targets_of(stmt))
                found |= assigned(body)
            case Wrap(stmt=stmt, body=body, final=final):
                found.update(targets_of(stmt))
                found |= assigned(body) | assigned(final)
    return frozenset(found)
