"""Find the kind of every variable, and resolve with them what the source left open.

    xs = [1.0, 2.0]            xs = [1.0, 2.0]                 # list of float
    for x in xs:          ->   for %i in range(0, len(xs), 1):
        s = s + np.sin(x)          x = xs[%i]
                                   s = s + np.sin(x)           # the callable itself, not a name

The walk is repeated until no kind changes; branches whose test is known are folded as soon as it is (a sparse
conditional propagation), so `isinstance`, `x is None` and `x.ndim == 2` cost nothing in the derivative. Statements that
come out are flat and have neither `ForEach`, `Star` nor `Closure`.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad.core import prims
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOTTOM,
    INT,
    NONE_KIND,
    RANGE,
    STRING,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Function,
    Kind,
    List,
    Maybe,
    Object,
    Opaque,
    Record,
    Set,
    Tuple,
    TupleOf,
    join,
    join_all,
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
    names_in,
    walk,
)
from srcad.errors import KindError, Place, SrcadError, UnsupportedSyntax
from srcad.transform.specialise.session import Session, Special

MOST_ROUNDS = 60


def truth(kind: Kind) -> bool | None:
    """Whether a value of this kind is true, where the kind alone says so."""
    if isinstance(kind, Const):
        value = kind.value
        if value is None or isinstance(value, (bool, int, str, bytes, float)):
            return bool(value)
        return True
    if isinstance(kind, Function):
        return True
    if isinstance(kind, Tuple):
        return bool(kind.items)
    if isinstance(kind, Object) and not hasattr(kind.cls, "__bool__") and not hasattr(kind.cls, "__len__"):
        return True
    return None


class Specialiser:
    """One program at one tuple of argument kinds."""

    def __init__(self, session: Session, special: Special) -> None:
        self.session = session
        self.special = special
        self.program = special.program
        self.kinds = special.kinds
        self.changed = False
        self.out: list[Stmt] = []
        self.place: Place | None = special.program.place
        self._names: dict[tuple[int, int], str] = {}
        self._stmt = 0
        self._count = 0
        self.static_lists = _static_lists(special.program.body)

    def run(self) -> None:
        params = self.program.params
        for param, kind in zip(params, self.special.arg_kinds, strict=True):
            self.set(param.name, kind)
        for _ in range(MOST_ROUNDS):
            self.changed = False
            body = self.block(self.program.body)
            if not self.changed:
                break
        else:
            raise KindError(
                "the kinds of this function do not settle", self.program.place, "give each variable one type"
            )
        self.special.body = body
        self.special.out_kinds = tuple(
            self.kinds[p.name] if self.session.holds_address(self.kinds[p.name]) else k
            for p, k in zip(params, self.special.arg_kinds, strict=True)
        )

    # ------------------------------------------------------------ kinds of variables

    def kind(self, atom: Expr) -> Kind:
        match atom:
            case Var(name=name):
                return self.kinds.get(name, BOTTOM)
            case Lit(value=value):
                if value is None or isinstance(value, (bool, int, str, bytes)):
                    return Const(value)
                return kind_of(value)
            case Ref(value=value):
                return kind_of(value)
            case _:
                raise AssertionError(f"not an atom: {atom}")

    def set(self, name: str, kind: Kind) -> None:
        old = self.kinds.get(name, BOTTOM)
        new = join(old, kind)
        if new != old:
            self.kinds[name] = new
            self.changed = True

    def touch(self, atom: Expr, kind: Kind) -> None:
        """Something was learnt of the container that `atom` names: its kind rises."""
        if isinstance(atom, Var):
            self.set(atom.name, kind)

    def share(self, atom: Expr, name: str) -> None:
        """`name` and `atom` are the same memory: they have the same kind."""
        if isinstance(atom, Var) and self.session.holds_address(self.kinds.get(name, BOTTOM)):
            self.set(atom.name, self.kinds[name])

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

    def temp(self, hint: str = "t") -> str:
        """A temporary that keeps its name from round to round."""
        key = (self._stmt, self._count)
        self._count += 1
        if key not in self._names:
            self._names[key] = self.fresh(hint)
        return self._names[key]

    def fresh(self, hint: str) -> str:
        return f"%{hint}@{len(self._names)}" if hint != "t" else f"%t{len(self._names) + 100000}"

    def emit(self, stmt: Stmt) -> None:
        self.out.append(stmt)

    def assign(self, hint: str, value: Expr, kind: Kind) -> Var:
        """Emit `%hint = value` and return the variable."""
        name = self.temp(hint)
        self.set(name, kind)
        self.emit(Assign(name, value, self.place))
        return Var(name)

    def op(self, op: Op) -> Var:
        """Emit an operation that is itself still to be resolved, and return the variable that holds it."""
        from srcad.transform.specialise.operations import resolve

        value, kind = resolve(self, op)
        return self.assign("t", value, kind)

    def refuse(self, message: str, remedy: str, error: type[SrcadError] = UnsupportedSyntax) -> SrcadError:
        return error(message, self.place, remedy)

    # ------------------------------------------------------------ statements

    def block(self, stmts: Block) -> Block:
        outer = self.out
        self.out = []
        for stmt in stmts:
            self.stmt(stmt)
        made, self.out = tuple(self.out), outer
        return made

    def inline(self, stmts: Block) -> None:
        for stmt in stmts:
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        from srcad.transform.specialise.operations import bind_value, resolve, resolve_effect

        outer = (self._stmt, self._count, self.place)
        self._stmt, self._count = id(stmt), 0
        place = getattr(stmt, "place", None)
        if place is not None:
            self.place = place
        match stmt:
            case Assign(target=target, value=Var() | Lit() | Ref() as value):
                self.set(target, self.kind(value))
                self.share(value, target)
                self.emit(stmt)
            case Assign(target=target, value=value):
                made, kind = bind_value(self, value, target)
                self.set(target, kind)
                self.emit(replace(stmt, value=made))
                self.share(made, target)
                self.back_flow(target, made)
            case Unpack():
                raise AssertionError("the front end does not make Unpack")
            case Store():
                self.store(stmt)
            case Do(value=value):
                resolve_effect(self, value)
            case If(test=test, body=body, orelse=orelse):
                test = self.test(test)
                known = truth(self.kind(test))
                if self.kind(test) is BOTTOM:
                    pass
                elif known is not None:
                    self.inline(body if known else orelse)
                else:
                    self.emit(replace(stmt, test=test, body=self.block(body), orelse=self.block(orelse)))
            case For(target=target, start=start, stop=stop, step=step, body=body):
                for bound in (start, stop, step):
                    self.bound(bound)
                self.set(target, INT)
                self.emit(replace(stmt, body=self.block(body)))
            case ForEach():
                self.for_each(stmt)
            case While(test=test_block, cond=cond, body=body):
                inner = self.block(test_block)
                known = truth(self.kind(cond))
                if known is False:
                    return
                self.emit(replace(stmt, test=inner, cond=cond, body=self.block(body)))
            case With(context=context, body=body, target=bound):
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
                    made, kind = resolve(self, value)
                    value = self.assign("result", made, kind)
                kind = self.kind(value)
                self.special.result_kind = join(self.special.result_kind, kind)
                self.emit(Return(value, stmt.place))
        self._stmt, self._count, self.place = outer

    def test(self, atom: Expr) -> Expr:
        """The truth of an object with `__bool__` or `__len__` is a call; everything else is left to Python."""
        kind = self.kind(atom)
        if isinstance(kind, Object):
            for name in ("__bool__", "__len__"):
                if getattr(kind.cls, name, None) is not None:
                    return self.op(Op(prims.call_method, (atom, Lit(name))))
        return atom

    def bound(self, atom: Expr) -> None:
        kind = self.kind(atom)
        if kind is BOTTOM or widen(kind) in (INT, UNKNOWN) or kind == Const(True) or isinstance(kind, Opaque):
            return
        if widen(kind).__repr__() == "Bool":
            return
        raise self.refuse(f"a range bound is {show(kind)}, not an int", "convert it with int(...)", KindError)

    def back_flow(self, target: str, value: Expr) -> None:
        """`row = rows[0]`: what is learnt of `row` later is learnt of the items of `rows`."""
        kind = self.kinds.get(target, BOTTOM)
        if not self.session.holds_address(kind) or not isinstance(value, Op):
            return
        if value.fn is operator.getitem:
            self.put_item(value.args[0], value.args[1], kind)
        elif value.fn is prims.get_attr and isinstance(value.args[1], Lit):
            self.put_attr(value.args[0], str(value.args[1].value), kind)
        elif value.fn in (prims.make_list, prims.make_tuple):
            for i, arg in enumerate(value.args):
                if isinstance(arg, Var) and self.session.holds_address(self.kind(arg)):
                    if isinstance(kind, (List, TupleOf)):
                        self.set(arg.name, kind.item)
                    elif isinstance(kind, Tuple):
                        self.set(arg.name, kind.items[i])
        elif value.fn is prims.make_dict:
            for key, arg in zip(value.args[::2], value.args[1::2], strict=True):
                if isinstance(arg, Var) and self.session.holds_address(self.kind(arg)):
                    if isinstance(kind, Dict):
                        self.set(arg.name, kind.value)
                    elif isinstance(kind, Record) and isinstance(key, Lit):
                        self.set(arg.name, dict(kind.items)[key.value])

    def put_item(self, base: Expr, key: Expr, kind: Kind) -> None:
        """The kind of `base` once `base[key]` holds a value of `kind`."""
        held = self.kind(base)
        match held:
            case List():
                self.touch(base, List(kind))
            case TupleOf():
                self.touch(base, TupleOf(kind))
            case Tuple(items=items, cls=cls, names=names):
                if isinstance(key, Lit) and isinstance(key.value, int) and -len(items) <= key.value < len(items):
                    changed = list(items)
                    changed[key.value] = join(changed[key.value], kind)
                    self.touch(base, Tuple(tuple(changed), cls, names))
            case Dict(key=key_kind, cls=cls):
                self.touch(base, Dict(join(key_kind, widen(self.kind(key))), kind, cls))
            case Record(items=pairs):
                at = self.kind(key)
                if isinstance(at, Const):
                    self.touch(base, Record(tuple((k, join(v, kind) if k == at.value else v) for k, v in pairs)))
            case _:
                pass

    def put_attr(self, base: Expr, name: str, kind: Kind) -> None:
        held = self.kind(base)
        if isinstance(held, Object):
            self.touch(base, Object(held.cls, ((name, kind),)))

    # ------------------------------------------------------------ stores

    def store(self, stmt: Store) -> None:
        base, key, value = stmt.base, stmt.key, stmt.value
        held, kind = self.kind(base), self.kind(value)
        if isinstance(base, Ref):
            raise self.refuse(
                f"a write into the global {base.name}",
                "pass it as an argument, or return the new value",
            )
        if held is BOTTOM:
            return
        if stmt.attr:
            name = str(key.value) if isinstance(key, Lit) else ""
            if not isinstance(held, Object):
                raise self.refuse(f"a write to the attribute .{name} of {show(held)}", "write to a local instead")
            attribute = getattr(held.cls, name, None)
            if isinstance(attribute, property) or "__setattr__" in vars(held.cls):
                raise self.refuse(f"a write through the property {held.cls.__name__}.{name}", "call a method instead")
            self.session.mutate(held.cls)
            self.touch(base, Object(held.cls, ((name, kind),)))
            self.emit(stmt)
            self._adopt(value, self._attr_kind(base, name))
            return
        match held:
            case List(item=item):
                if isinstance(widen(self.kind(key)), type(INT)) and widen(self.kind(key)) is INT:
                    self.touch(base, List(kind))
                    self._adopt(value, item)
                else:
                    raise self.refuse("an assignment to a slice of a list", "assign the items one by one")
            case Dict(value=held_value, cls=cls):
                self.touch(base, Dict(widen(self.kind(key)), kind, cls))
                self._adopt(value, held_value)
            case Record():
                self.touch(base, Dict(widen(self.kind(key)), kind))
            case Array():
                pass
            case Tuple() | TupleOf():
                pass  # Python raises TypeError when this runs
            case Object(cls=cls) if hasattr(cls, "__setitem__"):
                self.emit_call_of_method(base, "__setitem__", (key, value))
                return
            case Maybe() | _ if held is not UNKNOWN:
                raise self.refuse(f"a write into {show(held)}", "write into a list, dict or array")
            case _:
                raise self.refuse("a write into a value whose kind is not known", "build the container here")
        self.emit(stmt)

    def emit_call_of_method(self, base: Expr, name: str, args: tuple[Expr, ...]) -> None:
        from srcad.transform.specialise.operations import resolve_effect

        resolve_effect(self, Op(prims.call_method, (base, Lit(name), *args)))

    def _attr_kind(self, base: Expr, name: str) -> Kind:
        held = self.kind(base)
        return dict(held.attrs).get(name, BOTTOM) if isinstance(held, Object) else BOTTOM

    def _adopt(self, value: Expr, kind: Kind) -> None:
        """A container was put into another: it has the kind of the place it was put in."""
        if isinstance(value, Var) and self.session.holds_address(self.kind(value)):
            self.set(value.name, kind)

    # ------------------------------------------------------------ loops over things

    def for_each(self, stmt: ForEach) -> None:
        iterable = self.sequence(stmt.iterable)
        if self.kind(iterable) is BOTTOM:
            return
        if isinstance(iterable, Var) and iterable.name in assigned_in(stmt.body):
            kept = self.assign("items", iterable, self.kind(iterable))
            self.share(iterable, kept.name)
            iterable = kept
        if isinstance(iterable, Var):
            self._refuse_growing(iterable.name, stmt.body)
        length_kind = self.kind(iterable)
        if isinstance(length_kind, Tuple):
            length: Expr = Lit(len(length_kind.items))
        else:
            length = self.op(Op(prims.call, (Ref("len", len), iterable)))
        index = self.temp("i")
        self.set(index, INT)
        outer = self.out
        self.out = []
        self.stmt(Assign(stmt.target, Op(operator.getitem, (iterable, Var(index))), stmt.place))
        head = self.out
        self.out = outer
        body = (*head, *self.block(stmt.body))
        self.emit(For(index, Lit(0), length, Lit(1), body, stmt.until, stmt.place))

    def _refuse_growing(self, name: str, body: Block) -> None:
        for stmt in walk(body):
            if isinstance(stmt, Do) and stmt.value.fn is prims.call_method and stmt.value.args[0] == Var(name):
                method = stmt.value.args[1]
                if isinstance(method, Lit) and method.value in ("append", "extend", "insert", "pop", "remove", "clear"):
                    raise UnsupportedSyntax(
                        f"the list {name} changes length (.{method.value}) while a loop runs over it",
                        stmt.place,
                        "loop over a copy, list(...), or use while with an index",
                    )

    def sequence(self, atom: Expr) -> Expr:
        """The thing to loop over as something with a length and an index."""
        kind = self.kind(atom)
        match kind:
            case List() | Tuple() | TupleOf() | Array() | Const(value=str() | bytes()):
                return atom
            case Dict(key=key):
                return self.assign("keys", Op(list, (atom,)), List(key))
            case Record(items=pairs):
                return self.assign("keys", Op(list, (atom,)), List(join_all(tuple(widen(Const(k)) for k, _ in pairs))))
            case Set(item=item):
                return self.assign("items", Op(list, (atom,)), List(item))
            case Object(cls=cls):
                if hasattr(cls, "__iter__"):
                    return self.sequence(self.op(Op(prims.call_method, (atom, Lit("__iter__")))))
                raise self.refuse(
                    f"a loop over an instance of {cls.__name__}, which is not iterable", "loop over a list"
                )
            case Maybe(kind=inner):
                raise self.refuse(f"a loop over {show(inner)} that may be None", "test for None before the loop")
            case _ if kind in (STRING, RANGE, BOTTOM):
                return atom
            case _ if kind is UNKNOWN or isinstance(kind, Opaque):
                return self.assign("items", Op(list, (atom,)), List(UNKNOWN))
            case _ if kind == NONE_KIND:
                raise self.refuse("a loop over None", "return or build a list first", KindError)
            case _:
                raise self.refuse(
                    f"a loop over {show(kind)}", "loop over a list, tuple, array, range or dict", KindError
                )


def _static_lists(body: Block) -> set[str]:
    """Temporaries that hold a list display whose only use is as the argument of a primitive.

    `np.array([a, b])`: nobody else sees the list, so its length is part of its kind, as for a tuple.
    """
    made: dict[str, Op] = {}
    uses: dict[str, int] = {}
    consumers: dict[str, Op] = {}
    from srcad.core.nodes import expressions_of
    from srcad.rules.registry import rule_for

    for stmt in walk(body):
        for expr in expressions_of(stmt):
            for name in names_in(expr):
                uses[name] = uses.get(name, 0) + 1
            if isinstance(expr, Op):
                for arg in (*expr.args, *(v for _, v in expr.kwargs)):
                    if isinstance(arg, Var):
                        consumers[arg.name] = expr
        if isinstance(stmt, Assign) and isinstance(stmt.value, Op) and stmt.value.fn is prims.make_list:
            if stmt.target.startswith("%"):
                made[stmt.target] = stmt.value
    static: set[str] = set()
    for name in reversed(list(made)):
        consumer = consumers.get(name)
        if uses.get(name) != 1 or consumer is None:
            continue
        if consumer.fn is prims.call and isinstance(consumer.args[0], Ref) and rule_for(consumer.args[0].value):
            static.add(name)
        elif consumer.fn is prims.make_list and any(made[t] is consumer for t in static if t in made):
            static.add(name)
    return static
