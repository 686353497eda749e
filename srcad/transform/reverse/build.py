"""Build the mirror of a specialised program: for each statement, what reverses it.

Contract: the forward statements compute what the program computes, plus the shadows of what lives at an address; the
actions beside a statement, run with every primal value as it was just before the statement (its result as just after),
add to the adjoints of its operands what the chain rule says, and leave the adjoint of its target zero.
"""

from __future__ import annotations

import collections
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Protocol

import numpy as np

from srcad import runtime
from srcad.analysis.activity import Activity
from srcad.analysis.leaves import Leaf, Path, leaves, reach, step_of
from srcad.analysis.regions import VIEWS, is_basic, is_copying
from srcad.core import prims
from srcad.core.attributes import own_attribute
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOOL,
    FLOAT,
    INT,
    NONE_KIND,
    NUMBER,
    SLICE,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Function,
    Kind,
    List,
    Maybe,
    Object,
    Record,
    Tuple,
    TupleOf,
    children,
    holds_smooth,
    is_array,
    is_complex,
    is_number,
    is_smooth,
    show,
    widen,
)
from srcad.core.nodes import (
    NONE,
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    FunctionHandle,
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
    expressions_of,
    names_in,
    walk,
)
from srcad.core.spoken import spoken
from srcad.errors import AliasError, KindError, MissingRule, Place, SrcadError, UnsupportedSyntax
from srcad.rules.kinding import kind_of_call, kind_of_index
from srcad.rules.registry import Call, rule_for
from srcad.rules.static import bind, padded, settle
from srcad.transform.reverse.mirror import Action, Add, AddAt, Branch, Kill, Loop, Node, Run, Set, Step, Wrap
from srcad.transform.reverse.names import Names


class Callee(Protocol):
    """A generated pair of functions for a callee: see `pairs.py`."""

    @property
    def forward(self) -> FunctionHandle: ...
    @property
    def reverse(self) -> FunctionHandle: ...
    @property
    def saves(self) -> bool: ...
    @property
    def result_leaves(self) -> tuple[Leaf, ...]: ...
    @property
    def argument_leaves(self) -> tuple[tuple[int, Leaf], ...]: ...


