"""The registry of derivatives: which rule a callable has, and how rules are stated.

A rule is an ordinary Python function whose body is parsed, never called by the engine: it becomes generated source,
and the primal values that it reads are the ones that must be remembered. Its parameters are those of the function it
is for; after `*` come `out` (the result) and `d_out` (the cotangent of the result), where the body reads them.

- `@elementwise(f, ...)` returns one partial derivative per parameter (one expression, or a tuple; None where there
  is none). The engine multiplies by the cotangent and undoes broadcasting. Used in both modes.
- `@linear(f, ...)`: f is linear in its first parameter; the body returns the transpose applied to `d_out`.
  Forward mode applies f itself to the tangent.
- `@pullback(f, ...)` returns one cotangent per parameter (None for none). For forward mode it is enough to say what f
  is linear in (`linear_in`, `multilinear_in`), or nothing where f returns a number: the pullback of 1 is its gradient.
  Otherwise `@pushforward(f, ...)` states the forward direction, with `x_dot` for the tangent of parameter `x`.
- `zero(f, ...)` lists functions whose derivative is zero wherever it exists.

A cotangent of a *sequence* parameter (the arrays of `np.stack`) is anything whose item i is the cotangent of item i.
`if` statements in a body are settled when code is generated: their tests may read parameters that are constant
(`axis is None`), `np.ndim(x)` and `isinstance`. Each rule is given the arguments it is tested at: `at=[(args, ...)]`,
where an entry is a tuple of positional arguments, or `call(*args, **kwargs)`. `refused=` are parameters without a
derivative that may not be active: None alone is the derivative zero.

Rules for a library that srcad does not need wait until the program has imported it: see `_WAITING`.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from srcad.core.kinds import Kind
from srcad.core.nodes import Block, Expr
from srcad.errors import RuleError

Body = Callable[..., Any]
KindRule = Callable[["Call"], Kind]


@dataclass(frozen=True, slots=True)
class Call:
    """A call as a kind rule sees it: the callable, the kind of each bound parameter, the constants among them.

    `kinds` has an entry for every parameter given; `exprs` the operand expressions.
    """

    fn: Callable[..., Any]
    args: tuple[Kind, ...]
    kwargs: tuple[tuple[str, Kind], ...] = ()
    exprs: tuple[Expr, ...] = ()
    kwexprs: tuple[tuple[str, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Arguments at which a rule is tested."""

    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...] = ()


