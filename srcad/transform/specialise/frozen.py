"""Distributions of SciPy with parameters held: `stats.norm(mu, sigma).logpdf(x)` is `stats.norm.logpdf(x, mu, sigma)`.

One that is made inside the program is the tuple of its parameters, of which its kind knows the names, as for a partial;
one that comes from outside is an object whose parameters are its attributes. A method that has no rule cannot be
called on the former, which is no object of SciPy's.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from srcad.core import prims
from srcad.core.kinds import Const, Function, Kind, Object, Record, Tuple
from srcad.core.nodes import Expr, Lit, Op, Star
from srcad.errors import MissingRule
from srcad.rules.registry import rule_for
from srcad.rules.static import function_name
from srcad.transform.specialise.binding import Args, Kwargs
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def make_frozen(sp: Specialiser, distribution: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """`stats.norm(mu, scale=sigma)`"""
    if any(isinstance(a, Star) for a in args) or any(key == "**" for key, _ in kwargs):
        raise sp.refuse("`*` in the parameters of a distribution", "write them out")
    names = (*(f"%{i}" for i in range(len(args))), *(key for key, _ in kwargs))
    values = (*args, *(value for _, value in kwargs))
    fields = tuple((name, sp.kind(value)) for name, value in zip(names, values, strict=True))
    return Op(prims.make_tuple, values), Function(distribution, fields)


def method_of_frozen(sp: Specialiser, base: Expr, held: Function, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    """A method of a distribution that was made inside the program."""
    from srcad.transform.specialise.functions import field_of

    method = getattr(held.of, name, None)
    if method is None or rule_for(method) is None:
        of = function_name(held.of)
        raise sp.refuse(
            f"the method .{name} of a distribution {of}(...) that is made here has no rule",
            f"call it on the distribution, with the parameters as arguments: {of}.{name}(..., loc=..., scale=...)",
            MissingRule,
        )
    parts = [(key, field_of(sp, base, i, kind)) for i, (key, kind) in enumerate(held.fields)]
    positional = tuple(part for key, part in parts if key.startswith("%"))
    named = tuple((key, part) for key, part in parts if not key.startswith("%"))
    return sp.call(function_name(method), method, (*args, *positional), (*kwargs, *named))


def method_of_object(
    sp: Specialiser, base: Expr, held: Object, name: str, args: Args, kwargs: Kwargs
) -> Resolved | None:
    """A method of a distribution that comes from outside with its parameters; None where it has no rule."""
    attrs: dict[str, Kind] = dict(held.attrs)
    distribution, given, named = attrs.get("dist"), attrs.get("args"), attrs.get("kwds")
    if not isinstance(distribution, Const) or not isinstance(given, Tuple) or not isinstance(named, Record):
        return None
    method = getattr(distribution.value, name, None)
    if method is None or rule_for(method) is None:
        return None

    def part(attribute: str, key: Any) -> Expr:
        whole = sp.op(Op(prims.get_attr, (base, Lit(attribute))))
        return sp.op(Op(operator.getitem, (whole, Lit(key))))

    positional = tuple(part("args", i) for i in range(len(given.items)))
    by_name = tuple((str(key), part("kwds", key)) for key, _ in named.items)
    return sp.call(function_name(method), method, (*args, *positional), (*kwargs, *by_name))
