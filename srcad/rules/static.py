"""Instantiate a rule: bind a call's operands to its parameters, and settle what is known before the program runs.

`bind` says which operand expression each parameter of a rule stands for. `settle` takes a parsed body and gives back
plain assignments and the returned expressions: `if` statements and conditional expressions are decided from literals,
constants and kinds, parameters are replaced by the operands, names assigned in the body become fresh temporaries, and
arithmetic on literals is done. A test that cannot be decided is a `KindError`: the generated code never holds one.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np

from srcad import runtime
from srcad.core import prims
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    FLOAT,
    NONE_KIND,
    UNKNOWN,
    Array,
    Kind,
    Maybe,
    Tuple,
    holds_complex,
    is_number,
    widen,
)
from srcad.core.nodes import NONE, Assign, Block, Expr, If, Lit, Op, Ref, Return, Var, map_operands
from srcad.errors import KindError, MissingRule, Place, RuleError
from srcad.rules.asks import (
    has_ndim,
    is_complex,
    is_float_type,
    is_literal,
    is_scalar,
    is_sparse,
    refuse,
    unroll,
    when,
)
from srcad.rules.known import OPEN, constant, is_instance, is_sparse_kind, literal, ndim_of
from srcad.rules.naming import function_name
from srcad.rules.registry import Rule

# ---------------------------------------------------------------- binding


@cache
def positions(rule: Rule, fn: Callable[..., Any]) -> tuple[tuple[str, Any], ...]:
    """The names of positional parameters of `fn` in order, with defaults, in the names of its rule.

    They are the function's own where the rule uses its names, so that an argument which the rule does not know
    (`np.sum(x, 0, np.float32)`) is noticed by position too. A function without a signature has the rule's.
    """
    own = [(name, inspect.Parameter.empty) for name in rule.params if name not in rule.named]
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (ValueError, TypeError):
        return tuple(own)
    if not set(rule.params) <= {p.name for p in parameters}:
        return tuple(own)
    return tuple((p.name, p.default) for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))


def bind(
    rule: Rule,
    args: tuple[Expr, ...],
    kwargs: tuple[tuple[str, Expr], ...] = (),
    fn: Callable[..., Any] | None = None,
    place: Place | None = None,
) -> dict[str, Expr]:
    """The operand of each parameter of a rule; what is not given is its default as a `Lit`.

    The operands of a variadic parameter are one `prims.make_tuple` of them. `fn` is which of the rule's functions is
    called (the first, if not given). Raises `MissingRule` for an argument that the rule says nothing of.
    """
    fn = rule.functions[0] if fn is None else fn
    shown = function_name(fn)
    order = positions(rule, fn)
    given: dict[str, Expr] = {}
    for (name, _), arg in zip(order, args, strict=False):
        given[name] = arg
    rest = args[len(order) :]
    if rest and rule.variadic is None:
        message = f"{shown} with {len(args)} positional arguments has no rule"
        raise MissingRule(message, place, f"the rule knows {_listed(rule)}")
    defaults = dict(order)
    for key, arg in kwargs:
        if key in given:
            raise RuleError(f"{shown} is given {key} twice", place)
        given[key] = arg
    bound: dict[str, Expr] = {}
    for key, arg in given.items():
        if key in rule.params:
            bound[key] = arg
        elif rule.own is None and not _is_default(arg, defaults.get(key, inspect.Parameter.empty)):
            raise MissingRule(f"{shown} with {key}= has no rule", place, f"the rule knows {_listed(rule)}")
    stated = dict(rule.defaults)
    for name in rule.params:
        if name not in bound:
            if name not in stated:
                raise MissingRule(f"{shown} without {name} has no rule", place, f"the rule knows {_listed(rule)}")
            bound[name] = Lit(stated[name])
    if rule.variadic is not None:
        bound[rule.variadic] = Op(prims.make_tuple, rest)
    return {name: bound[name] for name in (*rule.params, *((rule.variadic,) if rule.variadic else ()))}


def _listed(rule: Rule) -> str:
    names = list(rule.params) + ([f"*{rule.variadic}"] if rule.variadic else [])
    return ", ".join(names) if names else "no arguments"


def _is_default(arg: Expr, default: Any) -> bool:
    return isinstance(arg, Lit) and default is not inspect.Parameter.empty and Lit(default) == arg


# ---------------------------------------------------------------- settling


_ARITHMETIC: dict[Callable[..., Any], Callable[..., Any]] = {
    fn: fn
    for fn in (
        operator.add,
        operator.sub,
        operator.mul,
        operator.floordiv,
        operator.truediv,
        operator.mod,
        operator.pow,
        operator.neg,
        operator.pos,
        operator.eq,
        operator.ne,
        operator.lt,
        operator.le,
        operator.gt,
        operator.ge,
        operator.not_,
        operator.and_,
        operator.or_,
        operator.getitem,
        prims.make_tuple,
        tuple,
        range,
        min,
        max,
        abs,
    )
}


def settle(
    template: Block,
    env: Mapping[str, Expr],
    kinds: Mapping[str, Kind],
    fresh: Callable[[str], str] | None = None,
    place: Place | None = None,
) -> tuple[tuple[Assign, ...], tuple[Expr, ...]]:
    """A rule's body for one call: its assignments, and what it returns (a tuple display is split).

    `env` gives the expression of each parameter and of `out` and `d_out`; `kinds` their kinds, as far as known.
    `fresh` makes the name of a temporary from the name that the body uses.
    """
    counter = iter(range(1, 1_000_000))
    settler = _Settler(dict(env), kinds, fresh or (lambda hint: f"%{hint}{next(counter)}"), place)
    result = settler.block(template)
    if result is None:
        raise RuleError("a rule ends without return", place, "return one expression for each parameter")
    if isinstance(result, Op) and result.fn is prims.make_tuple:
        return tuple(settler.made), result.args
    return tuple(settler.made), (result,)


class _Settler:
    def __init__(
        self, env: dict[str, Expr], kinds: Mapping[str, Kind], fresh: Callable[[str], str], place: Place | None
    ) -> None:
        self.env = env
        self.kinds = kinds
        self.fresh = fresh
        self.place = place
        self.made: list[Assign] = []
        self.floats: set[str] = set()  # the names assigned in the body that surely hold floats

    def block(self, block: Block) -> Expr | None:
        for stmt in block:
            match stmt:
                case Assign(target=target, value=value):
                    settled = self.expr(value)
                    if self.is_float(value):
                        self.floats.add(target)
                    if not isinstance(settled, (Lit, Var, Ref)):
                        name = self.fresh(target)
                        self.made.append(Assign(name, settled, self.place))
                        settled = Var(name)
                    self.env[target] = settled
                case If(test=test, body=body, orelse=orelse):
                    result = self.block(body if self.decided(test) else orelse)
                    if result is not None:
                        return result
                case Return(value=value):
                    return self.expr(value)
                case _:
                    raise RuleError(f"a {type(stmt).__name__} is not part of the rule language", self.place)
        return None

    def decided(self, test: Expr) -> bool:
        value = self.value(test)
        if value is OPEN:
            names = ", ".join(dict.fromkeys(n for n in _variables(test)))
            raise KindError(
                f"the rule needs to know more of {names} before the program runs",
                self.place,
                f"write {names} as a literal, or make its kind the same on every path",
            )
        return bool(value)

    # -- expressions

    def expr(self, expr: Expr) -> Expr:
        """The expression with parameters replaced, choices made, and arithmetic on literals done."""
        match expr:
            case Var(name=name):
                if name not in self.env:
                    raise RuleError(f"{name} is read before it is assigned in a rule", self.place)
                return self.env[name]
            case Lit() | Ref():
                return expr
            case Op(fn=prims.choose, args=(test, then, otherwise)):
                return self.expr(then if self.decided(test) else otherwise)
            case Op(fn=fn, args=(test, then, otherwise)) if fn is when:
                return Op(prims.choose, (self.expr(test), self.expr(then), self.expr(otherwise)))
            case Op(fn=fn, args=(Lit(value=name), items, element)) if fn is unroll:
                return Op(prims.make_list, tuple(self.unrolled(name, item, element) for item in self.items(items)))
            case Op(fn=fn, args=args) if fn is refuse:
                message, remedy = map(self.value, args)
                raise MissingRule(message, self.place, remedy)
            case Op(fn=runtime.inverse_axes, args=(axes,)) if self.value(axes) is not OPEN:
                return Op(prims.make_tuple, tuple(map(Lit, runtime.inverse_axes(self.value(axes)))))
            case Op(fn=fn, args=(Var(name=name),)) if fn in _ATTRIBUTE_OF and isinstance(self.kind(name), Array):
                return Op(prims.get_attr, (self.expr(Var(name)), Lit(_ATTRIBUTE_OF[fn])))
            case Op(fn=fn) if fn in _DECIDABLE:
                value = self.value(expr)
                if isinstance(value, (bool, int, float, str)):
                    return Lit(value)
        made = map_operands(expr, self.expr)
        if isinstance(made, Op) and isinstance(expr, Op):
            if made.fn is runtime.unbroadcast and self.same_shape(expr):
                return made.args[0]
            if (made.fn, made.args[-1:]) in _NOTHING and self.is_float(expr.args[0]):
                return made.args[0]
            return _folded(made)
        return made

    def unrolled(self, name: str, item: Expr, element: Expr) -> Expr:
        outer = self.env.get(name)
        self.env[name] = item
        made = self.expr(element)
        if outer is None:
            del self.env[name]
        else:
            self.env[name] = outer
        return made

    def items(self, expr: Expr) -> tuple[Expr, ...]:
        made = self.expr(expr)
        if isinstance(made, Op) and made.fn in (prims.make_tuple, prims.make_list):
            return made.args
        raise RuleError("a comprehension in a rule goes over a variadic parameter only", self.place)

    def same_shape(self, expr: Expr) -> bool:
        """Whether `unbroadcast(.., x)` in the body of a rule changes nothing, the first being of the shape of out."""
        assert isinstance(expr, Op)
        x = expr.args[1]
        if not isinstance(x, Var):
            return False
        mine, whole = self.kind(x.name), self.kind("out")
        if isinstance(mine, Array) and isinstance(whole, Array):
            return mine.dims is not None and mine.dims == whole.dims and "?" not in mine.dims
        return is_number(mine) and is_number(whole)

    def is_float(self, expr: Expr) -> bool:
        """Whether an expression of a rule's body surely gives floats."""
        match expr:
            case Var(name=name):
                kind = FLOAT if name in self.floats else self.kind(name)
                return widen(kind) is FLOAT or isinstance(kind, Array) and np.dtype(kind.dtype).kind == "f"
            case Op(fn=operator.sub | operator.add | operator.mul, args=args):
                return any(map(self.is_float, args))
            case Op(fn=operator.neg, args=(inner,)):
                return self.is_float(inner)
            case Op(fn=operator.truediv):
                return True
            case _:
                return False

    # -- values known before the program runs

    def value(self, expr: Expr) -> Any:
        match expr:
            case Lit(value=value) | Ref(value=value):
                return value
            case Var(name=name):
                return self.value_of(name)
            case Op(fn=prims.both, args=(first, second)):
                return self.either_way(first, second, False)
            case Op(fn=prims.either, args=(first, second)):
                return self.either_way(first, second, True)
            case Op(fn=prims.choose, args=(test, then, otherwise)):
                decided = self.value(test)
                return OPEN if decided is OPEN else self.value(then if decided else otherwise)
            case Op(fn=fn, args=args) if fn in _DECIDABLE:
                return _DECIDABLE[fn](self, *args)
            case Op(fn=prims.get_attr, args=(Var(name=name), Lit(value="ndim"))):
                return ndim_of(self.kind(name))
            case Op(fn=fn, args=args, kwargs=()) if fn in _ARITHMETIC:
                values = [self.value(arg) for arg in args]
                return OPEN if any(v is OPEN for v in values) else fn(*values)
            case _:
                return OPEN

    def either_way(self, first: Expr, second: Expr, decisive: bool) -> Any:
        values = [self.value(first), self.value(second)]
        if any(v is not OPEN and bool(v) is decisive for v in values):
            return decisive
        return OPEN if any(v is OPEN for v in values) else not decisive

    def value_of(self, name: str) -> Any:
        known = literal(self.env[name]) if name in self.env else OPEN
        return known if known is not OPEN else constant(self.kinds.get(name, UNKNOWN))

    def kind(self, name: str) -> Kind:
        if name in self.kinds:
            return self.kinds[name]
        if name == "d_out":
            return self.kinds.get("out", UNKNOWN)
        known = literal(self.env[name]) if name in self.env else OPEN
        return UNKNOWN if known is OPEN else kind_of(known)

    def is_(self, left: Expr, right: Expr) -> Any:
        value = self.value(right)
        mine = self.value(left)
        if mine is not OPEN:
            return OPEN if value is OPEN else mine is value
        if value is None and isinstance(left, Var):
            kind = self.kind(left.name)
            if kind == NONE_KIND:
                return True
            return OPEN if isinstance(kind, Maybe) or kind is UNKNOWN else False
        return OPEN

    def is_not(self, left: Expr, right: Expr) -> Any:
        same = self.is_(left, right)
        return OPEN if same is OPEN else not same

    def isinstance(self, x: Expr, classes: Expr) -> Any:
        wanted = self.value(classes)
        if wanted is OPEN:
            return OPEN
        if isinstance(x, Var):
            return is_instance(self.kind(x.name), wanted if isinstance(wanted, tuple) else (wanted,))
        mine = self.value(x)
        return OPEN if mine is OPEN else isinstance(mine, wanted)

    def ndim(self, x: Expr) -> Any:
        return ndim_of(self.kind(x.name)) if isinstance(x, Var) else OPEN

    def len(self, x: Expr) -> Any:
        if isinstance(x, Var):
            kind = self.kind(x.name)
            if isinstance(kind, Tuple):
                return len(kind.items)
            bound = self.env.get(x.name)
            if isinstance(bound, Op) and bound.fn in (prims.make_tuple, prims.make_list):
                return len(bound.args)
        mine = self.value(x)
        return OPEN if mine is OPEN else len(mine)

    def is_scalar(self, x: Expr) -> bool:
        if not isinstance(x, Var):
            return False
        return is_number(self.kind(x.name))

    def is_sparse(self, x: Expr) -> bool:
        return isinstance(x, Var) and is_sparse_kind(self.kind(x.name))

    def is_complex(self, x: Expr) -> bool:
        if not isinstance(x, Var):
            return False
        return x.name in self.kinds and holds_complex(self.kinds[x.name])

    def is_literal(self, x: Expr) -> bool:
        return isinstance(x, Var) and isinstance(self.value_of(x.name), (bool, int, float))

    def is_float_type(self, x: Expr) -> Any:
        value = self.value(x)
        try:
            return OPEN if value is OPEN else is_float_type(value)
        except TypeError:
            return OPEN

    def has_ndim(self, x: Expr) -> bool:
        return isinstance(x, Var) and ndim_of(self.kind(x.name)) is not OPEN