class Builder:
    """Builds the mirror of one program."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        activity: Activity,
        names: Names,
        by_address: Callable[[Kind], bool],
        pair: Callable[[Any, tuple[bool, ...], tuple[bool, ...]], Callee],
        shadowed: frozenset[str] = frozenset(),
    ) -> None:
        self.kinds = kinds
        self.activity = activity
        self.names = names
        self.by_address = by_address
        self.pair = pair
        self.nodes: list[Node] = []
        self.after: list[Stmt] = []  # shadows made of the value that the step being built computes
        self.after_actions: list[Action] = []  # what reads those shadows on the way back
        self.place: Place | None = None
        self.shadowed = shadowed  # parameters whose arrays the caller keeps at an address
        self.contexts: dict[str, Op] = {}  # error states, entered again on the way back

    # ------------------------------------------------------------ small questions

    def kind(self, atom: Expr) -> Kind:
        match atom:
            case Var(name=name):
                return self.kinds.get(name) or self.names.kinds.get(name, UNKNOWN)
            case Lit(value=value) | Ref(value=value):
                if isinstance(value, (bool, int)):
                    return Const(value)
                return kind_of(value)
            case _:
                return UNKNOWN

    def active(self, atom: Expr) -> bool:
        return isinstance(atom, Var) and atom.name in self.activity.active

    def addresses(self, name: str) -> Callable[[Kind], bool]:
        """What lives at an address in the memory that a variable leads to: arrays do where they are written to."""
        if not self.activity.regions.is_array_written(name) and name not in self.shadowed:
            return self.by_address
        return lambda kind: self.by_address(kind) or isinstance(kind, Array) and is_smooth(kind)

    def leaves(self, name: str) -> tuple[Leaf, ...]:
        """The leaves of a variable."""
        return leaves(self.kinds[name], self.addresses(name))

    def adjoint(self, name: str, leaf: Leaf) -> str:
        return self.names.adjoint(name, leaf)

    def adjoint_leaves(self, name: str) -> list[tuple[Leaf, str]]:
        """The leaves of an active variable, each with its adjoint."""
        return [(leaf, self.adjoint(name, leaf)) for leaf in self.leaves(name)]

    def refuse(self, message: str, remedy: str, error: type[SrcadError] = UnsupportedSyntax) -> SrcadError:
        return error(message, self.place, remedy)

    # ------------------------------------------------------------ the walk

    def block(self, block: Block) -> list[Node]:
        outer = self.nodes
        self.nodes = []
        for stmt in block:
            place = getattr(stmt, "place", None)
            if place is not None:
                self.place = place
            self.stmt(stmt)
        made, self.nodes = self.nodes, outer
        return made

    def step(self, stmt: Stmt | None, actions: Sequence[Action] = ()) -> None:
        self.nodes.append(Step(stmt, list(actions), self.place))

    def main_step(self, stmt: Stmt, actions: Sequence[Action] = ()) -> None:
        """The step of the program's own statement, and the shadows made of what it computes."""
        after, self.after = self.after, []
        late, self.after_actions = self.after_actions, []
        if not after:
            self.step(stmt, actions)
        else:
            self.step(stmt)
            for made in after:
                self.step(made)
            self.step(None, actions)
        if late:
            self.step(None, late)

    def stmt(self, stmt: Stmt) -> None:
        match stmt:
            case Assign():
                self.assign(stmt)
            case Store():
                self.store(stmt)
            case Do(value=value):
                self.do(stmt, value)
            case If(test=test, body=body, orelse=orelse):
                assigned = assigned_in(body) | assigned_in(orelse)
                if isinstance(test, Var) and test.name in assigned:
                    kept = self.names.temp("test", BOOL)
                    self.step(Assign(kept, test, stmt.place))
                    test = Var(kept)
                then = self.block(body)
                otherwise = self.block(orelse)
                made = If(test, (), (), stmt.place)
                self.nodes.append(Branch(made, then, otherwise))
            case For() | While():
                self.loop(stmt)
            case With(context=context, body=body):
                again = self.contexts.get(context.name) if isinstance(context, Var) else None
                self.nodes.append(Wrap(stmt, self.block(body), again))
            case Try():
                self.attempt(stmt)
            case Raise() | Comment() | Unpack():
                self.step(stmt)
            case Return():
                pass
            case _:
                raise AssertionError(f"not in a specialised program: {stmt}")

    def loop(self, stmt: For | While) -> None:
        counted = isinstance(stmt, For) and stmt.until is None
        trips = None
        if not counted:
            trips = self.names.temp("trips", INT)
            self.step(Assign(trips, Lit(0), stmt.place))
        body = stmt.body
        if isinstance(stmt, For):
            stmt = self._with_fixed_bounds(stmt)
        if trips is not None:
            body = (Assign(trips, Op(operator.iadd, (Var(trips), Lit(1))), stmt.place), *body)
        inner = self.block(body)
        if isinstance(stmt, For) and stmt.target in self.activity.active:
            # counting overwrites what the variable held before
            inner.insert(0, Step(None, [Kill(name) for _, name in self.adjoint_leaves(stmt.target)], self.place))
        self.nodes.append(Loop(stmt, inner, trips))

    def _with_fixed_bounds(self, stmt: For) -> For:
        """The bounds of a loop are read again on the way back: those that the body assigns are copied first."""
        changed = assigned_in(stmt.body)
        bounds: list[Expr] = []
        for bound in (stmt.start, stmt.stop, stmt.step):
            if isinstance(bound, Var) and bound.name in changed:
                kept = self.names.temp("bound", INT)
                self.step(Assign(kept, bound, stmt.place))
                bound = Var(kept)
            bounds.append(bound)
        return replace(stmt, start=bounds[0], stop=bounds[1], step=bounds[2])

    def attempt(self, stmt: Try) -> None:
        """A `try`: where a handler could catch an error half way through active steps, it raises instead."""
        body = self.block(stmt.body)
        risky = any(
            isinstance(inner, (Assign, Unpack, Store)) and self._touches_active(inner) for inner in walk(stmt.body)
        )
        if stmt.handlers and risky:
            place = stmt.place or Place("", 0)
            said = "an error was caught half way through differentiated steps, whose derivative is not defined"
            remedy = "test for the error before, with if, or move the steps out of the try"
            where = (Lit(place.file), Lit(place.line), Lit(place.column), Lit(place.text))
            error = Op(prims.call, (Ref("Refusal", runtime.Refusal), Lit(said), Lit(remedy), *where))
            handlers = tuple(replace(h, body=(Raise(error, None, stmt.place),)) for h in stmt.handlers)
            stmt = replace(stmt, handlers=handlers)
        self.nodes.append(Wrap(stmt, body, None, self.block(stmt.final)))

    def _touches_active(self, stmt: Assign | Unpack | Store) -> bool:
        if isinstance(stmt, Store):
            return any(n in self.activity.active for n in names_in(stmt.base))
        targets = (stmt.target,) if isinstance(stmt, Assign) else stmt.targets
        return any(t in self.activity.active for t in targets)

    # ------------------------------------------------------------ assignments

    def assign(self, stmt: Assign) -> None:
        target, value = stmt.target, stmt.value
        if isinstance(value, Op) and value.fn is prims.call and isinstance(value.args[0], Ref):
            handle = value.args[0].value
            if hasattr(handle, "arg_kinds"):
                self.call(stmt, target, handle, value)
                return
        if isinstance(value, Op) and value.fn in _IN_PLACE and isinstance(self.kind(value.args[0]), Array):
            self.in_place(stmt, value)
            return
        if isinstance(value, Op) and value.fn is prims.call and value.args[0] == Ref("np.errstate", np.errstate):
            self.contexts[target] = value
        if target not in self.activity.active:
            if isinstance(value, Op) and value.fn is prims.call_method:
                self.do(stmt, value)
                return
            self.step(stmt)
            return
        if is_complex(self.kinds[target]):
            raise self.refuse(
                f"{self.user(target)} is complex and carries a derivative", "compute with real and imaginary parts"
            )
        if isinstance(value, Op) and value.fn is prims.call_method:
            self.method(stmt, target, value)
            return
        own = {name for _, name in self.adjoint_leaves(target)}
        again = isinstance(value, Op) and target in names_in(value)
        if isinstance(value, Op) and again and (self._reads_result(value) or self._made_anew(target)):
            fresh = self.names.temp("new", self.kinds[target])
            self._assign_fresh(stmt, target, fresh, value)
            return
        contributions: list[Action] = []
        self.step_for(stmt, target, value, contributions)
        self.finish(stmt, contributions, own)

    def _made_anew(self, target: str) -> bool:
        """The variable is bound to new memory at an address, while its old memory is read."""
        return is_array(self.kinds[target]) and any(leaf.shadow for leaf in self.leaves(target))

    def _assign_fresh(self, stmt: Assign, target: str, fresh: str, value: Op) -> None:
        """`y = f(y)` whose rule reads the result: through a temporary, so that both values are at hand."""
        kinds = dict(self.kinds)
        kinds[fresh] = self.kinds[target]
        self.kinds = kinds
        self.activity.regions.adopt(fresh, target)
        object.__setattr__(self.activity, "active", self.activity.active | {fresh})
        self.assign(Assign(fresh, value, stmt.place))
        self.assign(Assign(target, Var(fresh), stmt.place))

    def _reads_result(self, value: Op) -> bool:
        rule = rule_for(value.fn)
        if rule is None or rule.style == "zero":
            return False
        return any("out" in set(names_in(e)) for e in _template_expressions(rule.template))

    def finish(self, stmt: Stmt, contributions: list[Action], own: set[str]) -> None:
        """Order the contributions: others first, then the target's own new value, then zero."""
        others = [a for a in contributions if not (isinstance(a, (Add, AddAt)) and a.name in own)]
        mine = [a for a in contributions if isinstance(a, Add) and a.name in own]
        if any(isinstance(a, AddAt) and a.name in own for a in contributions):
            raise AssertionError("a scatter into the adjoint of the target itself")
        actions: list[Action] = list(others)
        sums: dict[str, tuple[Expr, tuple[str, ...]]] = {}
        for action in mine:
            if action.name in sums:
                value, of = sums[action.name]
                sums[action.name] = (Op(operator.add, (value, action.value)), of + action.of)
            else:
                sums[action.name] = (action.value, action.of)
        if len(sums) > 1:
            staged: list[Action] = []
            for name, (value, of) in sums.items():
                temp = self.names.temp("new_" + name.lstrip("%"), self.names.kinds.get(name))
                actions.append(Run(Assign(temp, value, self.place), of))
                staged.append(Set(name, Var(temp), of))
            actions += staged
        else:
            actions += [Set(name, value, of) for name, (value, of) in sums.items()]
        actions += [Kill(name) for name in sorted(own) if name not in sums and not self.names.adjoints[name].shadow]
        self.main_step(stmt, actions)

    def step_for(self, stmt: Assign, target: str, value: Expr, out: list[Action]) -> None:
        """The contributions of `target = value`; shadow statements become steps of their own."""
        if isinstance(value, Var):
            self.copy(target, (), value, (), out)
            return
        if isinstance(value, (Lit, Ref)):
            self.fresh_shadows(target)
            return
        assert isinstance(value, Op)
        fn = value.fn
        kind = self.kinds[target]
        if fn in (prims.make_tuple, prims.make_list, prims.make_dict) or (fn is prims.call and self._builds(value)):
            self.display(target, kind, value, out)
        elif fn is operator.getitem:
            self.item(target, value, out)
        elif fn is prims.get_attr:
            self.attribute(target, value, out)
        elif fn is object.__new__:
            self.shadow(target, Op(runtime.empty_shadow, ()))
        elif fn is collections.defaultdict:
            self.shadow(target, value)
        elif fn is tuple:
            self.copy(target, (), value.args[0], (), out)
        elif (
            fn is operator.mul
            and isinstance(self.kind(value.args[0]), (List, Tuple, TupleOf))
            and isinstance(kind, (List, TupleOf))
        ):
            self.repeated(target, kind, value, out)
        elif fn in (list, operator.add, prims.pop) and isinstance(kind, (List, TupleOf)):
            raise self.refuse("this operation on a list", "build the list with a loop or comprehension")
        else:
            self.primitive(target, value, out)

    def _builds(self, value: Op) -> bool:
        callee = value.args[0]
        return isinstance(callee, Ref) and isinstance(callee.value, type)

    # -- copies

    def copy(self, target: str, path: Path, source: Expr, source_path: Path, out: list[Action]) -> None:
        """`target[path]` was set to `source[source_path]`: leaf by leaf."""
        kind = _at(self.kinds[target], path)
        if not self.active(source):
            for leaf in leaves(kind, self.addresses(target)):
                if leaf.shadow and self.kind(source) == NONE_KIND:
                    self.after.append(Assign(self.adjoint(target, leaf.below(path)), NONE, self.place))
                elif leaf.shadow:
                    self._zero_shadow(target, path, leaf)
            return
        assert isinstance(source, Var)
        source_kind = _at(self.kinds[source.name], source_path)
        theirs = {leaf.path: leaf for leaf in leaves(source_kind, self.addresses(source.name))}
        for leaf in leaves(kind, self.addresses(target)):
            other = theirs.get(leaf.path)
            if other is None or other.shadow != leaf.shadow:
                if other is None and not any(p[: len(leaf.path)] == leaf.path for p in theirs):
                    continue  # an int on this path: nothing to pass back
                raise self.refuse(
                    f"{self.user(target)} is {show(kind)} here and {show(source_kind)} elsewhere",
                    "give it values of one form on every path",
                    KindError,
                )
            mine = self.adjoint(target, Leaf((*path, *leaf.path), leaf.kind, leaf.shadow))
            from_ = self.adjoint(source.name, Leaf((*source_path, *leaf.path), other.kind, other.shadow))
            if leaf.shadow:
                self.step(Assign(mine, Var(from_), self.place))
            elif mine != from_:
                out.append(Add(from_, Var(mine), (mine,), "same"))

    def _zero_shadow(self, target: str, path: Path, leaf: Leaf) -> None:
        name = self.adjoint(target, Leaf((*path, *leaf.path), leaf.kind, True))
        primal = reach(Var(target), (*path, *leaf.path), self.kinds[target])
        zero = np.zeros_like if is_array(leaf.kind) else runtime.shadow_of
        self.after.append(Assign(name, Op(zero, (primal,)), self.place))

    def fresh_shadows(self, target: str) -> None:
        for leaf in self.leaves(target):
            if leaf.shadow:
                self._zero_shadow(target, (), leaf)

    def shadow(self, target: str, value: Expr) -> None:
        """`d_target = value` in the forward sweep."""
        leaf = Leaf((), self.kinds[target], True)
        self.step(Assign(self.adjoint(target, leaf), value, self.place))

    # -- displays

    def display(self, target: str, kind: Kind, value: Op, out: list[Action]) -> None:
        """A tuple, list, dict or record written out."""
        if isinstance(kind, Maybe):
            kind = kind.kind
        if value.fn is prims.make_dict:
            keys: list[Any] = [k.value if isinstance(k, Lit) else k for k in value.args[::2]]
            parts: tuple[Expr, ...] = value.args[1::2]
        elif value.fn is prims.call:
            parts = value.args[1:]
            keys = [f.name for f in fields(kind.cls) if f.init] if isinstance(kind, Object) else list(range(len(parts)))
        else:
            parts = value.args
            keys = list(range(len(parts)))
        if not self.by_address(kind):
            steps = [step for step, _ in children(kind) or ()]
            if value.fn is prims.make_dict:
                last = {key: part for key, part in zip(keys, parts, strict=True)}
                pairs = [(("key", key), part) for key, part in last.items()]
            else:
                pairs = list(zip(steps, parts, strict=True))
            for step, part in pairs:
                self.copy(target, (step,), part, (), out)
            return
        # at an address: a shadow of the same form, with a zero for each number
        zeros: list[Expr] = []
        name = self.adjoint(target, Leaf((), kind, True))
        for key, part in zip(keys, parts, strict=True):
            part_kind = _item_kind(kind, key)
            zeros.append(self.shadow_value(part, part_kind, self.addresses(target)))
            take = prims.get_attr if isinstance(kind, Object) else operator.getitem
            form = "own" if take is prims.get_attr else ""
            for action in self.from_shadow(Op(take, (Var(name), _as_expr(key)), form=form), part, part_kind):
                out.append(action)
        if isinstance(kind, (Dict, Record)):
            made: Expr = Op(
                prims.make_dict, tuple(p for k, z in zip(keys, zeros, strict=True) for p in (_as_expr(k), z))
            )
        elif isinstance(kind, Object):
            made = Op(runtime.object_shadow, (), tuple(zip(map(str, keys), zeros, strict=True)))
        else:
            made = Op(prims.make_list, tuple(zeros))
        self.step(Assign(name, made, self.place))

    def shadow_value(self, part: Expr, kind: Kind, addresses: Callable[[Kind], bool]) -> Expr:
        """The shadow of a value put into a container: zero for a number, the shadow itself for what has one."""
        if not holds_smooth(kind):
            return NONE
        if addresses(kind):
            if self.active(part):
                assert isinstance(part, Var)
                return Var(self.adjoint(part.name, Leaf((), self.kinds[part.name], True)))
            return Op(runtime.shadow_of, (part,))
        own = self.kind(part)
        if isinstance(kind, Maybe) and is_smooth(kind):
            return Op(runtime.slot_of, (part,))
        if isinstance(kind, Maybe):
            kind = kind.kind
        if is_number(kind) or kind in (FLOAT,):
            return Lit(0.0)
        if isinstance(kind, Array):
            return Op(np.zeros_like, (part,))
        if kind is NUMBER:
            return Op(runtime.shadow_of, (part,))
        return self._shadow_within(part, own, (), kind, addresses)

    def _shadow_within(self, part: Expr, own: Kind, path: Path, kind: Kind, addresses: Callable[[Kind], bool]) -> Expr:
        """The shadow of what `path` leads to inside of `part`, of kind `own`, put into a container of `kind`."""
        held = _at(own, path)
        if not holds_smooth(kind):
            return NONE
        if held == NONE_KIND or held is UNKNOWN:
            return _absent_shadow(kind, addresses)
        if addresses(kind) and self.active(part):
            assert isinstance(part, Var)
            return Var(self.adjoint(part.name, Leaf(path, kind, True)))
        inner = children(kind)
        if addresses(kind) or inner is None:
            if kind is FLOAT:
                return Lit(0.0)
            zero = np.zeros_like if isinstance(kind, Array) else runtime.shadow_of
            zero = runtime.slot_of if isinstance(kind, Maybe) and is_smooth(kind) and not addresses(kind) else zero
            return Op(zero, (reach(part, path, own),))
        values = [self._shadow_within(part, own, (*path, step), k, addresses) for step, k in inner]
        return _shadow_of_parts(kind, inner, values)

    def from_shadow(self, place: Expr, part: Expr, kind: Kind) -> list[Action]:
        """Take the adjoint of a value that was put into a container out of the container's shadow."""
        if not self.active(part) or not holds_smooth(kind):
            return []
        assert isinstance(part, Var)
        made: list[Action] = []
        for leaf in self.leaves(part.name):
            if leaf.shadow:
                continue
            source, inside = place, self.kinds[part.name]
            for how, key in leaf.path:
                source = (
                    own_attribute(source, key)
                    if how == "attr"
                    else Op(operator.getitem, (source, Lit(_shadow_key(inside, how, key))))
                )
                inside = _at(inside, ((how, key),))
            made.append(Add(self.adjoint(part.name, leaf), source, ()))
        return made

    # -- reads

    def item(self, target: str, value: Op, out: list[Action]) -> None:
        base, index = value.args
        held = self.kind(base)
        if isinstance(held, Maybe):
            held = held.kind
        if not self.active(base):
            self.fresh_shadows(target)
            return
        assert isinstance(base, Var)
        if isinstance(held, Array) and self.addresses(base.name)(held):
            self.item_at_address(target, base, index, out)
            return
        if isinstance(held, Array) or held is NUMBER:
            mine = self.adjoint(target, self._smooth_leaf(target))
            if self.names.adjoints[mine].shadow:
                self.fresh_shadows(target)
            theirs = self.adjoint(base.name, Leaf((), self.kinds[base.name], False))
            if mine == theirs or held is NUMBER:
                out.append(Add(theirs, Op(runtime.scatter, (base, index, Var(mine))), (mine,)))
            else:
                out.append(AddAt(theirs, index, Var(mine), (mine,), _repeats(self, index)))
            return
        if self.by_address(held):
            shadow = Var(self.adjoint(base.name, Leaf((), self.kinds[base.name], True)))
            self.load(target, Op(operator.getitem, (shadow, index)), out)
            return
        step = step_of(held, value)
        if step is None:
            raise self.refuse(f"a subscript of {show(held)} that is not constant", "use a list or an array", KindError)
        self.copy(target, (), base, (step,), out)

    def item_at_address(self, target: str, base: Var, index: Expr, out: list[Action]) -> None:
        """`base[index]` of an array whose shadow is at hand: a view has the same view of the shadow."""
        shadow = Var(self.adjoint(base.name, Leaf((), self.kinds[base.name], True)))
        leaf = self._smooth_leaf(target)
        mine = self.adjoint(target, leaf)
        viewed = is_array(self.kinds[target]) and not is_copying(index, self.kinds)
        if viewed:
            if not is_basic(index, self.kinds):
                raise self.refuse(
                    f"it is not known whether this index of {self.user(base.name)} takes a view or a copy",
                    "index with ints and slices, or with an integer or boolean array",
                    AliasError,
                )
            self.step(Assign(mine, Op(operator.getitem, (shadow, index)), self.place))
            return
        if leaf.shadow:
            self.fresh_shadows(target)
        if _repeats(self, index):
            out.append(Run(Do(Op(np.add.at, (shadow, index, Var(mine)), name="np.add.at"), self.place), (mine,)))
        else:
            out.append(Run(Store(shadow, index, Var(mine), self.place, accumulate=True), (mine,)))

    def user(self, name: str) -> str:
        """A variable as the user calls it."""
        return spoken(name, self.activity.body)

    def attribute(self, target: str, value: Op, out: list[Action]) -> None:
        base, key = value.args
        held = self.kind(base)
        if not self.active(base):
            self.fresh_shadows(target)
            return
        assert isinstance(base, Var) and isinstance(key, Lit)
        if self.by_address(held):
            shadow = Var(self.adjoint(base.name, Leaf((), self.kinds[base.name], True)))
            self.load(target, own_attribute(shadow, key.value), out)
            return
        step = step_of(held, value)
        if step is None or step not in dict(children(held) or ()):
            raise self.refuse(f"the attribute .{getattr(key, 'value', key)} of {show(held)}", "use a function of numpy")
        self.copy(target, (), base, (step,), out)

    def load(self, target: str, place: Expr, out: list[Action]) -> None:
        """`target` was read from a container at an address, whose shadow has its adjoint at `place`."""
        for leaf in self.leaves(target):
            mine = self.adjoint(target, leaf)
            if leaf.shadow:
                source = self._inside(place, leaf.path, self.kinds[target])
                self.step(Assign(mine, source, self.place))
                continue
            base, key, attr = self._slot(place, leaf.path, self.kinds[target])
            out.append(Run(Store(base, key, Var(mine), self.place, attr=attr, accumulate=True), (mine,)))

    def _inside(self, place: Expr, path: Path, kind: Kind) -> Expr:
        for how, key in path:
            if how == "attr":
                place = own_attribute(place, key)
            else:
                place = Op(operator.getitem, (place, Lit(_shadow_key(kind, how, key))))
            kind = dict(children(kind) or ())[(how, key)]
        return place

    def _slot(self, place: Expr, path: Path, kind: Kind) -> tuple[Expr, Expr, bool]:
        """Base, key and whether an attribute, of a place in a shadow that can be stored to."""
        full = self._inside(place, path, kind)
        assert isinstance(full, Op)
        return full.args[0], full.args[1], full.fn is prims.get_attr

    def repeated(self, target: str, kind: Kind, value: Op, out: list[Action]) -> None:
        """`xs * n`: the shadow repeats as the list does; numbers get a slot each."""
        base, count = value.args
        item = kind.item if isinstance(kind, (List, TupleOf)) else UNKNOWN
        name = self.adjoint(target, Leaf((), kind, True))
        if self.active(base) and not self._is_constant_display(base):
            assert isinstance(base, Var)
            held = self.kinds[base.name]
            if self.by_address(held) and self.by_address(item):
                theirs = self.adjoint(base.name, Leaf((), held, True))
                self.step(Assign(name, Op(operator.mul, (Var(theirs), count)), self.place))
                return
            if any(self.by_address(k) for _, k in children(item) or ()):
                raise self.refuse("a list of tuples of lists repeated with *", "use a comprehension")
            for leaf in self.leaves(base.name):
                theirs = self.adjoint(base.name, leaf)
                if not leaf.shadow:
                    raise self.refuse("a tuple of active numbers repeated with *", "use a comprehension")
                self.after_actions.append(Run(Do(Op(runtime.add_repeats, (Var(theirs), Var(name))), self.place)))
        self._zero_shadow(target, (), Leaf((), kind, True))

    def _is_constant_display(self, base: Expr) -> bool:
        """Whether a list was just written out of literals alone: `[0.0]` in `[0.0] * n`."""
        for node in reversed(self.nodes):
            if isinstance(node, Step) and isinstance(node.stmt, Assign) and Var(node.stmt.target) == base:
                value = node.stmt.value
                shown = isinstance(value, Op) and bool(value.args) and all(isinstance(a, Lit) for a in value.args)
                return shown and node.stmt.target.startswith("%")
        return False

    # -- primitives

    def primitive(self, target: str, value: Op, out: list[Action]) -> None:
        """A callable with a rule."""
        rule = rule_for(value.fn)
        shown = value.name or getattr(value.fn, "__name__", "this function")
        if rule is None:
            raise self.refuse(
                f"{shown} has no derivative, and an active value reaches it",
                "use a function of math or numpy that has a rule, or give it one",
                MissingRule,
            )
        if rule.style == "zero":
            self.fresh_shadows(target)
            return
        bound = bind(rule, value.args, value.kwargs, value.fn, self.place)
        kind = self.kinds[target]
        found = self.leaves(target)
        if len(found) != 1 or found[0].path or not is_plain(kind):
            raise self.refuse(f"{shown} returns {show(kind)}", "use functions that return one array", MissingRule)
        mine = self.adjoint(target, found[0])
        if found[0].shadow:
            if value.fn in VIEWS and self.activity.regions.of(target) in {
                self.activity.regions.of(n) for n in names_in(value.args[0])
            }:
                self.view(target, mine, value, out)
                return
            self.fresh_shadows(target)
        env: dict[str, Expr] = {**bound, "out": Var(target), "d_out": Var(mine)}
        kinds = {name: self._kind_of(e) for name, e in bound.items()}
        kinds["out"] = kinds["d_out"] = kind
        assigns, returned = settle(rule.template, env, kinds, self.names.temp, self.place)
        if rule.style == "linear" and len(returned) == 1 and len(rule.params) > 1:
            returned = (*returned, *(NONE for _ in rule.params[1:]))
        parts = padded(rule, returned)
        needed = {n for e in parts.values() if e is not None for n in names_in(e)}
        used: list[Action] = []
        for name, partial in parts.items():
            if partial is None:
                continue
            operand = bound[name]
            if rule.style == "elementwise":
                for action in self.elementwise(operand, partial, mine, kind):
                    used.append(action)
            else:
                used += self.cotangent(operand, partial, mine)
        used = _doubled(used)
        reads = {n for a in used for n in names_in(getattr(a, "value", NONE))} | needed
        for made in reversed(assigns):
            if made.target in reads:
                reads |= set(names_in(made.value))
        kept = [m for m in assigns if m.target in reads]
        out += [Run(m, (mine,)) for m in kept] if used else []
        out += used

    def view(self, target: str, mine: str, value: Op, out: list[Action]) -> None:
        """A view of an array at an address (or, from `reshape`, perhaps a copy): the shadow is viewed alike."""
        base = value.args[0]
        assert isinstance(base, Var)
        if not self.active(base):
            self.fresh_shadows(target)
            return
        if value.fn not in _SHADOW_VIEWS:
            raise self.refuse(
                f"{value.name or value.fn.__name__} may share the memory of {self.user(base.name)}, "
                "which is written to",
                "take a copy first: np.array(...)",
                AliasError,
            )
        shadow = Var(self.adjoint(base.name, Leaf((), self.kinds[base.name], True)))
        self.step(Assign(mine, replace(value, args=(shadow, *value.args[1:])), self.place))
        if value.fn in (np.reshape, np.ravel):
            order = (*value.args[2 if value.fn is np.reshape else 1 :], *(v for k, v in value.kwargs if k == "order"))
            out.append(Run(Do(Op(runtime.merge_copy, (shadow, Var(mine), *order)), self.place), (), True))

    def _kind_of(self, expr: Expr) -> Kind:
        if isinstance(expr, Op) and expr.fn in (prims.make_tuple, prims.make_list):
            return Tuple(tuple(map(self._kind_of, expr.args)))
        return self.kind(expr)

    def elementwise(self, operand: Expr, partial: Expr, mine: str, result: Kind) -> list[Action]:
        """Cotangent times partial derivative, summed over what broadcasting repeated."""
        if not self.active(operand):
            return []
        assert isinstance(operand, Var)
        cotangent = times(Var(mine), partial)
        own = self.kind(operand)
        leaf = self._smooth_leaf(operand.name)
        if leaf.shadow:
            return [Add(self.adjoint(operand.name, leaf), self.unbroadcast(cotangent, operand, own, result), (mine,))]
        summed = self.unbroadcast(cotangent, operand, own, result)
        factor = self.kind_of_tree(partial)
        spread = "needs"
        if summed is cotangent and is_number(factor):
            spread = "same"
        elif isinstance(factor, Array) and isinstance(result, Array) and _same_shape(factor, result):
            spread = "full"
        return [Add(self.adjoint(operand.name, leaf), summed, (mine,), spread)]

    def kind_of_tree(self, expr: Expr) -> Kind:
        """The kind of a partial derivative."""
        if not isinstance(expr, Op):
            return self.kind(expr)
        kinds = tuple(self.kind_of_tree(a) for a in expr.args)
        named = tuple((k, self.kind_of_tree(v)) for k, v in expr.kwargs)
        return kind_of_call(Call(expr.fn, kinds, named, expr.args, expr.kwargs))

    def _smooth_leaf(self, name: str) -> Leaf:
        found = self.leaves(name)
        if len(found) != 1 or found[0].path or (found[0].shadow and not is_array(self.kinds[name])):
            raise self.refuse(
                f"arithmetic on {show(self.kinds[name])}", "convert it to an array first: np.array(...)", KindError
            )
        return found[0]

    def unbroadcast(self, cotangent: Expr, operand: Expr, own: Kind, result: Kind) -> Expr:
        """Sum a cotangent of the result's shape down to the operand's."""
        if isinstance(own, Maybe):
            own = own.kind
        if is_number(own) and is_number(result):
            return cotangent
        if is_number(own) and isinstance(result, Array):
            return Op(np.sum, (cotangent,))
        if isinstance(own, Array) and isinstance(result, Array) and own.dims is not None and result.dims is not None:
            missing = len(result.dims) - len(own.dims)
            pairs = list(zip(own.dims, result.dims[missing:], strict=True))
            certain = all(a == "n" or a == b == "1" for a, b in pairs)
            if certain and not missing:
                return cotangent
            if certain:
                axes = tuple(range(missing))
                axis: Expr = Lit(0) if missing == 1 else Op(prims.make_tuple, tuple(map(Lit, axes)))
                return Op(np.sum, (cotangent,), (("axis", axis),))
        return Op(runtime.unbroadcast, (cotangent, operand))

    def cotangent(self, operand: Expr, value: Expr, mine: str) -> list[Action]:
        """A cotangent given as a whole, for an operand of any form."""
        if isinstance(operand, Op):  # a variadic parameter: one cotangent an item
            made: list[Action] = []
            for i, part in enumerate(operand.args):
                made += self.cotangent(part, _item_of(value, i), mine)
            return made
        if not self.active(operand):
            return []
        assert isinstance(operand, Var)
        kind = self.kinds[operand.name]
        if self.by_address(kind):
            shadow = Var(self.adjoint(operand.name, Leaf((), kind, True)))
            item = kind.item if isinstance(kind, (List, TupleOf)) else None
            if item is None or not holds_smooth(item):
                raise self.refuse(f"a numpy function of {show(kind)}", "pass an array", KindError)
            return [Run(Do(Op(runtime.add_into, (shadow, value)), self.place), (mine,))]
        found = self.leaves(operand.name)
        if len(found) == 1 and not found[0].path:
            return [Add(self.adjoint(operand.name, found[0]), value, (mine,))]
        actions: list[Action] = []
        shared = value
        if isinstance(value, Op) and value.fn not in (prims.make_list, prims.make_tuple, prims.each):
            temp = self.names.temp("parts")
            actions.append(Run(Assign(temp, value, self.place), (mine,)))
            shared = Var(temp)
        for leaf in found:
            share = shared
            for _, key in leaf.path:
                share = _item_of(share, key)
            if leaf.shadow:
                shadow = Var(self.adjoint(operand.name, leaf))
                actions.append(Run(Do(Op(runtime.add_into, (shadow, share)), self.place), (mine,)))
            else:
                actions.append(Add(self.adjoint(operand.name, leaf), share, (mine,)))
        return actions

    # ------------------------------------------------------------ stores and effects

    def store(self, stmt: Store) -> None:
        base = stmt.base
        held = self.kind(base)
        if isinstance(held, Maybe):
            held = held.kind
        if not self.active(base):
            self.step(stmt)
            return
        if isinstance(held, Array):
            self.array_store(stmt, held)
            return
        assert isinstance(base, Var)
        shadow = Var(self.adjoint(base.name, Leaf((), self.kinds[base.name], True)))
        key_expr = stmt.key
        kind = (
            dict(held.attrs).get(str(key_expr.value))
            if stmt.attr and isinstance(held, Object) and isinstance(key_expr, Lit)
            else _item_kind(held, None)
        )
        kind = kind or UNKNOWN
        place = (
            Op(prims.get_attr, (shadow, key_expr), form="own")
            if stmt.attr
            else Op(operator.getitem, (shadow, key_expr))
        )
        actions: list[Action] = []
        if holds_smooth(kind):
            actions += self.from_shadow(place, stmt.value, kind)
        self.step(stmt)
        if holds_smooth(kind):
            addresses = self.addresses(base.name)
            value = self.shadow_value(stmt.value, kind, addresses)
            empty = Store(shadow, key_expr, value, self.place, attr=stmt.attr)
            if any(leaf.shadow for leaf in leaves(kind, addresses)):  # what it held lives on at its own address
                before = self.names.temp("shadow_before", kind)
                peek = runtime.attribute_before if stmt.attr else runtime.item_before
                back = runtime.restore_attribute if stmt.attr else runtime.restore_item
                self.step(Assign(before, Op(peek, (shadow, key_expr)), self.place))
                undo = Run(Do(Op(back, (shadow, key_expr, Var(before))), self.place))
                self.step(empty, [*actions, undo])
            elif isinstance(held, (Dict, Object)):
                # the slot may be new: it is made on the way out, and emptied on the way back
                self.step(empty, [*actions, Run(empty)])
            else:
                self.step(None, [*actions, Run(empty)])

    def array_store(self, stmt: Store, held: Array) -> None:
        """`x[index] = v`: the adjoint of the elements goes to v, and is zero before."""
        base, index = stmt.base, stmt.key
        assert isinstance(base, Var)
        shadow = Var(self.adjoint(base.name, Leaf((), held, True)))
        place = Op(operator.getitem, (shadow, index))
        actions: list[Action] = []
        element = kind_of_index(held, index_kind(index, self.kinds), index)
        zero = Run(Store(shadow, index, Lit(0.0), self.place))
        if self.active(stmt.value):
            value = stmt.value
            assert isinstance(value, Var)
            leaf = self._smooth_leaf(value.name)
            taken = self.names.temp("d_item", element)
            if _repeats(self, index):
                made: Expr = Op(runtime.last_written, (shadow, index))
            elif is_number(element) or is_copying(index, self.kinds):
                made = place
            else:
                made = Op(np.array, (place,))
            actions = [Run(Assign(taken, made, self.place)), zero]
            cotangent = self.unbroadcast(Var(taken), value, self.kind(value), element)
            actions.append(Add(self.adjoint(value.name, leaf), cotangent, ()))
        else:
            actions = [zero]
        self.step(stmt, actions)

    def in_place(self, stmt: Assign, value: Op) -> None:
        """`x += v` on an array: x keeps its memory, whose adjoint is scaled by the partial in x."""
        base, other = value.args
        assert isinstance(base, Var)
        if stmt.target != base.name:
            raise self.refuse("an in-place operation on an expression", "give the array a name first")
        if not self.active(base):
            self.step(stmt)
            return
        plain = _IN_PLACE[value.fn]
        held = self.kinds[base.name]
        rule = rule_for(plain)
        if rule is None or rule.style != "elementwise":
            raise self.refuse("this in-place operator on an array", "write x[...] = x @ y")
        shadow = self.adjoint(base.name, Leaf((), held, True))
        again = Op(plain, (base, other))
        names = rule.params
        env: dict[str, Expr] = {names[0]: base, names[1]: other, "out": again, "d_out": Var(shadow)}
        kinds = {names[0]: held, names[1]: self.kind(other), "out": held, "d_out": held}
        assigns, returned = settle(rule.template, env, kinds, self.names.temp, self.place)
        parts = padded(rule, returned)
        actions: list[Action] = [Run(a) for a in assigns]
        own, others = parts[names[0]], parts[names[1]]
        if self.active(other) and others is not None:
            assert isinstance(other, Var)
            leaf = self._smooth_leaf(other.name)
            # what v gets may be added to memory that x shares: it is taken as a copy
            own_part: Expr = Op(np.array, (Var(shadow),)) if others == Lit(1) else times(Var(shadow), others)
            cotangent = self.unbroadcast(own_part, other, self.kind(other), held)
            taken = self.names.temp("d_part", self.kind(other))
            actions.append(Run(Assign(taken, cotangent, self.place)))
            actions += self._scaled(shadow, own)
            actions.append(Add(self.adjoint(other.name, leaf), Var(taken), ()))
        else:
            actions += self._scaled(shadow, own)
        self.step(stmt, actions)

    def _scaled(self, shadow: str, partial: Expr | None) -> list[Action]:
        if partial is None or partial == Lit(1):
            return []
        return [Run(Store(Var(shadow), Lit(Ellipsis), times(Var(shadow), partial), self.place))]

    def do(self, stmt: Stmt, value: Op) -> None:
        """A call that stands alone."""
        if value.fn is prims.call_method and isinstance(value.args[0], Var):
            base, method = value.args[0], value.args[1]
            assert isinstance(method, Lit)
            if base.name in self.activity.active:
                kind = self.kinds[base.name]
                if isinstance(kind, Maybe):
                    kind = kind.kind
                if method.value == "append" and isinstance(kind, List):
                    self.append(stmt, base.name, kind, value.args[2])
                    return
                if method.value == "pop" and isinstance(kind, List) and len(value.args) == 2:
                    self.pop(stmt, base.name, kind, None)
                    return
                if method.value in ("index", "count", "keys"):
                    self.step(stmt)
                    return
                raise self.refuse(
                    f".{method.value}() on a container that carries derivatives", "use append, pop() or item assignment"
                )
        self.step(stmt)

    def append(self, stmt: Stmt, name: str, kind: List, value: Expr) -> None:
        self.step(stmt)
        shadow = Var(self.adjoint(name, Leaf((), self.kinds[name], True)))
        taken = self.names.temp("d_item")
        actions: list[Action] = [Run(Assign(taken, Op(prims.pop, (shadow,)), self.place))]
        actions += self.from_shadow(Var(taken), value, kind.item)
        self.step(
            Do(Op(prims.push, (shadow, self.shadow_value(value, kind.item, self.addresses(name)))), self.place), actions
        )

    def pop(self, stmt: Stmt, name: str, kind: List, target: str | None) -> None:
        """`v = xs.pop()`: the shadow's item goes with it, and comes back on the way back with the adjoint of v."""
        shadow = Var(self.adjoint(name, Leaf((), self.kinds[name], True)))
        self.step(stmt)
        if self.addresses(name)(kind.item) or not is_plain(kind.item):
            taken = self.names.temp("d_item", kind.item)
            self.step(Assign(taken, Op(prims.pop, (shadow,)), self.place),
                      [Run(Do(Op(prims.push, (shadow, Var(taken))), self.place))])  # fmt: skip
            if target is not None:
                for leaf in self.leaves(target):
                    mine = self.adjoint(target, leaf)
                    if leaf.shadow:
                        self.step(Assign(mine, self._inside(Var(taken), leaf.path, self.kinds[target]), self.place))
                    else:
                        base, key, attr = self._slot(Var(taken), leaf.path, self.kinds[target])
                        self.step(
                            None,
                            [
                                Run(Store(base, key, Var(mine), self.place, attr=attr, accumulate=True), (mine,)),
                                Kill(mine),
                            ],
                        )
            return
        if target is None:
            zero: Expr = Lit(0.0)
            if not is_number(kind.item):
                raise self.refuse("pop() of an array whose value is not used", "give the popped value a name")
            self.step(Do(Op(prims.pop, (shadow,)), self.place), [Run(Do(Op(prims.push, (shadow, zero)), self.place))])
            return
        leaf = Leaf((), self.kinds[target], False)
        mine = self.adjoint(target, leaf)
        self.step(
            Do(Op(prims.pop, (shadow,)), self.place),
            [Run(Do(Op(prims.push, (shadow, Var(mine))), self.place), (mine,), True), Kill(mine)],
        )

    def method(self, stmt: Assign, target: str, value: Op) -> None:
        base, method = value.args[0], value.args[1]
        assert isinstance(method, Lit)
        if isinstance(base, Var) and method.value == "pop" and isinstance(self.kinds[base.name], List):
            if len(value.args) == 2:
                kind = self.kinds[base.name]
                assert isinstance(kind, List)
                self.pop(stmt, base.name, kind, target)
                return
        raise self.refuse(f".{method.value}() that returns an active value", "use append, pop() and indexing")

    # ------------------------------------------------------------ calls of generated functions

    def call(self, stmt: Assign, target: str, special: Any, value: Op) -> None:
        """A call of a user's function: its forward half here, its reverse half on the way back."""
        args = value.args[1:]
        mask = tuple(self.active(a) for a in args)
        useful = target in self.activity.active or any(
            m and isinstance(a, Var) and any(leaf.shadow for leaf in self.leaves(a.name))
            for m, a in zip(mask, args, strict=True)
        )
        if not any(mask) or not useful:
            if target in self.activity.active:
                own = [name for leaf, name in self.adjoint_leaves(target) if not leaf.shadow]
                self.fresh_shadows(target)
                self.main_step(stmt, [Kill(name) for name in own])
            else:
                self.step(stmt)
            return
        forced = tuple(
            m and isinstance(a, Var) and is_array(self.kind(a)) and self._smooth_leaf(a.name).shadow
            for m, a in zip(mask, args, strict=True)
        )
        pair = self.pair(special, mask, forced)
        shadows: list[Expr] = []
        for position, leaf in pair.argument_leaves:
            if leaf.shadow:
                atom = args[position]
                assert isinstance(atom, Var)
                shadows.append(Var(self.adjoint(atom.name, leaf)))
        targets = [target]
        cotangents: list[str] = []
        mine = {leaf.path: leaf for leaf in self.leaves(target)} if target in self.activity.active else {}
        for leaf in pair.result_leaves:
            match_ = mine.get(leaf.path)
            if match_ is None or match_.shadow != leaf.shadow:
                if target not in self.activity.active:
                    name = self.names.temp("unused", leaf.kind)
                    if leaf.shadow:
                        targets.append(name)
                    else:
                        self.names.kinds[name] = leaf.kind
                        cotangents.append("")
                    continue
                raise self.refuse(
                    f"{self.user(target)} is {show(self.kinds[target])} here and {show(special.result_kind)} elsewhere",
                    "return values of one form on every path",
                    KindError,
                )
            name = self.adjoint(target, match_)
            if leaf.shadow:
                targets.append(name)
            else:
                cotangents.append(name)
        saved: list[Expr] = []
        if pair.saves:
            keep = self.names.temp(f"{special.name}_saved")
            targets.append(keep)
            saved.append(Var(keep))
        forward = Op(prims.call, (Ref(pair.forward.name, pair.forward), *args, *shadows))
        outgoing: list[str] = []
        for position, leaf in pair.argument_leaves:
            if not leaf.shadow:
                atom = args[position]
                assert isinstance(atom, Var)
                outgoing.append(self.adjoint(atom.name, self._own_leaf(atom.name, leaf)))
        given: tuple[Expr, ...] = tuple(Var(c) if c else Lit(0.0) for c in cotangents)
        actual = tuple(c for c in cotangents if c)
        backward = Op(prims.call, (Ref(pair.reverse.name, pair.reverse), *saved, *given))
        actions: list[Action] = []
        always = bool(shadows) or len(targets) > 1 + bool(saved)
        of = () if always else actual
        needs = actual if always else ()
        temps = [self.names.temp(f"{name.lstrip('%')}_part", self.names.kinds.get(name)) for name in outgoing]
        if len(temps) == 1:
            run: Stmt = Assign(temps[0], backward, self.place)
        elif temps:
            run = Unpack(tuple(temps), backward, self.place)
        else:
            run = Do(backward, self.place)
        actions.append(Run(run, of or needs, always))
        own_names = set(actual)
        for name, temp in zip(outgoing, temps, strict=True):
            actions.append(Add(name, Var(temp), of))
        made: Stmt = (
            Assign(target, forward, stmt.place) if len(targets) == 1 else Unpack(tuple(targets), forward, stmt.place)
        )
        self.finish_call(made, actions, own_names)

    def _own_leaf(self, name: str, leaf: Leaf) -> Leaf:
        for mine in self.leaves(name):
            if mine.path == leaf.path:
                return mine
        raise self.refuse(
            f"{self.user(name)} is {show(self.kinds[name])}, but a function is given {show(leaf.kind)}",
            "give it values of one form on every path",
            KindError,
        )

    def finish_call(self, stmt: Stmt, actions: list[Action], own: set[str]) -> None:
        self.finish(stmt, actions, own)


