"""Calls of functions that a user gave a rule to.

    y = solve(k)        ->        y = solve(k)
                                  expect(y, "solve", "float64[:]")

Contract: the kind of the result is what the rule says it is (`rules/results.py`), and generated code checks that, since
derivatives are made for it. What the rule's body names outside is guarded as what the program names is.
"""

from __future__ import annotations

import inspect
import operator
import types
from typing import TYPE_CHECKING, Any

from srcad import runtime_rules
from srcad.analysis.activity import holds_unknown
from srcad.core import prims
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOTTOM,
    NONE_KIND,
    NUMBER,
    UNKNOWN,
    Function,
    Kind,
    Tuple,
    holds_smooth,
    is_number,
    present,
    show,
)
from srcad.core.nodes import Do, Expr, Lit, Op, Ref, Star, Var
from srcad.errors import KindError
from srcad.rules.bodies import name_of
from srcad.rules.custom import Custom
from srcad.rules.registry import Rule, hashed
from srcad.rules.results import as_smooth, forms_of, result_kind
from srcad.rules.static import bind
from srcad.transform.specialise.binding import Args, Kwargs, argument_kind
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def call_own(sp: Specialiser, name: str, value: Any, rule: Rule, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of a function with a user's rule: the call, the check of its result, and its kind."""
    value = hashed(value)
    if any(isinstance(a, Star) for a in args):
        raise sp.refuse(f"`*` of a list of unknown length in a call of {name}", "pass the items one by one")
    made = Op(value, args, kwargs, name=name)
    if any(sp.kind(a) is BOTTOM for a in (*args, *dict(kwargs).values()) if not isinstance(a, Star)):
        return made, BOTTOM
    stated = rule.own
    for guard in stated.guards():
        sp.session.guard(guard)
    bound = bind(rule, args, kwargs, value, sp.place)
    kinds = {key: _kind(sp, atom) for key, atom in bound.items()}
    _refuse_functions(sp, name, list(kinds.values()))
    kind = result_kind(stated, kinds, _by_source(sp, value, args, kwargs) if stated.like is None else None)
    shaped = [bound[stated.like]] if isinstance(stated.like, str) else _operands(bound, kinds)
    if shaped and (isinstance(stated.like, str) or stated.is_elementwise):
        sp.check(made, Op(runtime_rules.expect_shape, (Lit(stated.name), *shaped)))
    else:
        _check(sp, name, made, stated.name, kind)
    return made, kind


def call_custom(sp: Specialiser, name: str, custom: Custom, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of a `custom_vjp`: of its forward half, whose result is tied to the arguments by its backward half."""
    if custom.fwd is None:
        raise sp.refuse(f"{name} is a custom_vjp without a derivative", f"state it: {name}.defvjp(fwd, bwd)")
    try:
        given = inspect.signature(custom.fun).bind(*args, **dict(kwargs))
    except TypeError as wrong:
        raise sp.refuse(f"{name}: {wrong}", "give it the arguments of the function") from None
    given.apply_defaults()
    atoms = [a if isinstance(a, (Var, Lit, Ref)) else literal_or_ref(key, a) for key, a in given.arguments.items()]
    kinds = [_kind(sp, a) for a in atoms]
    _refuse_functions(sp, name, kinds)
    if any(kind is BOTTOM for kind in kinds):
        return Op(custom.attached, (Lit(None), Lit(None), *atoms)), BOTTOM
    fixed = tuple(
        sp.assign("still", Op(runtime_rules.still, (a,)), k) if isinstance(a, Var) and holds_smooth(k) else a
        for a, k in zip(atoms, kinds, strict=True)
    )
    kind = _known(sp.session.kind_by_source(custom.fun, tuple(map(argument_kind, kinds))))
    pair = Op(prims.call, (Ref(name_of(custom.fwd), custom.fwd), *fixed))
    held = sp.assign("pair", pair, Tuple((kind, UNKNOWN)))
    sp.emit(Do(Op(runtime_rules.expect_pair, (held, Lit(custom.name))), sp.place))
    result = sp.assign(custom.name, Op(operator.getitem, (held, Lit(0))), kind)
    residuals = sp.assign("residuals", Op(operator.getitem, (held, Lit(1))), UNKNOWN)
    made = Op(custom.attached, (result, residuals, *atoms))
    _check(sp, name, made, custom.name, kind)
    return made, kind


def _known(found: Kind | None) -> Kind:
    """What the source of a function says of its result: a number or an array where it says nothing."""
    return NUMBER if found is None or holds_unknown(found) else as_smooth(found)


def _check(sp: Specialiser, name: str, made: Op, shown: str, kind: Kind) -> None:
    """Have the result of a call checked for the form that its kind says it has."""
    forms = forms_of(kind)
    if not forms:
        raise sp.refuse(
            f"{name} has a rule, and returns {show(kind)}",
            "a rule is for a function that returns a float, a float array, or a tuple of several of these",
            KindError,
        )
    sp.check(made, Op(runtime_rules.expect, (Lit(shown), *map(Lit, forms))))


def _refuse_functions(sp: Specialiser, name: str, kinds: list[Kind]) -> None:
    """A function that captures values is generated code's own, and cannot be handed to a function that is called."""
    if any(isinstance(kind, Function) for kind in kinds):
        raise sp.refuse(
            f"{name} has a rule, and is given a function that captures values",
            "give it a function of the module, and what that captures as further arguments",
        )


def literal_or_ref(name: str, value: Any) -> Expr:
    """A default of a parameter as an operand."""
    return Lit(value) if value is None or isinstance(value, (bool, int, float, str)) else Ref(name, value)


def _kind(sp: Specialiser, atom: Expr) -> Kind:
    if isinstance(atom, Op):  # the operands of a variadic parameter
        return Tuple(tuple(_kind(sp, part) for part in atom.args))
    return present(sp.kind(atom))


def _operands(bound: dict[str, Expr], kinds: dict[str, Kind]) -> list[Expr]:
    """The operands whose shapes the result has; a number has none."""
    made: list[Expr] = []
    for key, atom in bound.items():
        parts = atom.args if isinstance(atom, Op) else (atom,)
        if not (is_number(kinds[key]) or isinstance(atom, Lit)):
            made += parts
    return made


def _by_source(sp: Specialiser, value: Any, args: Args, kwargs: Kwargs) -> Kind | None:
    """The kind of what the function's own source returns, where it has one that can be read."""
    kinds: list[Kind] = []
    function = value
    if isinstance(value, types.MethodType):
        function, kinds = value.__func__, [kind_of(value.__self__)]
    if not isinstance(function, types.FunctionType) or any(isinstance(a, Star) for a in args):
        return None
    signature = inspect.signature(value, follow_wrapped=False)
    try:
        given = signature.bind(*args, **dict(kwargs))
    except TypeError:
        return None
    given.apply_defaults()
    for parameter, held in zip(signature.parameters.values(), given.arguments.values(), strict=True):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            return None
        kinds.append(sp.kind(held) if isinstance(held, (Lit, Ref, Var)) else kind_of(held))
    found = sp.session.kind_by_source(function, tuple(kinds))
    return None if found is None or holds_unknown(found) else as_smooth(found)


def checked(fn: Any) -> Any:
    """A call of one of the checks in generated code that is differentiated again."""

    def resolve(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
        made = Op(fn, args, tuple(kwargs.items()))
        last = sp.out[-1] if sp.out else None
        again = isinstance(last, Do) and last.value == made  # the call before it is checked already
        return (Lit(None) if again else made), NONE_KIND

    return resolve
