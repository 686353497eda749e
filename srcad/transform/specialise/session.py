"""What one specialisation shares: lowered programs, programs specialised to kinds, and the worklist between them.

A `Special` is a program at given argument kinds. Its result kind starts at `BOTTOM` and rises; whenever it rises its
callers are run again, which is how kinds reach a fixed point over (mutual) recursion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from srcad.analysis.webs import split_webs
from srcad.core.kinds import (
    BOTTOM,
    NONE_KIND,
    Dict,
    Kind,
    List,
    Object,
    Record,
    Set,
    TupleOf,
    children,
    join,
    present,
    show,
    widen,
)
from srcad.core.nodes import Assign, Block, Expr, FunctionHandle, Guard, Program, Stmt, Var
from srcad.core.sums import holds_function, holds_sum, makes_up_items, represented
from srcad.errors import KindError, Place
from srcad.transform.specialise.decided import without_arguments
from srcad.transform.specialise.placing import placed
from srcad.transform.specialise.scatter import scattered
from srcad.transform.specialise.unroll import unrolled

Resolved = tuple[Expr, Kind]  # a flat expression and the kind of its value

MOST_SPECIALS = 400  # a recursion whose kinds grow without end is stopped here
MOST_NESTED = 12  # calls within calls that are run at once; deeper ones wait their turn


class Special(FunctionHandle):
    """A program at given argument kinds, and what is known of it so far."""

    __slots__ = (
        "program",
        "arg_kinds",
        "result_kind",
        "out_kinds",
        "body",
        "kinds",
        "callers",
        "callees",
        "queued",
        "names",
        "demand",
        "as_written",
    )

    def __init__(self, program: Program, arg_kinds: tuple[Kind, ...]) -> None:
        super().__init__(program.name)
        self.program = program
        self.arg_kinds = arg_kinds
        self.result_kind: Kind = BOTTOM
        self.out_kinds = arg_kinds
        self.body: Block = ()
        self.kinds: dict[str, Kind] = {}
        self.demand: Kind = BOTTOM  # what callers put into the containers that it returns
        self.names: dict[tuple[int, int], str] = {}  # the temporaries, by statement and how it was resolved so far
        self.callers: dict[Special, None] = {}  # in the order in which they were met, as are the callees
        self.callees: dict[Special, None] = {}
        self.queued = False
        self.as_written = True  # what it is given and returns are as in the user's program

    def rewrite(self, program: Program) -> None:
        """Take another form of the same program, of which nothing is known yet."""
        self.program = program
        self.kinds = {}
        self.names = {}
        self.result_kind = BOTTOM
        self.out_kinds = self.arg_kinds


class Restart(Exception):  # noqa: N818 - a signal between our own layers, never seen by a caller
    """A class turned out to be written to: its instances live at an address, and all is specialised anew."""


class Unroll(Exception):  # noqa: N818 - a signal between our own layers, never seen by a caller
    """A loop is to be written out, a copy of its body for each of its trips, and its program specialised anew."""

    def __init__(self, loop: Stmt, trips: tuple[int, ...]) -> None:
        self.loop = loop
        self.trips = trips


class Enter(Exception):  # noqa: N818 - a signal between our own layers, never seen by a caller
    """Parameters that become one of several things inside: each is to be assigned to itself first."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names