_IN_PLACE: dict[Callable[..., Any], Callable[..., Any]] = {
    operator.iadd: operator.add,
    operator.isub: operator.sub,
    operator.imul: operator.mul,
    operator.itruediv: operator.truediv,
    operator.ifloordiv: operator.floordiv,
    operator.imod: operator.mod,
    operator.ipow: operator.pow,
    operator.imatmul: operator.matmul,
}
_SHADOW_VIEWS = {
    np.transpose, np.reshape, np.ravel, np.squeeze, np.expand_dims, np.swapaxes, np.moveaxis, np.flip, np.fliplr,
    np.flipud, np.rot90, np.diagonal, np.asarray, np.atleast_1d, np.atleast_2d, np.broadcast_to,
}  # fmt: skip


def times(cotangent: Expr, partial: Expr) -> Expr:
    """`cotangent * partial`, without the factors 1 and -1."""
    if isinstance(partial, Lit) and not isinstance(partial.value, complex):
        if partial.value == 1:
            return cotangent
        if partial.value == -1:
            return Op(operator.neg, (cotangent,))
    if isinstance(partial, Op) and partial.fn is operator.truediv:
        top, bottom = partial.args
        return Op(operator.truediv, (times(cotangent, top), bottom))
    if isinstance(partial, Op) and partial.fn is operator.neg:
        return Op(operator.neg, (times(cotangent, partial.args[0]),))
    return Op(operator.mul, (cotangent, partial))


