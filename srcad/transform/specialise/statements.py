"""Find the kind of every variable, and resolve with them what the source left open.

    xs = [1.0, 2.0]            xs = [1.0, 2.0]                 # list of float
    for x in xs:          ->   for %i in range(0, len(xs), 1):
        s = s + np.sin(x)          x = xs[%i]
                                   s = s + np.sin(x)           # the callable itself, not a name

The walk is repeated until no kind changes; branches whose test is known are folded as soon as it is (a sparse
conditional propagation), so `isinstance`, `x is None` and `x.ndim == 2` cost nothing in the derivative. Statements that
come out are flat and have neither `ForEach`, `Star` nor `Closure`.

The other files of this package say what one construct means, each for its own; they come here for what they need of
each other (`sp.resolve`, `sp.call`, `sp.prelude`), so that they import one way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from srcad.core import prims
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    INT,
    NONE_KIND,
    UNKNOWN,
    Const,
    Function,
    Kind,
    Maybe,
    Object,
    OneOf,
    Opaque,
    Set,
    is_deeper,
    is_sum,
    join,
    show,
    widen,
)
from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    ForEach,
    Handler,
    If,
    Lit,
    Op,
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
    assigned_in,
)
from srcad.core.sums import place_of, represented_alike
from srcad.errors import KindError, Place, SrcadError, UnsupportedSyntax, is_generated
from srcad.transform.specialise import calls, functions, methods, operations, procedures
from srcad.transform.specialise.binding import Args, Kwargs
from srcad.transform.specialise.choices import dispatched, fitted
from srcad.transform.specialise.dict_views import only_looped_over
from srcad.transform.specialise.entering import entered
from srcad.transform.specialise.items import expect_given
from srcad.transform.specialise.iteration import for_each, note_walked, static_lists
from srcad.transform.specialise.session import Enter, Resolved, Session, Special
from srcad.transform.specialise.stores import back_flow, store

MOST_ROUNDS = 60
MOST_DEEP = 12  # parts within parts of a value


class Specialiser:
    """One program at one tuple of argument kinds."""

    def __init__(self, session: Session, special: Special) -> None:
        self.session = session
        self.special = special
        self.program = special.program
        self.kinds = special.kinds
        self.changed = False
        self.unsettled: SrcadError | None = None  # what is to be refused unless another round settles it
        self.out: list[Stmt] = []
        self.place: Place | None = special.program.place
        self._names = special.names
        self._stmt = 0
        self._way = 0  # how the statement has been resolved so far
        self.walked: dict[str, tuple[Expr, ...]] = {}  # copies of what a dict or set holds, with how and of which
        self.counting: dict[str, For] = {}  # the loops around, by the variable that counts
        self.static_lists = static_lists(special.program.body)
        self.looped = only_looped_over(special.program.body)
        self.checks: dict[int, tuple[Op, Op]] = {}  # calls whose results are checked once they have a name, by identity
        self.dict_views: dict[str, str] = {}  # variables that stand for the items or values of a dict

    def run(self) -> None:
        params = self.program.params
        for param, kind in zip(params, self.special.arg_kinds, strict=True):
            self.set(param.name, kind)
        for _ in range(MOST_ROUNDS):
            self.changed = False
            self.unsettled = None
            body = self.block(self.program.body)
            if not self.changed:
                break
        else:
            raise self._endless(self.program.place)
        if self.unsettled is not None:
            raise self.unsettled
        for name in sorted(assigned_in(body)):
            self.kinds.setdefault(name, BOTTOM)  # bound only where the program never comes
        arguments = zip(params, self.special.arg_kinds, strict=True)
        given = [p.name for p, kind in arguments if _is_another(kind, self.kinds[p.name])]
        if given:
            raise Enter(tuple(given))
        self.special.body = body
        self.special.out_kinds = tuple(
            self.kinds[p.name] if k != NONE_KIND and self.session.holds_address(self.kinds[p.name]) else k
            for p, k in zip(params, self.special.arg_kinds, strict=True)
        )

    # ------------------------------------------------------------ kinds of variables

    def kind(self, atom: Expr) -> Kind:
        match atom:
            case Var(name=name):
                kind = self.kinds.get(name, BOTTOM)
                return self.session.with_what_is_put_in(kind) if isinstance(kind, Set) else kind
            case Lit(value=value):
                if value is None or isinstance(value, (bool, int, str, bytes)):
                    return Const(value)
                return kind_of(value)
            case Ref(value=value):
                kind = kind_of(value)
                return self.session.with_what_is_put_in(kind) if isinstance(kind, Set) else kind
            case _:
                raise AssertionError(f"not an atom: {atom}")

    def set(self, name: str, kind: Kind) -> None:
        old = self.kinds.get(name, BOTTOM)
        new = join(old, kind)
        if new != old:
            if is_deeper(new, MOST_DEEP):
                raise self._endless(self.place)
            self.kinds[name] = new
            self.changed = True

    def _endless(self, place: Place | None) -> KindError:
        if place is not None and is_generated(place):
            return KindError(
                "a derivative of a derivative of a function that calls itself: what each call saved holds what the "
                "next one saved, without end",
                place,
                "write the recursion as a loop",
            )
        return KindError(
            "the kinds of this function do not settle",
            place,
            "give each variable one type; lists and trees that are linked, each item holding the next without end, are "
            "kept in a list whose items refer to each other by index",
        )

    def is_local(self, name: str) -> bool:
        """Whether a variable is made here and not given."""
        return all(param.name != name for param in self.program.params)

    def touch(self, atom: Expr, kind: Kind) -> None:
        """Something was learnt of the container that `atom` names: its kind rises."""
        if isinstance(atom, Var) and self.kind(atom) != NONE_KIND:  # nothing is learnt of None
            if isinstance(kind, Maybe) and not isinstance(self.kind(atom), Maybe):
                kind = kind.kind  # the place may hold None; this container is there
            own = self.kind(atom)
            if isinstance(kind, OneOf) and isinstance(own, (Object, Function)):
                place = place_of(own, kind)
                kind = own if place is None else kind.options[place]
            self.set(atom.name, kind)

    def share(self, atom: Expr, name: str) -> None:
        """`name` and `atom` are the same memory: they have the same kind."""
        if self.session.holds_address(self.kinds.get(name, BOTTOM)):
            self.touch(atom, self.kinds[name])

    def share_field(self, callee: Expr, position: int, name: str) -> None:
        """`name` is what the function value `callee` holds at a position."""
        held = self.kind(callee)
        if isinstance(held, Function) and self.session.holds_address(self.kinds[name]):
            fields = list(held.fields)
            fields[position] = (fields[position][0], join(fields[position][1], self.kinds[name]))
            if isinstance(callee, Var) and tuple(fields) != held.fields:
                self.kinds[callee.name] = Function(held.of, tuple(fields))
                self.changed = True

    # ------------------------------------------------------------ emitting

    def temp(self, hint: str = "t", value: Expr | None = None) -> str:
        """A temporary that keeps its name from round to round, as long as its statement is resolved the same way."""
        what = (value.fn, *(a for a in value.args if isinstance(a, Lit))) if isinstance(value, Op) else None
        self._way = hash((self._way, hint, what))
        key = (self._stmt, self._way)
        if key not in self._names:
            self._names[key] = self.fresh(hint)
        return self._names[key]

    def fresh(self, hint: str) -> str:
        return f"%{hint}@{len(self._names)}" if hint != "t" else f"%t{len(self._names) + 100000}"

    def emit(self, stmt: Stmt) -> None:
        self.out.append(stmt)

    def assign(self, hint: str, value: Expr, kind: Kind) -> Var:
        """Emit `%hint = value` and return the variable."""
        name = self.temp(hint, value)
        self.set(name, kind)
        self.emit(Assign(name, fitted(self, value, kind, self.kinds.get(name, BOTTOM)), self.place))
        self._checked(name, value)
        return Var(name)

    def check(self, made: Op, check: Op) -> None:
        """Have a check run on what a call gives, as its first operand, as soon as that has a name."""
        self.checks[id(made)] = made, check

    def _checked(self, target: str, value: Expr) -> None:
        if id(value) in self.checks:
            check = self.checks.pop(id(value))[1]
            self.emit(Do(replace(check, args=(Var(target), *check.args)), self.place))

    def hold(self, value: Expr, kind: Kind, hint: str = "t") -> Expr:
        """A resolved expression as an atom."""
        if isinstance(value, (Var, Lit, Ref)):
            return value
        return self._held(value, kind, hint)

    def _held(self, value: Expr, kind: Kind, hint: str) -> Var:
        name = self.temp(hint, value)
        self.bind(name, value, kind)
        return Var(name)

    def bind(self, target: str, value: Expr, kind: Kind) -> None:
        """Emit `target = value` for a resolved value."""
        self.set(target, kind)
        made = fitted(self, value, kind, self.kinds.get(target, BOTTOM))
        self.emit(Assign(target, made, self.place))
        self._checked(target, value)
        self.share(made, target)
        back_flow(self, target, made)

    def nested(self, emit: Callable[[], None]) -> Block:
        """The statements that `emit` emits."""
        outer, self.out = self.out, []
        emit()
        made, self.out = tuple(self.out), outer
        return made

    def write(self, base: Expr, key: Expr, value: Expr, attr: bool = False) -> None:
        """Emit `base[key] = value`, or `base.key = value`."""
        store(self, Store(base, key, value, self.place, attr=attr))

    def effect(self, made: Expr, kind: Kind) -> None:
        """Emit a resolved call for its effect."""
        operations.emit_effect(self, made, kind)

    # ------------------------------------------------------------ resolving

    def resolve(self, value: Expr) -> Resolved:
        """The expression with its callable resolved, and its kind."""
        return operations.resolve(self, value)

    def op(self, op: Op, hint: str = "t") -> Var:
        """Emit an operation that is itself still to be resolved, and return the variable that holds it."""
        return self._held(*operations.resolve(self, op), hint)

    def call(self, name: str, value: Any, args: Args, kwargs: Kwargs = ()) -> Resolved:
        """A call of a callable that is known."""
        return calls.call_value(self, name, value, args, kwargs)

    def apply(self, callee: Expr, kind: Kind, args: Args, kwargs: Kwargs = ()) -> Resolved:
        """A call of the value of a variable."""
        return calls.call_kind(self, callee, kind, args, kwargs)

    def function(self, function: Any, args: Args, kwargs: Kwargs = ()) -> Resolved:
        """A call of a Python function."""
        return functions.call_function(self, function, args, kwargs)

    def method(self, base: Expr, name: str, args: Args = (), kwargs: Kwargs = ()) -> Resolved:
        """`base.name(*args, **kwargs)`"""
        return methods.resolve_method(self, Op(prims.call_method, (base, Lit(name), *args), kwargs))

    def prelude(self, name: str, *args: Expr) -> Resolved:
        """A call of a function of the prelude."""
        return functions.prelude(self, name, args)

    def call_masked(self, name: str, value: Any, args: Args, kwargs: Kwargs, out: Var) -> None:
        """`name(*args, out=out, where=mask)`"""
        procedures.call_masked(self, name, value, args, kwargs, out)

    def refuse(self, message: str, remedy: str, error: type[SrcadError] = UnsupportedSyntax) -> SrcadError:
        return error(message, self.place, remedy)

    # ------------------------------------------------------------ statements

    def block(self, stmts: Block) -> Block:
        return self.nested(lambda: self.inline(stmts))

    def inline(self, stmts: Block) -> None:
        for stmt in stmts:
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        """One statement; its temporaries keep their names from round to round."""
        outer = (self._stmt, self._way, self.place)
        self._stmt, self._way = id(stmt), 0
        place = getattr(stmt, "place", None)
        if place is not None:
            self.place = place
        self._resolve_stmt(stmt)
        self._stmt, self._way, self.place = outer

    def _resolve_stmt(self, stmt: Stmt) -> None:
        expect_given(self, stmt)
        match stmt:
            case Assign(target=target, value=Var() | Lit() | Ref() as value):
                self.bind(target, value, self.kind(value))
            case Assign(target=target, value=value):
                note_walked(self, target, value)
                self.bind(target, *operations.bind_value(self, value, target))
            case Unpack():
                raise AssertionError("the front end does not make Unpack")
            case Store():
                store(self, stmt)
            case Do(value=value):
                self.effect(*self.resolve(value))
            case If(test=test, body=body, orelse=orelse):
                test = self.test(test)
                known = operations.truth(self.kind(test))
                if self.kind(test) is BOTTOM:
                    pass
                elif known is not None:
                    self.inline(body if known else orelse)
                else:
                    self.emit(replace(stmt, test=test, body=self.block(body), orelse=self.block(orelse)))
            case For(target=target, start=start, stop=stop, step=step, body=body):
                for bound in (start, stop, step):
                    self.bound(bound)
                if any(self.kind(bound) is BOTTOM for bound in (start, stop, step)):
                    return
                self.set(target, INT)
                self.counting[target] = stmt
                self.emit(replace(stmt, body=self.block(body)))
                del self.counting[target]
            case ForEach():
                for_each(self, stmt)
            case While(test=test_block, cond=cond, body=body):
                inner = self.block(test_block)
                known = operations.truth(self.kind(cond))
                if known is False:
                    return
                self.emit(replace(stmt, test=inner, cond=cond, body=self.block(body)))
            case With(context=context) if isinstance(self.kind(context), Object):
                entered(self, stmt)
            case With(body=body, target=bound):
                if bound is not None:
                    self.set(bound, UNKNOWN)
                self.emit(replace(stmt, body=self.block(body)))
            case Try(body=body, handlers=handlers, final=final):
                made_handlers = []
                inner = self.block(body)
                for handler in handlers:
                    if handler.name is not None:
                        self.set(handler.name, Opaque(Exception))
                    made_handlers.append(Handler(handler.types, handler.name, self.block(handler.body)))
                self.emit(replace(stmt, body=inner, handlers=tuple(made_handlers), final=self.block(final)))
            case Raise() | Comment():
                self.emit(stmt)
            case Return(value=value):
                if not isinstance(value, (Var, Lit, Ref)):
                    value = self.hold(*self.resolve(value), "result")
                if self.session.holds_address(self.special.demand):
                    self.touch(value, self.special.demand)
                kind = self.kind(value)
                self.special.result_kind = join(self.special.result_kind, kind)
                self.emit(Return(value, stmt.place))

    def test(self, atom: Expr) -> Expr:
        """The truth of an object with `__bool__` or `__len__` is a call; everything else is left to Python."""
        kind = self.kind(atom)
        if is_sum(kind) and operations.truth(kind) is None:
            return self.hold(*dispatched(self, atom, kind, lambda held, _: (self.test(held), BOOL)))
        name = operations.truth_method(kind)
        return atom if name is None else self.op(Op(prims.call_method, (atom, Lit(name))))

    def bound(self, atom: Expr) -> None:
        kind = self.kind(atom)
        if kind is BOTTOM or widen(kind) in (INT, BOOL, UNKNOWN) or isinstance(kind, Opaque):
            return
        raise self.refuse(f"a range bound is {show(kind)}, not an int", "convert it with int(...)", KindError)


def _is_another(given: Kind, inside: Kind) -> bool:
    """Whether a parameter becomes something that what it was given is not: a container where that was None, say."""
    return (given == NONE_KIND and inside != given) or not represented_alike(given, inside)
