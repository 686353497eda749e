"""The tangent of a call that has a rule.

Partial derivatives give the sum of partial times tangent; a linear function is applied to the tangent itself; a
multilinear one to each tangent in turn; a pushforward is written out; and where a function returns one number, its
pullback at the cotangent 1 is the gradient that the tangents are multiplied with.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from srcad import runtime, runtime_arrays, runtime_rules
from srcad.analysis.regions import VIEWS
from srcad.core import prims
from srcad.core.kinds import (
    FLOAT,
    INT,
    NUMBER,
    Array,
    Kind,
    List,
    Maybe,
    Tuple,
    TupleOf,
    is_array,
    is_number,
    present,
    show,
)
from srcad.core.nodes import NONE, Assign, Do, Expr, For, Lit, Op, Stmt, Var, names_in
from srcad.errors import AliasError, KindError, MissingRule
from srcad.rules import shapes
from srcad.rules.kinding import kind_of_call
from srcad.rules.naming import no_derivative_in
from srcad.rules.registry import Call, Rule, rule_for
from srcad.rules.static import bind, padded, reached_by, settle
from srcad.transform.forward.containers import Containers
from srcad.transform.reverse.primitives import refuse_outside_of_rule, refuse_unstated, same_shape, times


class Primitives(Containers):
    """Tangents of primitives. In the entry, all names of a tangent are known; a callee's caller may have others."""

    entry = False

    def primitive(self, target: str, value: Op) -> list[Stmt]:
        rule = rule_for(value.fn)
        shown = value.name or getattr(value.fn, "__name__", "this function")
        if rule is None:
            raise self.refuse(
                f"{shown} has no derivative, and an active value reaches it",
                "use a function of math or numpy that has a rule, or give it one: @srcad.rule",
                MissingRule,
            )
        if rule.style == "zero":
            return self.zeros(target, value)
        bound = bind(rule, value.args, value.kwargs, value.fn, self.place)
        if rule.own is not None:
            refuse_outside_of_rule(self, self.activity, target, value, bound)
        if not any(map(self._reaches, bound.values())):
            return self.zeros(target, value)
        for name in rule.refused:
            if self._reaches(bound[name]):
                raise self.refuse(*no_derivative_in(rule, shown, name), MissingRule)
        if rule.style != "linear" and self._is_view(target, value):
            raise self.refuse(
                f"{shown} may share the memory of what it is given, which is written to",
                "take a copy first: np.array(...)",
                AliasError,
            )
        env: dict[str, Expr] = {**bound, "out": self.new, "d_out": Lit(1.0)}
        kinds = {name: self._kind_of(e) for name, e in bound.items()}
        kinds["out"] = kinds["d_out"] = self.kinds[target]
        if rule.own is not None:
            self._refuse_unstated(target, rule, bound, env, kinds)
        if rule.pushforward is not None:
            return self._pushed(target, rule, bound, env, kinds)
        if rule.style == "elementwise":
            steps, returned = settle(rule.template, env, kinds, self.names.temp, self.place)
            return self._summed(target, rule, bound, steps, padded(rule, returned))
        if rule.style == "linear":
            return self._linear(target, rule, value, bound, (rule.params[0],))
        if rule.linear_in:
            return self._linear(target, rule, value, bound, rule.linear_in)
        if rule.multilinear_in:
            return self._multilinear(target, rule, value, bound, env, kinds)
        if is_number(self.kinds[target]):
            steps, returned = settle(rule.template, env, kinds, self.names.temp, self.place)
            return self._contracted(target, rule, bound, steps, padded(rule, returned))
        others = [operand for name, operand in bound.items() if name not in rule.params[:1]]
        if rule.kind is shapes.reduced and "axis" in bound and not any(map(self._reaches, others)):
            return self._reduced(target, rule, bound, env, kinds)
        if isinstance(self.kinds[target], Array) or self.kinds[target] is NUMBER:
            return self._one_by_one(target, rule, bound, env, kinds)
        raise self.refuse(
            f"{shown} that returns {show(self.kinds[target])} has a pullback and no pushforward",
            "use reverse mode (srcad.grad, srcad.vjp), or state a pushforward beside it: @srcad.rule with x_dot",
            MissingRule,
        )

    def _refuse_unstated(
        self, target: str, rule: Rule, bound: dict[str, Expr], env: dict[str, Expr], kinds: dict[str, Kind]
    ) -> None:
        """Refuse a derivative in what the rule of a user has None for, or no tangent of."""
        if isinstance(self.kinds[target], Tuple):
            return
        if rule.pushforward is not None:
            stated = set(_moving(rule))
        else:
            parts = padded(rule, settle(rule.template, env, kinds, place=self.place)[1])
            stated = {name for name, partial in parts.items() if partial is not None}
        for name in bound.keys() - stated:
            refuse_unstated(self, target, rule, name, bound[name])

    def _is_view(self, target: str, value: Op) -> bool:
        """Whether the target may name memory of an operand that somebody writes to."""
        regions = self.activity.regions
        if value.fn not in VIEWS or not regions.is_array_written(target):
            return False
        return regions.of(target) in {regions.of(n) for n in names_in(value.args[0])}

    def _reaches(self, operand: Expr) -> bool:
        return any(map(self._reaches, operand.args)) if isinstance(operand, Op) else self.active(operand)

    def _kind_of(self, expr: Expr) -> Kind:
        if isinstance(expr, Op) and expr.fn in (prims.make_tuple, prims.make_list):
            return Tuple(tuple(map(self._kind_of, expr.args)))
        return self.kind(expr)

    # ------------------------------------------------------------ the kinds of rules

    def _summed(
        self, target: str, rule: Rule, bound: dict[str, Expr], steps: tuple[Assign, ...], parts: dict[str, Expr | None]
    ) -> list[Stmt]:
        """The sum of partial derivative times tangent."""
        terms: list[Expr] = []
        spread = [bound[name] for name, partial in parts.items() if partial is not None]
        full = len(spread) == len(parts) and self._all_reached(spread)
        for name, partial in parts.items():
            operand = bound[name]
            if partial is None or not self.active(operand):
                continue
            assert isinstance(operand, Var)
            whole = self.whole_leaf(operand.name)
            if whole is None or (whole.shadow and not is_array(present(whole.kind))):
                raise self.refuse(
                    f"arithmetic on {show(self.kinds[operand.name])}",
                    "convert it to an array first: np.array(...)",
                    KindError,
                )
            if rule.own is not None and not self._has_own_shape(partial, target):
                partial = Op(runtime_rules.partial_of, (partial, self.new, Lit(f"{name} of {rule.own.name}")))
            term = times(Var(self.tangent(operand.name, whole)), partial)
            if term in terms:  # `x * x`
                terms[terms.index(term)] = Op(operator.mul, (Lit(2), term))
            else:
                terms.append(term)
        if not terms:
            return self.zeros(target, self.new)
        return [*reached_by(steps, terms), *self.result(target, summed(terms), full)]

    def _linear(
        self, target: str, rule: Rule, value: Op, bound: dict[str, Expr], linear_in: tuple[str, ...]
    ) -> list[Stmt]:
        """The function applied to the tangents of all the parameters that it is linear in at once."""
        tangent = self._applied(rule, value, bound, {n: self._given(bound[n]) for n in linear_in})
        made = self.result(target, tangent, True)
        base = value.args[0]
        if value.fn in _BY_LAYOUT and isinstance(base, Var) and self.activity.regions.is_array_written(target):
            whole = self.whole_leaf(target)
            if whole is not None:
                mine = (base, self.new, self.tangent_of(base), Var(self.tangent(target, whole)))
                made.append(Do(Op(runtime.refuse_unlike, mine), self.place))
        return made

    def _multilinear(
        self, target: str, rule: Rule, value: Op, bound: dict[str, Expr], env: dict[str, Expr], kinds: dict[str, Kind]
    ) -> list[Stmt]:
        """The sum over the parameters of the function with one of them replaced by its tangent.

        The pullback says in which it has a derivative here: `dx` of `np.trapezoid` is not read beside `x`.
        """
        parts = padded(rule, settle(rule.template, env, kinds, place=self.place)[1])
        terms = [
            self._applied(rule, value, bound, {name: self._given(bound[name])})
            for name in rule.multilinear_in
            if name != rule.variadic and self._reaches(bound[name]) and parts[name] is not None
        ]
        if rule.variadic in rule.multilinear_in:
            for i in range(len(rule.params) - len(rule.named), len(value.args)):
                if self._reaches(value.args[i]):
                    own = self._given(value.args[i])
                    terms.append(replace(value, args=(*value.args[:i], own, *value.args[i + 1 :])))
        return self.result(target, summed(terms), True) if terms else self.zeros(target, value)

    def _given(self, operand: Expr) -> Expr:
        """The tangent of an operand as it is passed to a linear function: 0.0 stands for any zero."""
        if isinstance(operand, (Lit, Var)) and not self.active(operand) and is_number(self.kind(operand)):
            return Lit(0.0)
        return self.tangent_of(operand)

    def _applied(self, rule: Rule, value: Op, bound: dict[str, Expr], instead: dict[str, Expr]) -> Expr:
        """The call with operands replaced; by what the operand is, since it may be given by position or name."""

        def at_position(i: int, arg: Expr) -> Expr:
            names = [n for n in instead if _position(rule, value, n) == i]
            return instead[names[0]] if names else arg

        variadic = rule.variadic is not None and rule.variadic in instead
        if variadic:
            given = instead[rule.variadic or ""]
            assert isinstance(given, Op)
            return replace(value, args=given.args)
        args = tuple(at_position(i, a) for i, a in enumerate(value.args))
        kwargs = tuple((k, instead.get(k, v)) for k, v in value.kwargs)
        return replace(value, args=args, kwargs=kwargs)

    def _pushed(
        self, target: str, rule: Rule, bound: dict[str, Expr], env: dict[str, Expr], kinds: dict[str, Kind]
    ) -> list[Stmt]:
        """A pushforward written out; the tangent of a parameter that none reaches is None."""
        if rule.own is None and not any(self._reaches(bound[name]) for name in _moving(rule)):
            return self.zeros(target, self.new)
        for name, operand in bound.items():
            reached = self._reaches(operand)
            still = NONE if rule.own is None else self._still(operand)
            env[f"{name}_dot"] = self.tangent_of(operand) if reached else still
            kinds[f"{name}_dot"] = kinds[name] if reached or still != NONE else self.kind(NONE)
        steps, returned = settle(rule.push_template, env, kinds, self.names.temp, self.place)
        found = self.leaves(target)
        if rule.own is not None:
            steps, returned = self._own_tangents(target, rule, steps, returned)
        if isinstance(self.kinds[target], Tuple) and len(returned) > 1:
            by_item = {leaf.path: leaf for leaf in found}
            made: list[Stmt] = list(steps)
            for i, part in enumerate(returned):
                leaf = by_item.get((("item", i),))
                if leaf is not None:
                    own = Op(np.array, (part,)) if isinstance(part, Var) and is_array(leaf.kind) else part
                    made.append(self.bind(target, leaf, own))
            return made
        return [*steps, *self.result(target, returned[0], True)]

    def _still(self, operand: Expr) -> Expr:
        """The zero tangent that the pushforward of a user is given of what does not move."""
        kind = self._kind_of(operand)
        if is_number(kind):
            return Lit(0.0)
        return Op(np.zeros_like, (operand,)) if isinstance(kind, Array) else NONE

    def _own_tangents(
        self, target: str, rule: Rule, steps: tuple[Assign, ...], returned: tuple[Expr, ...]
    ) -> tuple[tuple[Assign, ...], tuple[Expr, ...]]:
        """What the pushforward of a user returns, checked to have the shape of the result or of its items."""
        kind = self.kinds[target]
        name = Lit(f"the result of {rule.own.name}")
        if not isinstance(kind, Tuple):
            own = self._has_own_shape(returned[0], target)
            return steps, (returned[0] if own else Op(runtime_rules.shaped_as, (returned[0], self.new, name)),)
        if len(returned) == 1:
            held = self.names.temp("tangents")
            steps = (*steps, Assign(held, returned[0], self.place))
            returned = tuple(Op(operator.getitem, (Var(held), Lit(i))) for i in range(len(kind.items)))
        if len(returned) != len(kind.items):
            raise self.refuse(
                f"the pushforward of {rule.own.name} returns {len(returned)} tangents, for {show(kind)}",
                "return one for each item of the result",
            )
        items = [Op(operator.getitem, (self.new, Lit(i))) for i in range(len(kind.items))]
        made = tuple(Op(runtime_rules.shaped_as, (t, x, name)) for t, x in zip(returned, items, strict=True))
        return steps, made

    def _has_own_shape(self, part: Expr, target: str) -> bool:
        """Whether a partial derivative or a tangent surely has the shape of the target, or is the number for one."""
        kind, own = self.kind_of_tree(part), self.kinds[target]
        if is_number(kind):
            return is_number(own)
        return isinstance(kind, Array) and isinstance(own, Array) and same_shape(kind, own)

    def _contracted(
        self, target: str, rule: Rule, bound: dict[str, Expr], steps: tuple[Assign, ...], parts: dict[str, Expr | None]
    ) -> list[Stmt]:
        """For one number: the gradient times the tangent, summed."""
        terms: list[Expr] = []
        for name, gradient in parts.items():
            if gradient is not None:
                self._contract(bound[name], gradient, terms)
        if not terms:
            return self.zeros(target, self.new)
        return [*reached_by(steps, terms), *self.result(target, summed(terms))]

    def _reduced(
        self, target: str, rule: Rule, bound: dict[str, Expr], env: dict[str, Expr], kinds: dict[str, Kind]
    ) -> list[Stmt]:
        """Along an axis: the pullback of ones is the gradient of each result, which the tangent is summed with."""
        ones = self.names.temp("ones", kinds["out"])
        steps, returned = settle(rule.template, {**env, "d_out": Var(ones)}, kinds, self.names.temp, self.place)
        reduced = rule.params[0]
        gradient = padded(rule, returned)[reduced]
        if gradient is None:
            return self.zeros(target, self.new)
        axes = tuple((name, bound[name]) for name in ("axis", "keepdims") if name in bound)
        tangent = Op(np.sum, (times(self.tangent_of(bound[reduced]), gradient),), axes)
        made = reached_by((Assign(ones, Op(np.ones_like, (self.new,)), self.place), *steps), [tangent])
        return [*made, *self.result(target, tangent, True)]

    def _one_by_one(
        self, target: str, rule: Rule, bound: dict[str, Expr], env: dict[str, Expr], kinds: dict[str, Kind]
    ) -> list[Stmt]:
        """For an array of which only a pullback is known: that of a unit is the gradient of one number of it.

        It costs a pullback for each number of the array: a rule that is used much states a pushforward.
        """
        kind = self.kinds[target]
        i, unit = self.names.temp("i", INT), self.names.temp("unit", kind)
        numbers = self.names.temp("numbers_dot", List(FLOAT))
        steps, returned = settle(rule.template, {**env, "d_out": Var(unit)}, kinds, self.names.temp, self.place)
        terms: list[Expr] = []
        for name, gradient in padded(rule, returned).items():
            if gradient is not None:
                self._contract(bound[name], gradient, terms)
        if not terms:
            return self.zeros(target, self.new)
        body: tuple[Stmt, ...] = (
            Assign(unit, Op(runtime_arrays.unit_like, (self.new, Var(i))), self.place),
            *reached_by(steps, terms),
            Do(Op(prims.push, (Var(numbers), summed(terms))), self.place),
        )
        tangent = Op(np.reshape, (Var(numbers), Op(np.shape, (self.new,))))
        return [
            Assign(numbers, Op(prims.make_list, ()), self.place),
            For(i, Lit(0), Op(np.size, (self.new,)), Lit(1), body, place=self.place),
            *self.result(target, tangent, isinstance(kind, Array) and kind.dtype == "float64"),
        ]

    def _contract(self, operand: Expr, gradient: Expr, terms: list[Expr]) -> None:
        if isinstance(operand, Op):
            for i, part in enumerate(operand.args):
                self._contract(part, _item_of(gradient, i), terms)
            return
        if not self.active(operand):
            return
        kind = self.kind(operand)
        kind = kind.kind if isinstance(kind, Maybe) else kind
        if is_number(kind):
            terms.append(times(self.tangent_of(operand), gradient))
        elif isinstance(gradient, Op) and gradient.fn is prims.each:
            terms.append(times(Op(np.sum, (self.tangent_of(operand),)), gradient.args[0]))
        elif kind is NUMBER:  # a number or an array
            terms.append(Op(np.sum, (times(self.tangent_of(operand), gradient),)))
        elif isinstance(kind, (Array, List, TupleOf, Tuple)):
            tangent = self.tangent_of(operand)
            tangent = tangent if isinstance(kind, Array) else Op(np.array, (tangent,))
            terms.append(Op(np.sum, (times(tangent, gradient),)))
        else:
            raise self.refuse(f"a numpy function of {show(kind)}", "pass an array", KindError)

    # ------------------------------------------------------------ results

    def result(self, target: str, tangent: Expr, full: bool = False) -> list[Stmt]:
        """`target_dot = tangent`, of the target's own shape (`full`: it surely is) and in memory of its own."""
        whole = self.whole_leaf(target)
        if whole is None:
            held = self.names.temp("parts_dot")
            return [Assign(held, tangent, self.place), *self.load(target, Var(held))]
        kind = whole.kind.kind if isinstance(whole.kind, Maybe) else whole.kind
        if isinstance(kind, Array) or kind is NUMBER:
            if not full and not self._has_shape(tangent, kind):
                fill = np.full_like if isinstance(kind, Array) else runtime.spread_like
                operands = (self.new, tangent) if isinstance(kind, Array) else (tangent, self.new)
                tangent = Op(fill, operands)
            elif isinstance(tangent, Var) and isinstance(kind, Array) and self._may_be_written(target, tangent):
                tangent = Op(np.array, (tangent,))
        return [self.bind(target, whole, tangent)]

    def _has_shape(self, tangent: Expr, kind: Kind) -> bool:
        own = self.kind_of_tree(tangent)
        if not (isinstance(own, Array) and isinstance(kind, Array)):
            return False
        return own.dims is not None and own.dims == kind.dims and "?" not in own.dims

    def _may_be_written(self, target: str, tangent: Var) -> bool:
        """Whether somebody may write into the tangent of the target, or into the one that it would be a name of."""
        given = self.names.adjoints.get(tangent.name)
        regions = self.activity.regions
        return (
            not self.entry or given is None or regions.is_array_written(target) or regions.is_array_written(given.var)
        )

    def _all_reached(self, operands: Iterable[Expr]) -> bool:
        """Whether the operands that have a tangent have the shape of the result, the others being no larger."""
        kinds = [self.kind(o) for o in operands if self._reaches(o)]
        width = max((len(k.dims) for k in kinds if isinstance(k, Array) and k.dims is not None), default=0)

        def is_small(kind: Kind) -> bool:
            return (
                isinstance(kind, Array)
                and kind.dims is not None
                and set(kind.dims) <= {"1"}
                and len(kind.dims) <= width
            )

        return all(self._reaches(o) or is_number(self.kind(o)) or is_small(self.kind(o)) for o in operands)

    def kind_of_tree(self, expr: Expr) -> Kind:
        """The kind of an expression of primal values and tangents."""
        if not isinstance(expr, Op):
            return self.kind(expr)
        if expr.fn in (prims.make_tuple, prims.make_list):
            return Tuple(tuple(map(self.kind_of_tree, expr.args)))
        kinds = tuple(self.kind_of_tree(a) for a in expr.args)
        named = tuple((k, self.kind_of_tree(v)) for k, v in expr.kwargs)
        return kind_of_call(Call(expr.fn, kinds, named, expr.args, expr.kwargs))


