"""Turn adjoint actions into statements: which contribution creates an adjoint, which adds to it, what is zero where.

    d_x += d_y * 2        d_x = d_y * 2         # the first contribution creates
    d_x += d_z       ->   d_x = d_x + d_z       # for an array that someone else may hold
    d_x += d_w            d_x += d_w            # for an array made here

An adjoint by value is in one of two states at each point of the reverse sweep: zero (no variable exists) or actual. A
branch that leaves an adjoint actual on one side only gets its zero on the other; a loop that adds to one gets it
before. In-place addition needs *ownership*: the array was made by this code, and no other live adjoint shares its
memory. Names that may share memory form a group; when a name is killed the others may come to own what they hold.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcad import runtime
from srcad.analysis.leaves import reach
from srcad.core.kinds import NUMBER, UNKNOWN, Array, Kind, Maybe, holds_complex, is_complex, is_number, present
from srcad.core.nodes import Assign, Do, Expr, Lit, Op, Ref, Stmt, Store, Var, names_in
from srcad.transform.complexes import complex_array, real_part
from srcad.transform.reverse.mirror import Action, Add, AddAt, Branch, Kill, Loop, Node, Run, Set, Step, Wrap
from srcad.transform.reverse.names import Names

_VIEWS = {np.transpose, np.reshape, np.ravel, np.squeeze, np.expand_dims, np.swapaxes, np.moveaxis, operator.getitem,
          np.real}  # fmt: skip
_FRESH_OPERATORS = {
    operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, operator.pow, operator.matmul,
    operator.floordiv, operator.mod, np.zeros_like, np.ones_like, np.full_like, np.full, np.zeros, np.ones, np.outer,
    np.where, np.dot, runtime.scatter, np.sum, np.array, np.mean, np.matmul, np.multiply, np.add,
    np.fft.fft, np.fft.ifft, np.fft.fft2, np.fft.ifft2, np.fft.fftn, np.fft.ifftn, np.linalg.solve,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """An adjoint that is actual: the group of memory it belongs to, and whether this code made that memory."""

    group: int
    made: bool
    uniform: bool = False  # a scalar, standing for an array with that value everywhere


State = dict[str, Held]


class Accumulator:
    def __init__(
        self,
        names: Names,
        kinds: Mapping[str, Kind],
        definite: Callable[[int, str], bool],
        possible: Callable[[int, str], bool],
        mixed: frozenset[str] = frozenset(),
    ) -> None:
        self.names = names
        self.kinds = kinds
        self.definite = definite  # is a primal surely bound before the node with this id
        self.possible = possible
        self._groups = 0
        self.mixed = mixed  # variables of a complex kind that may hold real values
        self._has_complex = any(map(holds_complex, kinds.values()))

    def kind(self, name: str) -> Kind:
        return self.names.kinds.get(name) or self.kinds.get(name, UNKNOWN)

    def unsure(self, name: str) -> Kind:
        return UNKNOWN if name in self.mixed else self.kind(name)

    def fitted(self, name: str, value: Expr, made_anew: bool = False) -> Expr:
        """A contribution to an adjoint as it fits what that is the adjoint of, which may be real or complex."""
        if not self._has_complex:
            return value
        kind = present(self.names.adjoints[name].kind)
        if not holds_complex(kind):
            return real_part(value, self.kind)
        if self.mixed & set(names_in(value)):
            kind_of = self.unsure
        else:
            kind_of = self.kind
        return complex_array(value, kind_of) if made_anew and isinstance(kind, Array) and is_complex(kind) else value

    def fresh_group(self) -> int:
        self._groups += 1
        return self._groups

    # ------------------------------------------------------------ zeros

    def zero(self, name: str, node: int | None = None) -> Expr:
        """The zero of an adjoint. Where the primal may not be bound, a scalar zero, which broadcasts."""
        about = self.names.adjoints[name]
        kind = about.kind
        if isinstance(kind, Maybe):
            return Lit(0.0)  # there may be no array here whose form it could take
        if isinstance(kind, Array) and (node is None or self.definite(node, about.var)):
            return self.like(name, np.zeros_like)
        return Lit(0.0)

    def array_zero(self, name: str) -> Expr:
        """The zero of an adjoint that is about to be written into: what it is the adjoint of is there."""
        if not isinstance(self.names.adjoints[name].kind, Maybe):
            return self.zero(name)
        return self.like(name, np.zeros_like)

    def like(self, name: str, make: Callable[..., Any], *values: Expr) -> Op:
        """An array made like what `name` is the adjoint of: complex, where that may be."""
        about = self.names.adjoints[name]
        primal = reach(Var(about.var), about.path, self.kinds[about.var])
        wide = about.var in self.mixed and is_complex(about.kind)
        return Op(make, (primal, *values), (("dtype", Ref("complex", complex)),) if wide else ())

    def is_array(self, name: str) -> bool:
        kind = self.names.adjoints[name].kind
        return not is_number(kind)

    # ------------------------------------------------------------ uniform adjoints

    def filled(self, name: str) -> Stmt:
        """The statement that turns a uniform adjoint into the array it stands for."""
        return Assign(name, self.like(name, np.full_like, Var(name)))

    def fill(self, names: Iterable[str], state: State, made: list[Stmt]) -> None:
        for name in names:
            if name in state and state[name].uniform:
                made.append(self.filled(name))
                state[name] = Held(self.fresh_group(), True)

    # ------------------------------------------------------------ the walk, backwards

    def block(self, nodes: list[Node], state: State, emit: bool) -> State:
        for node in reversed(nodes):
            state = self.node(node, state, emit)
        return state

    def node(self, node: Node, state: State, emit: bool) -> State:
        match node:
            case Step():
                made: list[Stmt] = []
                for action in node.actions:
                    self.action(action, state, made)
                if emit:
                    node.reverse = made
                return state
            case Branch():
                return self.branch(node, state, emit)
            case Loop():
                return self.loop(node, state, emit)
            case Wrap():
                return self.block(node.body, self.block(node.final, state, emit), emit)

    def branch(self, node: Branch, state: State, emit: bool) -> State:
        self.fill(sorted(mentioned([node]) & set(state)), state, node.before if emit else [])
        then = self.block(node.body, dict(state), emit)
        other = self.block(node.orelse, dict(state), emit)
        for mine, theirs, end in ((then, other, node.body_end), (other, then, node.orelse_end)):
            uneven = [n for n in sorted(mine) if n not in theirs or not theirs[n].uniform]
            self.fill(uneven, mine, end if emit else [])
        self.forget_unborn(node, then)
        self.forget_unborn(node, other)
        merged: State = {}
        for name in sorted(set(then) | set(other)):
            if name in then and name in other:
                same = then[name].group == other[name].group
                merged[name] = (
                    then[name]
                    if same and then[name] == other[name]
                    else Held(self.fresh_group(), then[name].made and other[name].made and not same)
                )
                if not same and not (self.alone(name, then) and self.alone(name, other)):
                    merged[name] = Held(self.shared_group(name, then, other, merged), False)
                continue
            missing_from_then = name not in then
            if emit:
                zero = Assign(name, self.zero(name, id(node)))
                (node.body_end if missing_from_then else node.orelse_end).append(zero)
            present = other[name] if missing_from_then else then[name]
            alone = self.alone(name, other if missing_from_then else then)
            merged[name] = Held(self.fresh_group(), present.made and alone and self.real_zero(name, node))
        return merged

    def real_zero(self, name: str, node: Node) -> bool:
        """Whether the zero given to `name` at `node` is of the right shape, and so can be added to in place."""
        return not isinstance(self.zero(name, id(node)), Lit) or not self.is_array(name)

    def shared_group(self, name: str, a: State, b: State, merged: State) -> int:
        """A group for a name that shares memory with others on some path: one that no name owns."""
        return -1

    def alone(self, name: str, state: State) -> bool:
        return not any(other != name and held.group == state[name].group for other, held in state.items())

    def forget_unborn(self, node: Node, state: State) -> None:
        """Before its primal is bound on any path, an adjoint is nobody's."""
        for name in list(state):
            about = self.names.adjoints.get(name)
            if about is not None and not self.possible(id(node), about.var):
                del state[name]

    def loop(self, node: Loop, state: State, emit: bool) -> State:
        inside = mentioned([node])
        self.fill(sorted(inside & set(state)), state, node.before if emit else [])
        entry = dict(state)
        for name in self.to_own(node, entry):
            self.own(name, entry, node.before if emit else [])
        while True:
            end = self.block(node.body, dict(entry), False)
            self.fill(sorted(inside & set(end)), end, [])
            grown = dict(entry)
            changed = False
            for name in sorted(set(end) - set(entry)):
                grown[name] = Held(self.fresh_group(), self.real_zero(name, node))
                changed = True
            for name in sorted(set(entry) & set(end)):
                owned = entry[name].made and entry[name].group != -1
                still = end[name].made and end[name].group != -1 and self.alone(name, end)
                if owned and not still:
                    grown[name] = Held(-1, False)
                    changed = True
                elif entry[name].group != -1 and not entry[name].made and end[name].group != entry[name].group:
                    if not self.alone(name, entry) or not self.alone(name, end):
                        grown[name] = Held(-1, False)
                        changed = True
            for name in sorted(set(entry) - set(end)):
                # the next trip finds the zero that the end of this one leaves
                if entry[name].made and not self.real_zero(name, node):
                    grown[name] = Held(-1, False)
                    changed = True
            if not changed:
                break
            entry = grown
        if emit:
            for name in sorted(set(entry) - set(state)):
                node.before.append(Assign(name, self.zero(name, id(node))))
            final = self.block(node.body, dict(entry), True)
            self.fill(sorted(inside & set(final)), final, node.body_end)
            for name in sorted(set(entry) - set(final)):
                node.body_end.append(Assign(name, self.zero(name, id(node))))
        result = dict(entry)
        self.forget_unborn(node, result)
        return result

    def to_own(self, node: Loop, entry: State) -> list[str]:
        """The arrays of others that a loop adds to element by element: copied once before it, not in each trip."""
        found: list[str] = []
        for name in sorted(added_at([node]) & set(entry) - rebound([node])):
            if self.is_owned(name, entry) or not self.definite(id(node), self.names.adjoints[name].var):
                continue
            end = self.block(node.body, {**entry, name: Held(self.fresh_group(), True)}, False)
            if name in end and self.is_owned(name, end):
                found.append(name)
        return found

    def is_owned(self, name: str, state: State) -> bool:
        return state[name].made and state[name].group != -1 and self.alone(name, state)

    # ------------------------------------------------------------ actions

    def action(self, action: Action, state: State, made: list[Stmt]) -> None:
        match action:
            case Kill(name=name):
                state.pop(name, None)
            case Run(stmt=stmt, of=of, always=always):
                if of and not always and not self.some_actual(of, state):
                    return
                self.actual(of, state, made)
                self.fill(of, state, made)
                made.append(stmt)
                if isinstance(stmt, Assign):
                    self.lend(stmt.value, state)
            case Set(name=name, value=value, of=of):
                if of and not self.some_actual(of, state):
                    state.pop(name, None)
                    return
                self.actual(of, state, made)
                self.fill(of, state, made)
                value = self.fitted(name, value, True)
                made.append(Assign(name, value))
                held = self.holding(value, state)
                state[name] = held
            case Add(name=name, value=value, of=of, spread=spread):
                if of and not self.some_actual(of, state):
                    return
                self.actual(of, state, made)
                if spread == "needs":
                    self.fill(of, state, made)
                uniform = spread == "same" and any(n in state and state[n].uniform for n in of)
                if isinstance(value, Op) and value.fn is np.full_like:
                    value, uniform = value.args[1], True
                self.add(name, value, uniform, state, made)
            case AddAt(name=name, index=index, value=value, of=of, repeats=repeats):
                if of and not self.some_actual(of, state):
                    return
                self.actual(of, state, made)
                self.own(name, state, made)
                value = self.fitted(name, value)
                if repeats:
                    made.append(Do(Op(np.add.at, (Var(name), index, value), name="np.add.at")))
                else:
                    made.append(Store(Var(name), index, value, accumulate=True))

    def some_actual(self, names: tuple[str, ...], state: State) -> bool:
        """Whether any of these adjoints may be other than zero; shadows always may."""
        return any(n in state or (n in self.names.adjoints and self.names.adjoints[n].shadow) for n in names)

    def actual(self, names: tuple[str, ...], state: State, made: list[Stmt]) -> None:
        for name in names:
            if name not in state and name in self.names.adjoints and not self.names.adjoints[name].shadow:
                made.append(Assign(name, self.zero(name)))
                state[name] = Held(self.fresh_group(), True)

    def own(self, name: str, state: State, made: list[Stmt]) -> None:
        """Make `name` an array of its own that can be written to in place."""
        self.fill((name,), state, made)
        held = state.get(name)
        if held is None:
            made.append(Assign(name, self.array_zero(name)))
        elif not (held.made and self.alone(name, state)) or held.group == -1:
            made.append(Assign(name, Op(operator.add, (self.like(name, np.zeros_like), Var(name)))))
        else:
            return
        state[name] = Held(self.fresh_group(), True)

    def add(self, name: str, value: Expr, uniform: bool, state: State, made: list[Stmt]) -> None:
        held = state.get(name)
        shadow = self.names.adjoints[name].shadow
        value = self.fitted(name, value, held is None and not uniform and not shadow)
        if shadow:
            made.append(Assign(name, value, accumulate=True))
        elif held is None:
            made.append(Assign(name, value))
            state[name] = Held(self.fresh_group(), True, True) if uniform else self.holding(value, state)
        elif held.uniform:
            if uniform:
                made.append(Assign(name, value, accumulate=True))
            else:
                made.append(Assign(name, Op(operator.add, (Var(name), value))))
                state[name] = Held(self.fresh_group(), True)
        elif not self.is_array(name):
            made.append(Assign(name, value, accumulate=True))
        elif (
            held.made
            and held.group != -1
            and self.alone(name, state)
            and self.names.adjoints[name].kind is not NUMBER
            and not isinstance(self.names.adjoints[name].kind, Maybe)
        ):
            made.append(Assign(name, value, accumulate=True))
        else:
            made.append(Assign(name, Op(operator.add, (Var(name), value))))
            state[name] = Held(self.fresh_group(), True)

    def lend(self, value: Expr, state: State) -> None:
        """A value that may view the memory of adjoints: from now on nobody adds to those in place."""
        if isinstance(value, Lit) or (isinstance(value, Op) and self.is_fresh(value)):
            return
        for name in set(names_in(value)) & set(state):
            if self.is_array(name) and not state[name].uniform:
                for other, held in list(state.items()):
                    if held.group == state[name].group:
                        state[other] = replace(held, made=False)

    def is_fresh(self, value: Op) -> bool:
        """Whether an operation makes new memory."""
        return value.fn in _FRESH_OPERATORS or isinstance(value.fn, np.ufunc)

    def holding(self, value: Expr, state: State) -> Held:
        """The group of a value that an adjoint was set to."""
        match value:
            case Var(name=name):
                about = self.names.adjoints.get(name)
                if about is None and is_number(self.names.kinds.get(name, UNKNOWN)):
                    return Held(self.fresh_group(), True)
                return state.get(name, Held(-1, False))
            case Lit():
                return Held(self.fresh_group(), True)
            case Op(fn=fn, args=args) if fn in _VIEWS and args:
                inner = self.holding(args[0], state)
                return inner
            case Op() if self.is_fresh(value):
                return Held(self.fresh_group(), True)
            case _:
                self.lend(value, state)
                return Held(-1, False)


def actions_of(nodes: Iterable[Node]) -> Iterator[Action]:
    """The actions of some nodes, and of those nested in them."""
    for node in nodes:
        match node:
            case Step(actions=actions):
                yield from actions
            case Branch(body=body, orelse=orelse):
                yield from actions_of((*body, *orelse))
            case Loop(body=body):
                yield from actions_of(body)
            case Wrap(body=body, final=final):
                yield from actions_of((*body, *final))


def mentioned(nodes: list[Node]) -> set[str]:
    """The adjoints that the actions of some nodes speak of."""
    found: set[str] = set()
    for action in actions_of(nodes):
        if not isinstance(action, Run):
            found.add(action.name)
        if not isinstance(action, Kill):
            found.update(action.of)
    return found


def added_at(nodes: list[Node]) -> set[str]:
    """The adjoints that some nodes add to in places."""
    return {action.name for action in actions_of(nodes) if isinstance(action, AddAt)}


def rebound(nodes: list[Node]) -> set[str]:
    """The adjoints that some nodes bind anew, or end."""
    return {action.name for action in actions_of(nodes) if isinstance(action, (Set, Kill))}