class Session:
    """One specialisation of one entry function."""

    def __init__(
        self, lower: Callable[[Any], Program], prelude: Callable[[str], Any], differentiate: Any = None
    ) -> None:
        self._lower = lower
        self.prelude = prelude  # the function of the prelude with this name
        self.mutated: set[Any] = set()
        self.late: dict[tuple[Any, str], None] = {}  # the attributes, by class, that may be missing when they are read
        self.makers: dict[Any, Program | None] = {}  # what makes the missing items, by the class of the `defaultdict`
        self._in_sets: Kind = BOTTOM  # what is put into any set after it was made
        self.entry: tuple[Kind, ...] = ()  # the kinds of what the entry function is given
        self._programs: dict[Any, Program] = {}
        # by identity: what was given is kept with what was made of it, so that its id stays its own
        self._webbed: dict[int, tuple[Program, Program]] = {}
        self._specials: dict[tuple[int, tuple[Kind, ...]], Special] = {}
        self._queue: list[Special] = []
        self._depth = 0
        self._placed: dict[int, tuple[Program, Program]] = {}
        self.guards: list[Guard] = []
        self.derivatives: dict[Any, Any] = {}  # the derivatives made inside of what is differentiated
        self.outsides: list[Any] = []  # what those read from outside
        self._differentiate = differentiate

    def made_by(self, program: Program | None) -> Any:
        """The class, in the kinds, of a `defaultdict` whose missing items a program makes, or nothing."""
        for cls, known in self.makers.items():
            if known is program:
                return cls
        cls = type("defaultdict", (defaultdict,), {})
        self.makers[cls] = program
        return cls

    def lower(self, function: Any) -> Program:
        """The core program of a Python function."""
        program = self._programs.get(function)
        if program is None:
            program = self._lower(function)
            self._programs[function] = program
            self.guards.extend(program.guards)
        return program

    def gradient(self, program: Program, *options: Any) -> Any:
        """The gradient of a program: a function, and what it read from outside."""
        return self._generated("gradient", program, *options)

    def tangent(self, function: Any, *options: Any) -> Any:
        """The tangent function of a function, likewise."""
        return self._generated("tangent", function, *options)

    def kind_by_source(self, function: Any, kinds: tuple[Kind, ...]) -> Kind | None:
        """The kind of what a function returns by its source alone; None where it cannot be read."""
        found: Kind | None = self._generated("kind", function, kinds)
        return found

    def _generated(self, what: str, *given: Any) -> Any:
        made = self.derivatives.get((what, *given))
        if made is None:
            made = self.derivatives[(what, *given)] = self._differentiate(what, *given)
        return made

    def read_outside(self, outside: Any) -> None:
        """Note what a derivative made inside of what is differentiated reads from outside."""
        if outside not in self.outsides:
            self.outsides.append(outside)

    def guard(self, guard: Guard) -> None:
        """Note a name that the generated code was made for."""
        if not any(g.holder is guard.holder and g.key == guard.key for g in self.guards):
            self.guards.append(guard)

    def at_call(self, program: Program, place: Place | None) -> Program:
        """A program of the prelude, standing where it is called first."""
        if id(program) not in self._placed:
            self._placed[id(program)] = program, placed(program, place)
        return self._placed[id(program)][1]

    def specials(self) -> list[Special]:
        """Every program at the kinds at which it is called."""
        return list(self._specials.values())

    def programs(self) -> list[Program]:
        """Every program that was lowered here."""
        return list(self._programs.values())

    def webbed(self, program: Program) -> Program:
        if id(program) not in self._webbed:
            made = split_webs(scattered(program))
            self._webbed[id(program)] = program, made
            self._webbed[id(made)] = made, made
        return self._webbed[id(program)][1]

    def special(self, program: Program, kinds: tuple[Kind, ...], caller: Special | None = None) -> Special:
        """The program at these kinds; run when it is new, so that its caller goes on with what it returns."""
        program = self.webbed(program)
        key = (id(program), kinds)
        special = self._specials.get(key)
        if special is None:
            if len(self._specials) >= MOST_SPECIALS:
                raise KindError(
                    f"the kinds of the arguments of {program.name} keep changing (now "
                    f"{', '.join(map(show, kinds))}): there is no end to the versions it would need",
                    program.place,
                    "let every recursive call pass arguments of the same kinds",
                )
            special = Special(self._decided(program, kinds), kinds)
            self._specials[key] = special
            if caller is not None:
                special.callers[caller] = None
            if self._depth < MOST_NESTED:
                self._run(special)
            else:
                self._enqueue(special)
        if caller is not None:
            special.callers[caller] = None
            caller.callees[special] = None
        return special

    def _decided(self, program: Program, kinds: tuple[Kind, ...]) -> Program:
        left_out = [p.name for p, kind in zip(program.params, kinds, strict=True) if kind == NONE_KIND]
        made = without_arguments(program, left_out) if left_out else program
        return program if made is program else split_webs(made)

    def solve(self, special: Special) -> None:
        """Run everything queued until no kind changes any more."""
        while self._queue:
            current = self._queue.pop()
            current.queued = False
            self._run(current)

    def _run(self, special: Special) -> None:
        from srcad.transform.specialise.statements import Specialiser

        before = (special.result_kind, special.out_kinds)
        self._depth += 1
        while True:
            try:
                Specialiser(self, special).run()
                break
            except Unroll as unroll:
                special.rewrite(split_webs(unrolled(special.program, unroll.loop, unroll.trips)))
            except Enter as enter:
                first = tuple(Assign(name, Var(name), special.program.place) for name in enter.names)
                special.rewrite(split_webs(replace(special.program, body=(*first, *special.program.body))))
        self._depth -= 1
        if (special.result_kind, special.out_kinds) != before:
            for caller in special.callers:
                self._enqueue(caller)

    def represent(self) -> None:
        """Leave off what only specialisation knows: a value that is one of several things is now a tuple."""
        for special in self._specials.values():
            passed = (*special.arg_kinds, *special.out_kinds, special.result_kind)
            apart = any(holds_sum(kind) or holds_function(kind) for kind in passed)
            special.as_written = not apart and not any(map(makes_up_items, special.kinds.values()))
            special.arg_kinds = tuple(map(represented, special.arg_kinds))
            special.out_kinds = tuple(map(represented, special.out_kinds))
            special.result_kind = represented(special.result_kind)
            special.kinds = {name: represented(kind) for name, kind in special.kinds.items()}

    def demand(self, special: Special, kind: Kind) -> None:
        """What a program returns is seen to hold more than it said: what it was given may share memory with it."""
        wanted = join(special.demand, kind)
        if kind != special.result_kind and wanted != special.demand:
            special.demand = wanted
            self._enqueue(special)

    def _enqueue(self, special: Special) -> None:
        if not special.queued:
            special.queued = True
            self._queue.append(special)

    def mutate(self, cls: Any) -> None:
        """Note that instances of a class are written to."""
        if cls not in self.mutated:
            self.mutated.add(cls)
            self._restart()

    def with_what_is_put_in(self, kind: Set) -> Set:
        """The kind of a set that is read: by whatever name, what is put into any set may have come to be in it."""
        return Set(join(kind.item, self._in_sets))

    def put_into_sets(self, kind: Kind) -> None:
        """Note that something of this kind is put into a set."""
        wider = join(self._in_sets, widen(kind))
        if wider != self._in_sets:
            self._in_sets = wider
            self._restart()

    def come_late(self, cls: Any, name: str) -> None:
        """Note that instances of a class may not have an attribute yet."""
        self.late[cls, name] = None
        self._restart()

    def _restart(self) -> None:
        self._specials.clear()
        self._queue.clear()
        self._depth = 0
        raise Restart

    def by_address(self, kind: Kind) -> bool:
        """Whether values of this kind live at an address: two names of one value see each other's writes."""
        kind = present(kind)
        return isinstance(kind, (List, Dict, TupleOf)) or (
            isinstance(kind, Object) and kind.cls in self.mutated or isinstance(kind, Record) and dict in self.mutated
        )

    def holds_address(self, kind: Kind) -> bool:
        """Whether a value of this kind is or has parts that live at an address."""
        if self.by_address(kind):
            return True
        return any(self.holds_address(k) for _, k in children(kind) or ())
