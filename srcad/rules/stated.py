"""The rules that users state for functions of their own: `@srcad.rule` and what is made of it.

Contract: the parameters of a rule are those of its function, in order. Those with a default may be left out: they are
settings, and no value that is differentiated may reach them. What a rule returns must have the shapes that derivatives
have; generated code checks what the kinds do not prove (`runtime_rules.py`). What is stated later for a function takes
the place of what was stated before: partial derivatives that of a pullback and the other way round; a pushforward
stands beside either.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcad import runtime_rules
from srcad.core.nodes import Block, Guard
from srcad.core.texts import written
from srcad.errors import RuleError
from srcad.rules.bodies import StatedBody, name_of, place_of
from srcad.rules.registry import Body, Rule, hashed, own_rule_of, rule_for, state_own
from srcad.rules.writes import written_parameters

_NAMED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass
class Stated:
    """What a user has stated for one callable, and the rule that it is at present."""

    function: Any
    name: str
    params: tuple[str, ...]
    defaults: tuple[tuple[str, Any], ...]
    variadic: str | None
    style: str = ""  # "elementwise" or "pullback", as in the registry; "" where there is a pushforward alone
    body: StatedBody | None = None
    push: StatedBody | None = None
    settings: tuple[str, ...] = ()  # parameters that no value which is differentiated may reach
    keeps_result: bool = False  # whether the result is memory that is read again on the way back
    like: Any = None
    _rule: Rule | None = None
    _read: tuple[Any, ...] = ()

    def rule(self) -> Rule:
        """The rule as its bodies read now."""
        read = tuple(None if b is None else b.template() for b in (self.body, self.push))
        if self._rule is None or any(a is not b for a, b in zip(read, self._read, strict=True)):
            self._read = read
            self._rule = Rule(
                (self.function,),
                self.style or "pullback",
                self.params,
                self.defaults,
                self.variadic,
                self.body.function if self.body else None,
                pushforward=self.push.function if self.push else None,
                push_template=read[1] or (),
                own=self,
            )
            vars(self._rule)["template"] = read[0] or self._by_units()
        return self._rule

    @property
    def is_elementwise(self) -> bool:
        """Whether it states partial derivatives, which are those of a function of each element."""
        return self.style == "elementwise"

    def guards(self) -> tuple[Guard, ...]:
        """What the bodies read from outside."""
        return tuple(g for b in (self.body, self.push) if b is not None for g in b.guards)

    def _by_units(self) -> Block:
        """Cotangents where only a pushforward is stated: the tangent along each number of each parameter."""
        assert self.push is not None
        made = _units_of(self.push.function, self.name, self.params)
        return StatedBody(made, f"{self.name}_pullback", self.params).template()


def _units_of(push: Body, name: str, params: tuple[str, ...]) -> Body:
    """A pullback that calls a pushforward along the unit of each number."""
    taken = [p.name for p in inspect.signature(push).parameters.values() if p.kind is p.KEYWORD_ONLY]
    moving = [p for p in params if f"{p}_dot" in taken]
    parts: list[str] = []
    for p in params:
        given = [f"{q}_dot={'unit' if q == p else f'zero_like({q})'}" for q in moving]
        given = [*params, *(["out=out"] if "out" in taken else []), *given]
        along = f"along_units(lambda unit: {name}_pushforward({', '.join(given)}), {p}, d_out)"
        parts.append(along if p in moving else "None")
    text = f"def {name}_pullback({', '.join(params)}, *, out, d_out):\n    return ({', '.join(parts)},)\n"
    space = {
        f"{name}_pushforward": push,
        "along_units": runtime_rules.along_units,
        "zero_like": runtime_rules.zero_like,
    }
    made: Body = written(text, f"{name}_pullback", space)
    return made


def state(function: Any, body: Any, mode: str | None = None, like: Any = None) -> None:
    """Take the rule of a user. Raises `RuleError` where it does not fit the function."""
    name = name_of(function)
    _refuse_function(function, name)
    if not callable(body):
        raise RuleError(f"the rule of {name} is a {type(body).__name__}", None, "decorate a function with @srcad.rule")
    keywords = [p.name for p in inspect.signature(body).parameters.values() if p.kind is p.KEYWORD_ONLY]
    params, defaults, variadic = _parameters(function, body, name)
    tangents = {f"{p}_dot" for p in (*params, *((variadic,) if variadic else ()))}
    forward = any(k in tangents for k in keywords) if mode is None else mode == "forward"
    allowed = {"out", *(tangents if forward else {"d_out"})}
    for keyword in keywords:
        if keyword not in allowed:
            raise _misfit(function, body, name, f"{keyword} after the * is none of {', '.join(sorted(allowed))}")
    if mode not in (None, "forward", "reverse"):
        raise RuleError(f"there is no mode {mode!r}", place_of(body), 'the modes are "forward" and "reverse"')
    if mode == "reverse" and "d_out" not in keywords:
        raise _misfit(function, body, name, 'mode="reverse", and no d_out after the *')
    if forward and not any(k in tangents for k in keywords):
        raise _misfit(function, body, name, 'mode="forward", and no tangent such as x_dot after the *')
    for held, line in written_parameters(getattr(body, "__wrapped__", body)):
        raise RuleError(f"the rule of {name} writes into {held} (line {line})", place_of(body), "make a copy first")
    before = own_rule_of(function)
    function = hashed(function)
    stated = Stated(function, name, params, defaults, variadic)
    if before is not None and before.params == params:
        stated = replace(before, defaults=defaults, _rule=None)
    what = "pushforward" if forward else "pullback" if "d_out" in keywords else "partials"
    read = StatedBody(body, f"{name}_{what}", params, forward, variadic)
    if forward:
        stated.push = read
    else:
        stated.body, stated.style = read, "pullback" if what == "pullback" else "elementwise"
    if like is not None:
        stated.like = _checked_like(like, params, body, name)
    read.template()  # a mistake in it shows where it is stated
    state_own(function, stated)


def _refuse_function(function: Any, name: str) -> None:
    if not callable(function) or isinstance(function, type):
        found = f"{name} is a class" if isinstance(function, type) else f"{function!r} cannot be called"
        raise RuleError(f"a rule is for a function, and {found}", None, "write @srcad.rule(f)")
    root = str(getattr(function, "__module__", None) or "").partition(".")[0]
    if rule_for(function) is not None and own_rule_of(function) is None or root in ("builtins", "operator"):
        raise RuleError(
            f"{name} has a rule of srcad's",
            place_of(function),
            f"wrap it and give that a rule: def my_{name}(x): return {name}(x)",
        )
    for held, line in written_parameters(getattr(function, "__func__", function)):
        raise RuleError(
            f"{name} writes into its argument {held} (line {line}); a rule is for a function that only returns",
            place_of(function),
            "let it work on a copy, and return that",
        )


def _parameters(function: Any, body: Any, name: str) -> tuple[tuple[str, ...], tuple[tuple[str, Any], ...], str | None]:
    """The parameters of a rule: those of its function, of which some with defaults may be left out."""
    given = [p for p in inspect.signature(body).parameters.values() if p.kind is not p.KEYWORD_ONLY]
    variadic = next((p.name for p in given if p.kind is p.VAR_POSITIONAL), None)
    params = tuple(p.name for p in given if p.kind in _NAMED)
    defaults = {p.name: p.default for p in given if p.default is not p.empty}
    if any(p.kind is p.VAR_KEYWORD for p in given):
        raise RuleError(f"the rule of {name} has **keywords", place_of(body), "name the parameters")
    try:
        own = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        return params, tuple(defaults.items()), variadic
    known = [p.name for p in own if p.kind in _NAMED]
    needed = [p.name for p in own if p.kind in _NAMED and p.default is p.empty]
    if [p for p in known if p in params] != list(params):
        raise _misfit(function, body, name, "their parameters differ")
    if not set(needed) <= set(params):
        raise _misfit(function, body, name, f"the rule has no {', '.join(p for p in needed if p not in params)}")
    if variadic is not None and not any(p.kind is p.VAR_POSITIONAL for p in own):
        raise _misfit(function, body, name, f"the function has no *{variadic}")
    stated = {p.name: p.default for p in own if p.name in params and p.default is not p.empty}
    for key, value in defaults.items():
        if key not in stated or stated[key] is not value and stated[key] != value:
            raise _misfit(function, body, name, f"they have different defaults for {key}")
    return params, tuple(stated.items()), variadic


def _misfit(function: Any, body: Any, name: str, what: str) -> RuleError:
    try:
        own = str(inspect.signature(function))
    except (ValueError, TypeError):
        own = "(...)"
    return RuleError(
        f"the rule {body.__name__}{inspect.signature(body)} does not fit {name}{own}: {what}",
        place_of(body),
        f"give it the parameters of {name}; after the * may come out, d_out for a pullback, x_dot for a pushforward",
    )


def _checked_like(like: Any, params: tuple[str, ...], body: Any, name: str) -> Any:
    """The example of a result: a parameter's name, a float, a float array, or a tuple of these."""
    if isinstance(like, tuple):
        return tuple(_checked_like(part, params, body, name) for part in like)
    if isinstance(like, str) and like in params:
        return like
    if isinstance(like, (np.ndarray, float, np.floating)) and np.asarray(like).dtype.kind == "f":
        return like
    raise RuleError(
        f"like={like!r} in the rule of {name}",
        place_of(body),
        f"give the name of a parameter ({', '.join(params)}), a float, a float array, or a tuple of these",
    )
