"""A direct interpreter of core programs: what the front end's tests compare with the user's function.

It shares no code with the backend. It is strict about what the core language promises: operands are atoms, the one
`Return` is at the end, the target and the bounds of a `For` are not assigned in its body.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterator
from typing import Any

from srcad.core import nodes as core
from srcad.core import prims
from srcad.frontend.frame import LocalFunction

_KINDS = {
    "pos": inspect.Parameter.POSITIONAL_ONLY,
    "any": inspect.Parameter.POSITIONAL_OR_KEYWORD,
    "star": inspect.Parameter.VAR_POSITIONAL,
    "key": inspect.Parameter.KEYWORD_ONLY,
    "starstar": inspect.Parameter.VAR_KEYWORD,
}

Values = dict[str, Any]


def function_of(program: core.Program, captured: Values | None = None, defaults: Values | None = None) -> Callable:
    """A Python function that runs a core program."""
    check(program)
    captured, defaults = captured or {}, defaults or {}

    def run(*args: Any, **kwargs: Any) -> Any:
        env = _bind(program.params[len(captured) :], args, kwargs, defaults)
        env.update(captured)
        _block(program.body[:-1], env)
        return _value(program.body[-1].value, env)

    run.__name__ = program.name
    return run


def _bind(params: tuple[core.Param, ...], args: tuple, kwargs: Values, defaults: Values) -> Values:
    made = []
    defaulted = False
    for number, param in enumerate(params):
        default = inspect.Parameter.empty
        if param.name in defaults:
            default = defaults[param.name]
        elif param.default is not None:
            default = _value(param.default, {})
        elif defaulted and param.kind in ("pos", "any"):
            raise AssertionError("a parameter without default after one with")
        defaulted = defaulted or default is not inspect.Parameter.empty
        name = param.name if param.name.isidentifier() else f"_captured_{number}"
        made.append(inspect.Parameter(name, _KINDS[param.kind], default=default))
    bound = inspect.Signature(made).bind(*args, **kwargs)
    bound.apply_defaults()
    return dict(zip((p.name for p in params), (bound.arguments[p.name] for p in made), strict=True))


def _value(expr: core.Expr, env: Values) -> Any:
    match expr:
        case core.Var(name=name):
            if name not in env:
                raise UnboundLocalError(
                    f"cannot access local variable {name!r} where it is not associated with a value"
                )
            return env[name]
        case core.Lit(value=value):
            return value
        case core.Ref(value=LocalFunction() as handle):
            assert handle.program is not None
            return function_of(handle.program)
        case core.Ref(value=value):
            return value
        case core.Op(fn=fn, args=args, kwargs=kwargs):
            positional: list[Any] = []
            for arg in args:
                if isinstance(arg, core.Star):
                    positional.extend(_value(arg.value, env))
                else:
                    positional.append(_value(arg, env))
            named: Values = {}
            for key, arg in kwargs:
                if key == "**":
                    named.update(_value(arg, env))
                else:
                    named[key] = _value(arg, env)
            return fn(*positional, **named)
        case core.Closure(program=program, captures=captures, defaults=defaults):
            held = {k: _value(v, env) for k, v in captures}
            return function_of(program, held, {k: _value(v, env) for k, v in defaults})
    raise AssertionError(expr)


def _through(stop: str) -> str:
    """The name under which is kept what the loop to the variable `stop` goes through."""
    return f"what {stop} counts"


def _trips(counted: range, through: list[Any], reverse: bool) -> Iterator[int]:
    """The trips of a loop, of which there are more or fewer where a list changes its length (`prims.trips`)."""
    how = [None, *(x if isinstance(x, prims.Through) else None for x in through)]
    items = [
        (x, how[i] is prims.Through.REVERSED)
        for i, x in enumerate(through)
        if not how[i + 1] and not isinstance(x, int)
    ]
    if not any(type(x) is list for x, _ in items):
        yield from reversed(counted) if reverse else counted
        return
    at = counted.stop - 1 if reverse else counted.start
    while all(0 <= (counted.stop - 1 - at if backwards else at) < len(x) for x, backwards in items):
        yield at
        at += -1 if reverse else 1


def _block(block: core.Block, env: Values) -> None:
    for stmt in block:
        _run(stmt, env)


def _run(stmt: core.Stmt, env: Values) -> None:
    match stmt:
        case core.Assign(target=target, value=value):
            env[target] = _value(value, env)
            if isinstance(value, core.Op) and value.fn is prims.trips:
                env[_through(target)] = [_value(arg, env) for arg in value.args[1:]]
        case core.Do(value=value):
            _value(value, env)
        case core.Store(base=base, key=key, value=value, attr=attr):
            if attr:
                setattr(_value(base, env), _value(key, env), _value(value, env))
            else:
                operator.setitem(_value(base, env), _value(key, env), _value(value, env))
        case core.If(test=test, body=body, orelse=orelse):
            _block(body if _value(test, env) else orelse, env)
        case core.For(reverse=reverse, until=until):
            counted = range(*(_value(bound, env) for bound in (stmt.start, stmt.stop, stmt.step)))
            through = env.get(_through(stmt.stop.name), []) if isinstance(stmt.stop, core.Var) else []
            for value in _trips(counted, through, reverse):
                env[stmt.target] = value
                _block(stmt.body, env)
                assert env[stmt.target] == value
                if until is not None and env[until]:
                    break
        case core.ForEach(until=until):
            for value in _value(stmt.iterable, env):
                env[stmt.target] = value
                _block(stmt.body, env)
                if until is not None and env[until]:
                    break
        case core.While(until=until):
            while True:
                _block(stmt.test, env)
                if not _value(stmt.cond, env):
                    break
                _block(stmt.body, env)
                if until is not None and env[until]:
                    break
        case core.With(context=context, body=body, target=target):
            with _value(context, env) as value:
                if target is not None:
                    env[target] = value
                _block(body, env)
        case core.Try():
            _try(stmt, env)
        case core.Raise(exception=exception, cause=cause):
            if exception is None:
                raise
            raise _value(exception, env) from (None if cause is None else _value(cause, env))
        case _:
            raise AssertionError(stmt)


def _try(stmt: core.Try, env: Values) -> None:
    try:
        try:
            _block(stmt.body, env)
        except BaseException as error:
            for handler in stmt.handlers:
                if handler.types is None or isinstance(error, _value(handler.types, env)):
                    if handler.name is not None:
                        env[handler.name] = error
                    _block(handler.body, env)
                    break
            else:
                raise
    finally:
        _block(stmt.final, env)


# ---------------------------------------------------------------- the contract


def check(program: core.Program) -> None:
    """What every lowered program promises."""
    assert isinstance(program.body[-1], core.Return)
    assert len(program.params) >= program.captures
    for stmt in core.walk(program.body[:-1]):
        assert not isinstance(stmt, core.Return | core.Unpack | core.Comment), stmt
        for expr in core.expressions_of(stmt):
            if isinstance(stmt, core.Assign | core.Do):
                assert _flat(expr), stmt
            else:
                assert _atom(expr) or isinstance(stmt, core.Try), stmt
        if isinstance(stmt, core.For):
            changed = core.assigned_in(stmt.body)
            assert stmt.target not in changed, stmt
            assert not changed & {e.name for e in (stmt.start, stmt.stop, stmt.step) if isinstance(e, core.Var)}, stmt
        if isinstance(stmt, core.While):
            private = core.assigned_in(stmt.test)
            assert all(name.startswith("%") for name in private)
            assert not private & core.read_in(stmt.body), stmt
        if isinstance(stmt, core.Try):
            for handler in stmt.handlers:
                assert all(isinstance(noted, core.Assign) and _atom(noted.value) for noted in handler.body)
    assert _atom(program.body[-1].value)


def _atom(expr: core.Expr) -> bool:
    return isinstance(expr, core.Var | core.Lit | core.Ref)


def _flat(expr: core.Expr) -> bool:
    if isinstance(expr, core.Closure):
        return all(_atom(part) for part in core.operands(expr))
    if isinstance(expr, core.Op):
        stars = (prims.call, prims.call_method, prims.call_super, prims.make_list, prims.make_tuple)
        return all(
            _atom(part) or (isinstance(part, core.Star) and expr.fn in stars and _atom(part.value))
            for part in core.operands(expr)
        )
    return _atom(expr)