# what changes no float: the loc and the scale that a distribution has where none are given
_NOTHING = ((operator.sub, (Lit(0),)), (operator.truediv, (Lit(1),)))
_ATTRIBUTE_OF: dict[Callable[..., Any], str] = {np.shape: "shape", np.size: "size"}
_DECIDABLE: dict[Callable[..., Any], Callable[..., Any]] = {
    operator.is_: _Settler.is_,
    operator.is_not: _Settler.is_not,
    isinstance: _Settler.isinstance,
    np.ndim: _Settler.ndim,
    len: _Settler.len,
    is_scalar: _Settler.is_scalar,
    is_complex: _Settler.is_complex,
    is_literal: _Settler.is_literal,
    has_ndim: _Settler.has_ndim,
    is_sparse: _Settler.is_sparse,
    is_float_type: _Settler.is_float_type,
}


def _folded(op: Op) -> Expr:
    """The literal that an operation on literals is; `x * 1`, `x + 0` and the like are for the simplifier."""
    if op.fn is operator.getitem and isinstance(op.args[0], Op) and isinstance(op.args[1], Lit):
        items, index = op.args[0], op.args[1].value
        if items.fn in (prims.make_tuple, prims.make_list) and isinstance(index, int):
            return items.args[index]
    if op.fn in _ARITHMETIC and op.args and all(isinstance(arg, Lit) for arg in op.args) and not op.kwargs:
        if op.fn is prims.make_tuple:
            return op
        values = [arg.value for arg in op.args if isinstance(arg, Lit)]
        inexact = op.fn is operator.truediv or (op.fn is operator.pow and values[1] < 0)  # `d / 2` reads better
        if all(isinstance(v, (bool, int, float)) for v in values) and not inexact:
            try:
                made = op.fn(*values)
            except ArithmeticError:
                return op
            if isinstance(made, (bool, int, float)):
                return Lit(made)
    return op


