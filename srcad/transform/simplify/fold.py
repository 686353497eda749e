"""Write a temporary's expression where its value is used.

    >>> show('''
    ... def f(x, y):
    ...     t_1 = x * x
    ...     t_2 = np.sin(y)
    ...     t_3 = t_1 + t_2
    ...     z = t_3 / y
    ...     return z
    ... ''', fold)
    def f(x, y):
        z = (x * x + np.sin(y)) / y
        return z

A temporary that is bound once and read once goes into the statement that reads it, if nothing that it depends on
changes on the way, if no effect whose order can be seen lies between, and if the line stays short enough. It may
move into a branch, never into a loop. The result of a call with effects moves only where nothing is evaluated in
between. The user's own variables stay; an adjoint that is read once may go when what replaces it is short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from srcad.core import prims
from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    ForEach,
    If,
    Lit,
    Op,
    Program,
    Raise,
    Ref,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    expressions_of,
    names_in,
    operands,
    targets_of,
    walk,
)
from srcad.transform.simplify.facts import Facts, adjoint_temporaries, is_temporary
from srcad.transform.simplify.memory import EFFECTS, Memory, Stamp, Versions, has_effect
from srcad.transform.simplify.rewrite import rebuild
from srcad.transform.simplify.sure import sure_floats
from srcad.transform.simplify.tidy import Tidy
from srcad.transform.simplify.width import width

LINE = 88
_SHORT_ADJOINT = 60  # a named adjoint is worth its line, unless the line that takes it in stays this short


def fold(program: Program, facts: Facts, memory: Memory | None = None) -> Program:
    """Fold single-use temporaries into the expressions that use them."""
    return _Fold(program, facts, memory).run()


Out = list[Stmt | None]


class _Pending:
    """An assignment that may yet move into its use: its value, when that was taken, and where it stands."""

    __slots__ = ("value", "stamp", "out", "slot", "effect", "width", "short")

    def __init__(self, value: Expr, stamp: Stamp, out: Out, slot: int, effect: bool, short: bool) -> None:
        self.value = value
        self.stamp = stamp
        self.out = out
        self.slot = slot
        self.effect = effect
        self.width = width(value)
        self.short = short


class _Fold:
    def __init__(self, program: Program, facts: Facts, memory: Memory | None) -> None:
        self.program = program
        self.facts = facts = replace(facts, floats=sure_floats(program, facts))
        self.memory = memory or Memory(program, facts)
        self.versions = Versions()
        self.pending: dict[str, _Pending] = {}
        self.uses, self.bound = _count(program)
        self.adjoint = facts.adjoints | adjoint_temporaries(program, facts)
        self._tidy = Tidy(facts, self.memory)

    def run(self) -> Program:
        body = self.block(self.program.body, 1)
        return self.program if body == self.program.body else replace(self.program, body=body)

    # ------------------------------------------------------------ blocks

    def block(self, block: Block, depth: int, at_end: Callable[[Out], None] | None = None) -> Block:
        out: Out = []
        mine: list[str] = []
        for stmt in block:
            if isinstance(stmt, Assign) and (hoisted := self._hoist(stmt, out)) is not None:
                mine.append(hoisted)
                continue
            made = self.statement(stmt, depth, out)
            out.append(made)
            if isinstance(made, Assign) and not made.accumulate and self._foldable(made):
                self._offer(made, out)
                mine.append(made.target)
        if at_end is not None:
            at_end(out)
        for name in mine:
            self.pending.pop(name, None)
        return tuple([stmt for stmt in out if stmt is not None])

    def loop(self, block: Block, depth: int, at_end: Callable[[Out], None] | None = None) -> Block:
        """A block into which nothing from outside may move."""
        outer, self.pending = self.pending, {}
        made = self.block(block, depth, at_end)
        self.pending = outer
        return made

    def _foldable(self, stmt: Assign) -> bool:
        name = stmt.target
        if self.uses[name] != 1 or self.bound[name] != 1:
            return False
        return is_temporary(name) or name in self.facts.adjoints

    def _is_unread(self, stmt: Assign) -> bool:
        return is_temporary(stmt.target) and not self.uses[stmt.target] and not stmt.accumulate

    def _offer(self, stmt: Assign, out: Out) -> None:
        value = stmt.value
        parts = self.memory.reads(value)
        effect = has_effect(value)
        if not isinstance(value, (Var, Lit, Ref)):
            parts.add(EFFECTS)
        short = not is_temporary(stmt.target)
        self.pending[stmt.target] = _Pending(value, self.versions.stamp(parts), out, len(out) - 1, effect, short)

    def _hoist(self, stmt: Assign, out: Out) -> str | None:
        """Take a temporary's step up to the one that it needs, where that one cannot come down any more.

        `d = d_a[i]; d_a[i] = 0.0; e = d / 2` is better as `e = d_a[i] / 2; d_a[i] = 0.0`.
        """
        if stmt.accumulate or not is_temporary(stmt.target) or self.bound[stmt.target] != 1:
            return None
        stuck = [
            n for n in names_in(stmt.value) if n in self.pending and not self.versions.holds(self.pending[n].stamp)
        ]
        if len(stuck) != 1 or has_effect(stmt.value):
            return None
        name = stuck[0]
        one = self.pending[name]
        if one.out is not out or one.effect:
            return None
        parts = self.memory.reads(stmt.value)
        parts.discard(name)
        if any(part in self.pending for part in parts) or not self.versions.holds((one.stamp[0], frozenset(parts))):
            return None
        if self.versions.changed_since(one.stamp[0], EFFECTS) or LINE < 12 + width(stmt.value) + one.width:
            return None
        value = _fill(stmt.value, {name: one.value})
        del self.pending[name]
        made = replace(stmt, value=value)
        out[one.slot] = made
        time = one.stamp[0]
        self.versions.bump((stmt.target,))
        if self._foldable(made):
            needs = frozenset(self.memory.reads(value) | {EFFECTS})
            self.pending[stmt.target] = _Pending(value, (time, needs), out, one.slot, False, False)
        return stmt.target

    # ------------------------------------------------------------ statements

    def statement(self, stmt: Stmt, depth: int, out: Out) -> Stmt:
        """The statement with what folds into it folded; what it changes is noted."""
        match stmt:
            case Comment():
                return stmt
            case If(body=body, orelse=orelse):
                test = self.use(stmt.test, 4 * depth + 4, out, whole=True)
                if has_effect(test):
                    self.versions.apply(self.memory.own_change(replace(stmt, test=test)))
                if self._may_raise(stmt):
                    self.versions.bump((EFFECTS,))
                return replace(stmt, test=test, body=self.block(body, depth + 1), orelse=self.block(orelse, depth + 1))
            case For(start=start, stop=stop, step=step, body=body):
                room = 4 * depth + 16 + len(stmt.target)
                room += sum(map(width, (start, stop, step)))
                start = self.use(start, room - width(start), out)
                if not has_effect(start):
                    stop = self.use(stop, room - width(stop), out, whole=not isinstance(start, Op))
                    step = self.use(step, room - width(step), out, calls=False)
                made = replace(stmt, start=start, stop=stop, step=step)
                self.versions.apply(self.memory.change(stmt))
                made = replace(made, body=self.loop(body, depth + 1))
                self.versions.apply(self.memory.change(stmt))
                return made
            case ForEach(iterable=iterable, body=body):
                iterable = self.use(iterable, 4 * depth + 8 + len(stmt.target), out)
                self.versions.apply(self.memory.change(stmt))
                return replace(stmt, iterable=iterable, body=self.loop(body, depth + 1))
            case While():
                return self._while(stmt, depth)
            case With(context=context, body=body):
                context = self.use(context, 4 * depth + 6, out)
                body = self.loop(body, depth + 1)
                self.versions.apply(self.memory.change(stmt))
                return replace(stmt, context=context, body=body)
            case Try(body=body, handlers=handlers, final=final):
                body = self.loop(body, depth + 1)
                handlers = tuple(replace(h, body=self.loop(h.body, depth + 1)) for h in handlers)
                final = self.loop(final, depth + 1)
                self.versions.apply(self.memory.change(stmt))
                return replace(stmt, body=body, handlers=handlers, final=final)
            case Assign() | Unpack() | Store() | Do() | Raise() | Return():
                made_simple = self._simple(stmt, depth, out)
                self.versions.apply(self.memory.own_change(made_simple))
                return made_simple
            case _:
                assert_never(stmt)

    def _simple(self, stmt: Stmt, depth: int, out: Out) -> Stmt:
        room = 4 * depth
        match stmt:
            case Assign(target=target, value=value, accumulate=accumulate):
                head = room + width(Var(target)) + (4 if accumulate else 3)
                new = self.use(value, head, out, whole=True)
                if target in self.adjoint:
                    self._tidy.target = None if accumulate else target
                    self._tidy.read_only = accumulate
                    new = self._tidy.adjoint(new)
                if self._is_unread(stmt) and isinstance(new, Op) and new.fn in (prims.call, prims.call_method):
                    return Do(new, stmt.place)
                return stmt if new is value else replace(stmt, value=new)
            case Unpack(targets=targets, value=value):
                return replace(
                    stmt, value=self.use(value, room + sum(len(t) + 2 for t in targets) + 1, out, whole=True)
                )
            case Store(base=base, key=key, value=value):
                room += 6 + width(base) + width(key)
                value = self.use(value, room, out, whole=not stmt.accumulate, calls=not stmt.accumulate)
                room += width(value)
                if not has_effect(value):  # the value is evaluated first
                    base = self.use(base, room - width(base), out, calls=False)
                    key = self.use(key, room - width(key), out, calls=False)
                return replace(stmt, base=base, key=key, value=value)
            case Do(value=value):
                called = self.use(value, room, out)
                return replace(stmt, value=called) if isinstance(called, Op) else stmt
            case Return(value=value):
                return replace(stmt, value=self.use(value, room + 7, out, whole=True))
            case Raise(exception=exception, cause=cause):
                return replace(
                    stmt,
                    exception=None if exception is None else self.use(exception, room + 6, out, whole=True),
                    cause=cause,
                )
            case _:
                return stmt

    def _while(self, stmt: While, depth: int) -> Stmt:
        self.versions.apply(self.memory.change(stmt))
        cond: list[Expr] = [stmt.cond]

        def use_in_cond(out: Out) -> None:
            cond[0] = self.use(stmt.cond, 4 * depth + 7, out, calls=False)

        test = self.loop(stmt.test, depth + 1, use_in_cond)
        body = self.loop(stmt.body, depth + 1)
        self.versions.apply(self.memory.change(stmt))
        return replace(stmt, test=test, cond=cond[0], body=body)

    def _may_raise(self, stmt: If) -> bool:
        return any(isinstance(inner, Raise) for inner in walk((stmt,)))

    # ------------------------------------------------------------ expressions

    def use(self, expr: Expr, used: int, out: Out, whole: bool = False, calls: bool = True) -> Expr:
        """The expression with pending values in the place of their temporaries, on a line with `used` columns taken.

        `whole`: the expression is evaluated before anything else of its statement. `calls`: the result of a call
        with effects may move into it.
        """
        found = [name for name in names_in(expr) if name in self.pending]
        if not found:
            return expr
        room = LINE - used - width(expr)
        short = _SHORT_ADJOINT - used - width(expr)
        chosen: dict[str, Expr] = {}
        late: list[str] = []
        calls_inside = any(map(has_effect, operands(expr)))
        for name in found:
            one = self.pending[name]
            if one.effect:
                late.append(name)
                continue
            if not self.versions.holds(one.stamp):
                continue
            if calls_inside and EFFECTS in one.stamp[1] and _effect_before(expr, name):
                continue
            more = one.width - width(Var(name)) + 2
            if more > (short if one.short else room) and not isinstance(expr, Var):
                continue
            chosen[name] = one.value
            room -= more
            short -= more
            self._take(name)
        if chosen:
            expr = _fill(expr, chosen)
        # A call with effects goes in last, and only one: the others stay in the order in which they were.
        if calls and late:
            name = late[-1]
            one = self.pending[name]
            if self._nothing_between(one, out) and one.width <= room and self._first(expr, name, one, whole):
                expr = _fill(expr, {name: one.value})
                self._take(name)
        return expr

    def _take(self, name: str) -> None:
        one = self.pending.pop(name)
        one.out[one.slot] = None

    def _nothing_between(self, one: _Pending, out: Out) -> bool:
        return one.out is out and all(stmt is None or isinstance(stmt, Comment) for stmt in out[one.slot + 1 :])

    def _first(self, expr: Expr, name: str, one: _Pending, whole: bool) -> bool:
        """The variable is the first thing that evaluating the expression comes to, besides names and literals."""
        if isinstance(one.value, Op) and one.value.fn is prims.pop and not isinstance(expr, Var):
            return False  # what is taken from a tape has a name, except where it is a test or a copy
        if isinstance(expr, Var):
            return whole
        return not _evaluated_before(expr, name)


def _evaluated_before(expr: Expr, name: str) -> bool:
    """Something besides reading names is evaluated before the variable is reached."""
    if not isinstance(expr, Op) or expr.fn in (prims.both, prims.either, prims.choose):
        return True
    for part in operands(expr):
        if isinstance(part, Var) and part.name == name:
            return False
        if isinstance(part, Op):
            if name in names_in(part):
                return _evaluated_before(part, name)
            return True
    return True


def _effect_before(expr: Expr, name: str) -> bool:
    """Evaluating the expression has an effect before it comes to the variable."""
    for part in operands(expr):
        if name in names_in(part):
            return isinstance(part, Op) and _effect_before(part, name)
        if has_effect(part):
            return True
    return False


def _fill(expr: Expr, values: dict[str, Expr]) -> Expr:
    if isinstance(expr, Var):
        return values.get(expr.name, expr)
    if not isinstance(expr, Op):
        return expr
    args = tuple([_fill(a, values) for a in expr.args])
    return rebuild(expr, args, tuple([(k, _fill(v, values)) for k, v in expr.kwargs]))


def _count(program: Program) -> tuple[Counter[str], Counter[str]]:
    """How often each variable is read, and how often it is bound."""
    uses: Counter[str] = Counter()
    bound: Counter[str] = Counter(param.name for param in program.params)
    for stmt in walk(program.body):
        for expr in expressions_of(stmt):
            uses.update(names_in(expr))
        bound.update(targets_of(stmt))
        if isinstance(stmt, (For, ForEach, While)) and stmt.until is not None:
            uses[stmt.until] += 1  # the loop reads it by name
    return uses, bound