def is_plain(kind: Kind) -> bool:
    """One number or array."""
    return is_number(kind) or is_array(kind) or kind is NUMBER or isinstance(kind, Maybe) and is_plain(kind.kind)


def _doubled(actions: list[Action]) -> list[Action]:
    """Two equal contributions to one adjoint (`x * x`) are one, twice as large."""
    made: list[Action] = []
    for action in actions:
        if isinstance(action, Add) and action in made:
            twice = Op(operator.mul, (Lit(2), action.value))
            made[made.index(action)] = replace(action, value=twice)
        else:
            made.append(action)
    return made


def _absent_shadow(kind: Kind, addresses: Callable[[Kind], bool]) -> Expr:
    """The shadow of what is of this kind elsewhere and None here: nothing but zeros is ever added to it."""
    inner = children(kind)
    if addresses(kind) or not holds_smooth(kind):
        return NONE
    if inner is None:
        return Lit(0.0)
    return _shadow_of_parts(kind, inner, [_absent_shadow(k, addresses) for _, k in inner])


def _shadow_of_parts(kind: Kind, parts: Sequence[tuple[tuple[str, Any], Kind]], values: list[Expr]) -> Expr:
    """The shadow of a structure of fixed form, written out."""
    if isinstance(kind, Maybe):
        kind = kind.kind
    named = [(key, value) for ((_, key), _), value in zip(parts, values, strict=True)]
    if isinstance(kind, Record):
        return Op(prims.make_dict, tuple(p for key, value in named for p in (Lit(key), value)))
    if isinstance(kind, Object):
        return Op(runtime.object_shadow, (), tuple(named))
    return Op(prims.make_list, tuple(values))