def call(*args: Any, **kwargs: Any) -> Case:
    """A test case with keyword arguments."""
    return Case(args, tuple(kwargs.items()))


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule. `style` is "elementwise", "linear", "pullback" or "zero"; `body` is the Python function given."""

    functions: tuple[Callable[..., Any], ...]
    style: str
    params: tuple[str, ...] = ()
    defaults: tuple[tuple[str, Any], ...] = ()
    variadic: str | None = None
    body: Body | None = None
    kind: KindRule | None = None
    cases: tuple[Case, ...] = ()
    pushforward: Body | None = None
    push_template: Block = ()
    linear_in: tuple[str, ...] = ()
    multilinear_in: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    notes: str = ""
    order: int = field(default=0)
    named: tuple[str, ...] = ()  # those of `params` that are given by name alone
    own: Any = None  # the `Stated` rule of a user, which this is the present reading of

    @functools.cached_property
    def template(self) -> Block:
        """The statements of the body, read when they are first asked for: most programs need few of the rules."""
        from srcad.rules.parse import parse_body

        return () if self.body is None else parse_body(self.body)


_RULES: dict[Any, Rule] = {}
_ALL: list[Rule] = []
_OF_COMPLEX: set[Any] = set()

# A namespace, and the modules of `srcad.rules` for it. Who calls its functions has imported it: not we.
_WAITING: dict[str, tuple[str, ...]] = {
    "scipy.special": ("scipy_special", "scipy_gamma", "scipy_bessel"),
    "scipy.linalg": ("scipy_linalg", "scipy_factorizations", "scipy_matrices"),
    "scipy.signal": ("scipy_signal",),
    "scipy.integrate": ("scipy_integrate",),
    "scipy.sparse.linalg": ("scipy_sparse",),
    "scipy.stats": ("scipy_stats", "scipy_cdf", "scipy_counts", "scipy_multivariate"),
}


_OWN: dict[Any, Any] = {}  # the rules of users, which are read anew when what they read from outside changes


def rule_for(fn: Any) -> Rule | None:
    """The rule of a callable, if it has one."""
    try:
        found = _RULES.get(fn)
        if found is None and register_imported():
            found = _RULES.get(fn)
        stated = _OWN.get(fn) if found is None and _OWN else None
    except TypeError:  # an unhashable callable
        found, stated = None, own_rule_of(fn)
    rule: Rule | None = found if stated is None else stated.rule()
    return rule


def register_imported() -> bool:
    """Register the rules for every namespace that the program has imported by now. False if there is nothing new."""
    found = [name for name in _WAITING if name in sys.modules]
    for name in found:
        for module in _WAITING.pop(name):
            importlib.import_module(f"srcad.rules.{module}")
    return bool(found)


def own_rule_of(fn: Any) -> Any:
    """What a user has stated for a callable, if anything."""
    return _OWN.get(hashed(fn)) if _OWN else None


def state_own(fn: Any, stated: Any) -> None:
    """Give a callable the rule of a user, in place of one that the user gave before."""
    _OWN[hashed(fn)] = stated


def hashed(fn: Any) -> Any:
    """The callable, or its bound `__call__` where it has no hash: that goes by identity."""
    return fn if type(fn).__hash__ is not None else getattr(fn, "__call__", None)  # noqa: B004


def takes_complex(fn: Any) -> bool:
    """Whether the rule of a callable holds for complex values too (see `complexes.py`)."""
    return fn in _OF_COMPLEX


def of_complex(*functions: Callable[..., Any]) -> None:
    """State that the rules of these functions hold for complex arguments and results as they stand."""
    _OF_COMPLEX.update(functions)


def all_rules() -> tuple[Rule, ...]:
    """Every rule that is registered."""
    return tuple(_ALL)


def _add(rule: Rule) -> None:
    _ALL.append(rule)
    for fn in rule.functions:
        _RULES[fn] = rule


def _cases(at: Sequence[Any]) -> tuple[Case, ...]:
    return tuple(c if isinstance(c, Case) else Case(tuple(c)) for c in at)


def _stated(
    style: str,
    functions: tuple[Callable[..., Any], ...],
    kind: KindRule | None,
    at: Sequence[Any],
    linear_in: tuple[str, ...] = (),
    multilinear_in: tuple[str, ...] = (),
    refused: tuple[str, ...] = (),
) -> Callable[[Body], Body]:
    def register(body: Body) -> Body:
        if not functions:
            raise RuleError(f"the rule {body.__name__} names no function", None, "write @elementwise(np.tanh)")
        names: list[str] = []
        defaults: list[tuple[str, Any]] = []
        variadic = None
        named: list[str] = []
        for parameter in inspect.signature(body).parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                variadic = parameter.name
            elif parameter.kind is not parameter.KEYWORD_ONLY:
                names.append(parameter.name)
                if parameter.default is not parameter.empty:
                    defaults.append((parameter.name, parameter.default))
            elif parameter.default is not parameter.empty:
                names.append(parameter.name)
                named.append(parameter.name)
                defaults.append((parameter.name, parameter.default))
            elif parameter.name not in ("out", "d_out"):
                raise RuleError(
                    f"the rule {body.__name__} has an unknown keyword {parameter.name!r}",
                    None,
                    "only out and d_out may follow the *, and parameters with a default that are given by name alone",
                )
        rule = Rule(functions, style, tuple(names), tuple(defaults), variadic, body, kind, _cases(at))
        rule = replace(rule, linear_in=linear_in, multilinear_in=multilinear_in, refused=refused, named=tuple(named))
        if not body.__module__.startswith("srcad.rules."):
            rule.template  # noqa: B018 - a mistake in a user's rule shows where it is stated
        _add(rule)
        return body

    return register


def elementwise(
    *functions: Callable[..., Any], kind: KindRule | None = None, at: Sequence[Any] = (), refused: tuple[str, ...] = ()
) -> Callable[[Body], Body]:
    """State the partial derivatives of functions that act on each element alone.

    >>> @elementwise(np.tanh, at=[(0.3,)])
    ... def tanh(x, *, out):
    ...     return 1 - out * out
    """
    return _stated("elementwise", functions, kind, at, refused=refused)


def linear(
    *functions: Callable[..., Any], kind: KindRule | None = None, at: Sequence[Any] = (), refused: tuple[str, ...] = ()
) -> Callable[[Body], Body]:
    """State the transpose of functions that are linear in their first parameter."""
    return _stated("linear", functions, kind, at, refused=refused)


def pullback(
    *functions: Callable[..., Any],
    kind: KindRule | None = None,
    at: Sequence[Any] = (),
    linear_in: tuple[str, ...] = (),
    multilinear_in: tuple[str, ...] = (),
    refused: tuple[str, ...] = (),
) -> Callable[[Body], Body]:
    """State the cotangents of a function's parameters.

    `linear_in` are parameters that the function is linear in together (`x` and `y` of `np.where`), `multilinear_in`
    those that it is linear in one by one (the factors of a product): forward mode needs no more than that.
    """
    return _stated("pullback", functions, kind, at, linear_in, multilinear_in, refused)


def pushforward(*functions: Callable[..., Any]) -> Callable[[Body], Body]:
    """State the tangent of the result of functions that have a pullback.

    The body has the parameters of the pullback, and after `*` the tangents that it reads (`a_dot` for `a`; None where
    there is none) and `out`. Needed only where the function is not linear and may return more than one number.

    >>> @pushforward(np.prod)
    ... def prod_dot(a, axis=None, keepdims=False, *, a_dot):
    ...     return np.sum(a_dot * runtime.product_of_others(a, axis), axis, keepdims=keepdims)
    """

    def register(body: Body) -> Body:
        from srcad.rules.parse import parse_body

        signature = inspect.signature(body).parameters.values()
        read = {p.name for p in signature if p.kind is p.KEYWORD_ONLY and p.default is p.empty}
        names = tuple(p.name for p in signature if p.kind is not p.VAR_POSITIONAL and p.name not in read)
        tangents = read - {"out"}
        for fn in functions:
            rule = rule_for(fn)
            if rule is None:
                raise RuleError(f"the pushforward {body.__name__} has no pullback beside it", None, "state that first")
            own = (*rule.params, *((rule.variadic,) if rule.variadic else ()))
            if names != rule.params or not tangents <= {f"{name}_dot" for name in own}:
                raise RuleError(
                    f"the parameters of the pushforward {body.__name__} are not those of its pullback",
                    None,
                    f"its parameters are {', '.join(own)}; after the * may come out and the tangents, as in x_dot",
                )
            if rule.pushforward is not body:
                made = replace(rule, pushforward=body, push_template=parse_body(body))
                _ALL[_ALL.index(rule)] = made
                for other in rule.functions:
                    if _RULES[other] is rule:
                        _RULES[other] = made
        return body

    return register


def zero(*functions: Callable[..., Any], kind: KindRule | None = None, at: Sequence[Any] = ()) -> None:
    """List functions whose derivative is zero wherever it exists."""
    _add(Rule(functions, "zero", kind=kind, cases=_cases(at)))
