"""`custom_vjp` as JAX has it: a function with a forward half, which gives residuals, and a backward half.

    y = f(x)        ->        y, residuals = fwd(x)              where a derivative passes through it
                              ...
                              (d_x,) = bwd(residuals, d_y)

Contract: `fwd` runs in the forward sweep in the place of the function, at copies of the arguments, and nothing of it is
differentiated; `bwd` is the only derivative. Both are called, and their own derivatives are those of higher order.
"""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable
from typing import Any

from srcad import runtime_rules
from srcad.core import prims
from srcad.core.nodes import NONE, Assign, Expr, Guard, Lit, Op, Ref, Return, Var
from srcad.errors import RuleError
from srcad.rules.bodies import name_of, place_of
from srcad.rules.registry import Rule, state_own


class Custom:
    """A function with `fwd` and `bwd` beside it; called outside of derivatives it is the function."""

    def __init__(self, fun: Callable[..., Any], nondiff_argnums: tuple[int, ...] = ()) -> None:
        if not callable(fun):
            raise RuleError(f"custom_vjp of a {type(fun).__name__}", None, "pass a function")
        functools.update_wrapper(self, fun)
        self.fun = fun
        self.name = name_of(fun)
        parameters = list(inspect.signature(fun).parameters.values())
        if any(p.kind not in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters):
            raise RuleError(
                f"{self.name} has * parameters or keyword-only ones", place_of(fun), "give it positional parameters"
            )
        self.params = tuple(p.name for p in parameters)
        self.defaults = tuple((p.name, p.default) for p in parameters if p.default is not p.empty)
        if not all(-len(self.params) <= i < len(self.params) for i in nondiff_argnums):
            raise RuleError(
                f"nondiff_argnums={nondiff_argnums}, and {self.name} has {len(self.params)} parameters",
                place_of(fun),
                "positions count the parameters from 0",
            )
        self.nondiff = tuple(sorted(i % len(self.params) for i in nondiff_argnums))
        self.fwd: Callable[..., Any] | None = None
        self.bwd: Callable[..., Any] | None = None
        self.attached = Attached(self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fun(*args, **kwargs)

    def defvjp(self, fwd: Callable[..., Any], bwd: Callable[..., Any]) -> None:
        """State the forward half, `fwd(*args) -> (result, residuals)`, and the backward half.

        `bwd(*nondiff_args, residuals, d_result)` returns a tuple with a cotangent for each other argument.
        """
        for half, count in ((fwd, len(self.params)), (bwd, len(self.nondiff) + 2)):
            try:
                inspect.signature(half).bind(*range(count))
            except TypeError:
                raise RuleError(
                    f"{name_of(half)}{inspect.signature(half)} is called with {count} arguments in the derivative of "
                    f"{self.name}{inspect.signature(self.fun)}",
                    place_of(half),
                    "fwd takes the arguments of the function, bwd the nondiff ones, the residuals and the cotangent",
                ) from None
            except ValueError:  # a function built in C, without a signature
                continue
        self.fwd, self.bwd = fwd, bwd
        state_own(self.attached, self.attached)


class Attached:
    """The step that ties the result of `fwd` to the arguments: it gives its first operand, and has `bwd` as rule."""

    is_elementwise = False
    like = None
    keeps_result = True  # it may be among the residuals

    def __init__(self, custom: Custom) -> None:
        self.custom = custom
        self.name = self.__name__ = custom.name

    def __call__(self, result: Any, *others: Any) -> Any:
        return result

    @property
    def settings(self) -> tuple[str, ...]:
        """The parameters that no value which is differentiated may reach."""
        return tuple(self.custom.params[i] for i in self.custom.nondiff)

    def guards(self) -> tuple[Guard, ...]:
        """What the rule reads from outside: nothing but the two halves."""
        return ()

    @functools.cached_property
    def _known(self) -> dict[Any, Rule]:
        return {}

    def rule(self) -> Rule:
        """The backward half as a pullback of the result, the residuals and the arguments."""
        bwd = self.custom.bwd
        if bwd not in self._known:
            params, settings = self.custom.params, self.settings
            given = (*map(Var, settings), Var("%residuals"), Var("d_out"))
            call: Expr = Op(prims.call, (Ref(name_of(bwd), bwd), *given))
            others = [p for p in params if p not in settings]
            parts = Op(runtime_rules.given_parts, (call, Lit(", ".join(others))))
            items = {p: Op(operator.getitem, (Var("parts"), Lit(i))) for i, p in enumerate(others)}
            returned = Op(prims.make_tuple, (NONE, NONE, *(items.get(p, NONE) for p in params)))
            made = Rule((self,), "pullback", ("%result", "%residuals", *params), body=bwd, own=self)
            vars(made)["template"] = (Assign("parts", parts), Return(returned))
            self._known.clear()
            self._known[bwd] = made
        return self._known[bwd]