# views or copies, as the layout of the array has it
_BY_LAYOUT = {np.reshape, np.ravel, np.ascontiguousarray, np.asarray, np.asanyarray}


def _moving(rule: Rule) -> list[str]:
    """The parameters whose tangents a pushforward reads."""
    assert rule.pushforward is not None
    keywords = inspect.signature(rule.pushforward).parameters
    return [name for name in (*rule.params, *filter(None, (rule.variadic,))) if f"{name}_dot" in keywords]


def _position(rule: Rule, value: Op, name: str) -> int:
    from srcad.rules.static import positions

    order = [n for n, _ in positions(rule, value.fn)]
    return order.index(name) if name in order else -1


def summed(terms: list[Expr]) -> Expr:
    """The sum of some terms; a negated one is subtracted."""
    made = terms[0]
    for term in terms[1:]:
        if isinstance(term, Op) and term.fn is operator.neg:
            made = Op(operator.sub, (made, term.args[0]))
        else:
            made = Op(operator.add, (made, term))
    return made


def _item_of(value: Expr, i: int) -> Expr:
    if isinstance(value, Op) and value.fn is prims.each:
        return value.args[0]
    if isinstance(value, Op) and value.fn in (prims.make_list, prims.make_tuple):
        return value.args[i]
    return Op(operator.getitem, (value, Lit(i)))