def _same_shape(a: Array, b: Array) -> bool:
    """Whether two arrays that broadcast together surely have one shape."""
    return a.dims is not None and a.dims == b.dims and "?" not in a.dims


def _at(kind: Kind, path: Path) -> Kind:
    for step in path:
        kind = dict(children(kind) or ()).get(step, UNKNOWN)
    return kind


def _item_kind(kind: Kind, key: Any) -> Kind:
    match kind:
        case Maybe(kind=inner):
            return _item_kind(inner, key)
        case List(item=item) | TupleOf(item=item):
            return item
        case Dict(value=value):
            return value
        case Tuple(items=items) if isinstance(key, int):
            return items[key]
        case Record(items=pairs):
            held: Kind = dict(pairs).get(key, UNKNOWN)
            return held
        case Object(attrs=attrs):
            return dict(attrs).get(key, UNKNOWN)
        case _:
            return UNKNOWN


def _as_expr(key: Any) -> Expr:
    return key if isinstance(key, (Var, Lit, Ref, Op)) else Lit(key)


def _shadow_key(kind: Kind, how: str, key: Any) -> Any:
    """The key of a part in a shadow: the parts of a tuple or function value are the items of a list."""
    if how == "field":
        if isinstance(kind, Maybe):
            kind = kind.kind
        assert isinstance(kind, Function)
        return [name for name, _ in kind.fields].index(key)
    return key