def _variables(expr: Expr) -> list[str]:
    match expr:
        case Var(name=name):
            return [name]
        case Op(args=args, kwargs=kwargs):
            return [n for part in (*args, *(v for _, v in kwargs)) for n in _variables(part)]
        case _:
            return []


def reached_by(steps: tuple[Assign, ...], exprs: Iterable[Expr]) -> tuple[Assign, ...]:
    """The steps that the expressions read, directly or through other steps: for when some are not wanted."""
    wanted = {name for expr in exprs for name in _variables(expr)}
    made: list[Assign] = []
    for step in reversed(steps):
        if step.target in wanted:
            made.append(step)
            wanted.update(_variables(step.value))
    return tuple(reversed(made))


def padded(rule: Rule, returned: tuple[Expr, ...]) -> dict[str, Expr | None]:
    """What a settled body returned, by parameter: None for a parameter that has no derivative."""
    names = (*rule.params, *((rule.variadic,) if rule.variadic else ()))
    if len(returned) > len(names):
        raise RuleError(f"the rule for {function_name(rule.functions[0])} returns {len(returned)} values", None)
    made: dict[str, Expr | None] = dict.fromkeys(names)
    for name, expr in zip(names, returned, strict=False):
        made[name] = None if expr == NONE else expr
    return made
