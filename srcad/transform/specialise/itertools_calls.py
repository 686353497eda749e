"""`itertools`, and `zip` of rows: each is a loop of the prelude that makes a list at once."""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any

from srcad.core import prims
from srcad.core.kinds import NONE_KIND, Const, Tuple
from srcad.core.nodes import Expr, Lit, Op, Ref
from srcad.transform.specialise.binding import Args
from srcad.transform.specialise.sequences import as_list, as_sequence
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

Named = dict[str, Expr]


def as_sequences(sp: Specialiser, atoms: Args) -> Args:
    return tuple(as_sequence(sp, atom) for atom in atoms)


def zipped(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    """`zip(xs, ys, ...)`"""
    sequences = as_sequences(sp, args)
    kinds = [sp.kind(s) for s in sequences]
    if kinds and all(isinstance(kind, Tuple) for kind in kinds):
        count = min(len(kind.items) for kind in kinds if isinstance(kind, Tuple))
        rows = [
            sp.op(Op(prims.make_tuple, tuple(sp.op(Op(operator.getitem, (s, Lit(i)))) for s in sequences)))
            for i in range(count)
        ]
        return sp.resolve(Op(prims.make_tuple, tuple(rows)))
    if not sequences:
        return sp.resolve(Op(prims.make_list))
    names = ("zip_one", "zip_two", "zip_three")
    made = sp.prelude(names[min(len(args), 3) - 1], *sequences[:3])
    for more in sequences[3:]:
        made = sp.prelude("zip_extended", sp.hold(*made), more)
    return made


def zipped_rows(sp: Specialiser, rows: Expr) -> Resolved:
    """`zip(*rows)` where the number of rows is not known: a list of columns, each a tuple."""
    return sp.prelude("zip_star", as_sequence(sp, rows))


def mapped(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    names = {2: "map_one", 3: "map_two", 4: "map_three"}
    sequences = as_sequences(sp, args[1:])
    if len(args) in names:
        return sp.prelude(names[len(args)], args[0], *sequences)
    return sp.prelude("star_map", args[0], sp.hold(*zipped(sp, sequences, {})))


def _accumulate(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    items = as_sequence(sp, args[0])
    function = args[1] if len(args) > 1 else kwargs.get("func")
    if function is not None and sp.kind(function) == NONE_KIND:
        function = None
    start = kwargs.get("initial")
    if start is not None and sp.kind(start) != NONE_KIND:
        return sp.prelude("accumulate_from", items, function or Ref("operator.add", operator.add), start)
    if function is None:
        return sp.prelude("accumulate_sum", items)
    return sp.prelude("accumulate_by", items, function)


def _product(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    sequences = as_sequences(sp, args)
    if "repeat" in kwargs:
        times = sp.kind(kwargs["repeat"])
        if not isinstance(times, Const) or not isinstance(times.value, int):
            raise sp.refuse("itertools.product with a repeat= that is not a constant", "nest the for loops")
        sequences = sequences * times.value
    if len(sequences) < 2:
        return sp.prelude("zip_one", *sequences) if sequences else sp.resolve(_row_of_nothing(sp))
    made = sp.prelude("product_two", *sequences[:2])
    for more in sequences[2:]:
        made = sp.prelude("product_extended", sp.hold(*made), more)
    return made


def _row_of_nothing(sp: Specialiser) -> Op:
    return Op(prims.make_list, (sp.op(Op(prims.make_tuple)),))


def _groups(how: str) -> Any:
    def resolve_groups(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
        items = as_sequence(sp, args[0])
        size: Expr | None = args[1] if len(args) > 1 else kwargs.get("r")
        if size is None or sp.kind(size) == NONE_KIND:
            size = sp.op(Op(prims.call, (Ref("len", len), items)))
        known = sp.kind(size)
        if how == "combinations" and known == Const(2):
            return sp.prelude("combinations_two", items)
        for count, name in ((2, "groups_of_two"), (3, "groups_of_three")):
            if known == Const(count):
                return sp.prelude(name, Lit(how), items)
        return sp.prelude("groups_of", Lit(how), items, size)

    return resolve_groups


def _pairs(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    return sp.prelude("pairs_of", as_sequence(sp, args[0]))


def _chain(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    sequences = as_sequences(sp, args)
    if len(sequences) < 2:
        return sp.prelude("list_copy", *sequences) if sequences else sp.resolve(Op(prims.make_list))
    made = sp.prelude("chain_two", *sequences[:2])
    for more in sequences[2:]:
        made = sp.prelude("chain_two", sp.hold(*made), more)
    return made


def _chain_all(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    return sp.prelude("chain_all", as_sequence(sp, args[0]))


def _slice(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    bounds = (Lit(None), args[1], Lit(None)) if len(args) == 2 else (*args[1:], Lit(None))[:3]
    part = sp.op(Op(prims.make_slice, bounds))
    return sp.resolve(Op(operator.getitem, (as_list(sp, args[0]), part)))


def _repeat(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    count = args[1] if len(args) > 1 else kwargs.get("times")
    if count is None:
        raise _endless(sp, "itertools.repeat without a number of times")
    return sp.prelude("repeated", args[0], count)


def _refuse_endless(name: str) -> Any:
    def refuse_endless(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
        raise _endless(sp, f"itertools.{name}")

    return refuse_endless


def _endless(sp: Specialiser, name: str) -> Exception:
    return sp.refuse(f"{name}, which has no end", "loop over range(n), or use enumerate or an index modulo the length")


def _by_function(name: str) -> Any:
    def resolve_by(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
        return sp.prelude(name, args[0], as_sequence(sp, args[1]))

    return resolve_by


def _compress(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    return sp.prelude("compressed", *as_sequences(sp, args))


def _zip_longest(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    if len(args) != 2:
        raise sp.refuse("itertools.zip_longest of other than two sequences", "loop over an index")
    return sp.prelude("zip_filled", *as_sequences(sp, args), kwargs.get("fillvalue", Lit(None)))


def _group_by(sp: Specialiser, args: Args, kwargs: Named) -> Resolved:
    key = args[1] if len(args) > 1 else kwargs.get("key")
    if key is None or sp.kind(key) == NONE_KIND:
        key = Ref("itself", sp.session.prelude("itself"))
    return sp.prelude("group_by", as_sequence(sp, args[0]), key)


ITERTOOLS: dict[Any, Any] = {
    itertools.accumulate: _accumulate,
    itertools.product: _product,
    itertools.combinations: _groups("combinations"),
    itertools.combinations_with_replacement: _groups("combinations_with_replacement"),
    itertools.permutations: _groups("permutations"),
    itertools.pairwise: _pairs,
    itertools.chain: _chain,
    itertools.chain.from_iterable: _chain_all,
    itertools.islice: _slice,
    itertools.repeat: _repeat,
    itertools.count: _refuse_endless("count"),
    itertools.cycle: _refuse_endless("cycle"),
    itertools.takewhile: _by_function("take_while"),
    itertools.dropwhile: _by_function("drop_while"),
    itertools.filterfalse: _by_function("filter_false"),
    itertools.starmap: _by_function("star_map"),
    itertools.compress: _compress,
    itertools.zip_longest: _zip_longest,
    itertools.groupby: _group_by,
}