def _item_of(value: Expr, key: Any) -> Expr:
    if isinstance(value, Op) and value.fn is prims.each:
        return value.args[0]
    if isinstance(value, Op) and value.fn in (prims.make_list, prims.make_tuple) and isinstance(key, int):
        return value.args[key]
    return Op(operator.getitem, (value, Lit(key)))


def index_kind(index: Expr, kinds: Mapping[str, Kind]) -> Kind:
    """The kind of an index expression."""
    match index:
        case Op(fn=fn) if fn is prims.make_slice:
            return SLICE
        case Op(args=args):
            return Tuple(tuple(index_kind(a, kinds) for a in args))
        case Var(name=name):
            return kinds.get(name, UNKNOWN)
        case Lit(value=value):
            return Const(value)
        case _:
            return UNKNOWN


def _repeats(builder: Builder, index: Expr) -> bool:
    """Whether an index may name one element twice."""
    if isinstance(index, Op):
        if index.fn is prims.make_slice:
            return False
        return any(_repeats(builder, part) for part in index.args)
    kind = builder.kind(index)
    if widen(kind) in (INT, BOOL, SLICE) or isinstance(kind, Const):
        return False
    if isinstance(kind, Array) and kind.dtype == "bool":
        return False
    if isinstance(kind, Tuple):
        return any(
            not (widen(k) in (INT, BOOL, SLICE) or isinstance(k, Const) or isinstance(k, Array) and k.dtype == "bool")
            for k in kind.items
        )
    return True


def _template_expressions(block: Block) -> list[Expr]:
    return [e for stmt in walk(block) for e in expressions_of(stmt)]
