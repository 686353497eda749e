"""The core language: the one small language that every pass reads and writes.

A `Program` is a function: parameters and a block of statements that ends with one `Return`.
Contract of a *lowered* program (what the front end makes):

- Expressions are flat: the operands of an `Op` are atoms (`Var`, `Lit`, `Ref`). The transform keeps them flat;
  only `simplify` folds them back into trees, so the printer takes trees.
- Names are plain strings. Temporaries made by a pass start with `%` (which no Python name can), so they never
  collide with a user's; the printer gives them readable fresh names: `%row` prints as `row` (or `row_2` where
  that is taken), and `%t7` (t and a number) is anonymous.
- A call is `Op(prims.call, (callee, *args))`, a method call `Op(prims.call_method, (base, Lit(name), *args))`;
  `transform/specialise.py` resolves both to the callable itself: `Op(np.sin, (x,))`. A call of another core
  program is `Op(prims.call, (Ref(name, handle), ...))` with `handle` a `FunctionHandle`.
- `For` counts over a range; its target and its bounds are not assigned in its body. `ForEach`, `Star` and
  `Closure` are gone once kinds are known (`transform/specialise.py`).
- `While` runs `test` (pure steps that nobody else reads), then leaves if `cond` is false.
- `until` names a variable that is tested after each trip of the body: true ends the loop (that is `break`).
- Nothing in an expression has an effect except through `Do`, `Store`, a call of a user's function, and opaque
  calls; evaluation order is statement order.
- A printed lowered program is Python and computes what the user's function computes.

Statements are immutable; a pass builds new ones with `dataclasses.replace`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from srcad.errors import Place

# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Var:
    """A local variable of the program."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """A literal: int, float, complex, bool, str, bytes, None or Ellipsis.

    Literals are equal when type and `repr` are, so that 1, 1.0 and True stay apart.
    """

    value: Any

    def _key(self) -> tuple[type, str]:
        return type(self.value), repr(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lit) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


@dataclass(frozen=True, slots=True, eq=False)
class Ref:
    """An object from outside the program (a module, class, function or global value), printed as `name`.

    `name` may be dotted. Two references are equal when they are to the same object.
    """

    name: str
    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ref) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


@dataclass(frozen=True, slots=True)
class Op:
    """One primitive applied to operands: `fn` is a Python callable (`operator.add`, `numpy.sin`, `prims.make_list`).

    `form` keeps how the user wrote it: "" for the callable's own printing (see `core/prims.py`), "method:sum" for
    `args[0].sum(...)`, "attr:T" for `args[0].T`. `name` overrides the printed name of the callable.
    """

    fn: Callable[..., Any]
    args: tuple[Expr, ...] = ()
    kwargs: tuple[tuple[str, Expr], ...] = ()
    form: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Star:
    """`*value` among the operands of a `prims.call`, `make_list` or `make_tuple`. Not in a specialised program."""

    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A nested function or lambda: its program, whose first parameters are what it captures, and their values.

    `captures` maps the captured parameter's name to the expression of its value here. `defaults` are evaluated
    where the function is made, and belong to the parameters of the same name.
    """

    program: Program
    captures: tuple[tuple[str, Expr], ...]
    defaults: tuple[tuple[str, Expr], ...] = ()


Expr = Var | Lit | Ref | Op | Star | Closure

NONE = Lit(None)
TRUE = Lit(True)
FALSE = Lit(False)

# ---------------------------------------------------------------- statements

Block = tuple["Stmt", ...]


@dataclass(frozen=True, slots=True)
class Assign:
    """`target = value`. With `accumulate`, `target += value` on a value nobody else holds (adjoints only)."""

    target: str
    value: Expr
    place: Place | None = None
    accumulate: bool = False


@dataclass(frozen=True, slots=True)
class Unpack:
    """`targets = value`, where value is a tuple of that many."""

    targets: tuple[str, ...]
    value: Expr
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """`base[key] = value`, or `base.key = value` where `attr`. With `accumulate`: `base[key] += value`."""

    base: Expr
    key: Expr
    value: Expr
    place: Place | None = None
    attr: bool = False
    accumulate: bool = False


@dataclass(frozen=True, slots=True)
class Do:
    """An expression evaluated for its effect: `print(x)`, `ys.append(x)`."""

    value: Op
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class If:
    test: Expr
    body: Block
    orelse: Block = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class For:
    """`for target in range(start, stop, step)`; leaves after a trip that sets `until`.

    `reverse` counts the same range backwards: `reversed(range(start, stop, step))`.
    """

    target: str
    start: Expr
    stop: Expr
    step: Expr
    body: Block
    until: str | None = None
    place: Place | None = None
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class ForEach:
    """`for target in iterable`, before it is known what the iterable is."""

    target: str
    iterable: Expr
    body: Block
    until: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class While:
    """`while True: test; if not cond: break; body; if until: break`."""

    test: Block
    cond: Expr
    body: Block
    until: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class With:
    """`with context as target: body`."""

    context: Expr
    body: Block
    target: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Handler:
    """`except types as name: body`; `types` is None for a bare `except`."""

    types: Expr | None
    name: str | None
    body: Block


@dataclass(frozen=True, slots=True)
class Try:
    """`try: body; except ...: handlers; finally: final`."""

    body: Block
    handlers: tuple[Handler, ...] = ()
    final: Block = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    """`raise exception from cause`; a bare `raise` has no exception."""

    exception: Expr | None
    cause: Expr | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Return:
    value: Expr
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment line of generated source."""

    text: str
    place: Place | None = None


Stmt = Assign | Unpack | Store | Do | If | For | ForEach | While | With | Try | Raise | Return | Comment

# ---------------------------------------------------------------- programs


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: `kind` is "pos" (positional only), "any", "star" (`*args`), "key" (keyword only), "starstar"."""

    name: str
    kind: str = "any"
    default: Expr | None = None
    annotation: Any = None


@dataclass(frozen=True, slots=True)
class Guard:
    """A name read from a function's globals or cells: the generated code holds while the object is the same.

    `holder` is the globals dict, the cell or the object; `key` the name in it ("cell_contents" for a cell).
    """

    holder: Any
    key: str
    value: Any


class FunctionHandle:
    """The identity of a generated function, so that programs can call each other and themselves."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


@dataclass(frozen=True, eq=False)
class Program:
    """A function of the core language. `captures` counts the leading parameters that a closure fills in."""

    name: str
    params: tuple[Param, ...]
    body: Block
    doc: str = ""
    place: Place | None = None
    captures: int = 0
    guards: tuple[Guard, ...] = ()
    source: Any = field(default=None, repr=False)  # the Python function it was lowered from, where there is one
    forwards: FunctionHandle | None = None  # the nested function that it does nothing but call
    gathers: bool = False  # it returns a list of the items that Python makes one by one

    @property
    def result(self) -> Expr:
        """The expression that the one `Return` at the end returns."""
        last = self.body[-1]
        assert isinstance(last, Return)
        return last.value


# ---------------------------------------------------------------- reading


def operands(expr: Expr) -> tuple[Expr, ...]:
    """The direct subexpressions."""
    match expr:
        case Op(args=args, kwargs=kwargs):
            return args + tuple(value for _, value in kwargs) if kwargs else args
        case Star(value=value):
            return (value,)
        case Closure(captures=captures, defaults=defaults):
            return tuple(v for _, v in captures) + tuple(v for _, v in defaults)
        case _:
            return ()


def operations_in(expr: Expr) -> Iterator[Op]:
    """An expression and what is nested in it, as far as they are operations."""
    if isinstance(expr, Op):
        yield expr
        for part in operands(expr):
            yield from operations_in(part)


def names_in(expr: Expr) -> Iterator[str]:
    """The variables an expression reads, in order, with repetitions."""
    if isinstance(expr, Var):
        yield expr.name
    else:
        for part in operands(expr):
            yield from names_in(part)


def map_operands(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The same expression with `change` applied to its direct subexpressions."""
    match expr:
        case Op(fn=fn, args=args, kwargs=kwargs, form=form, name=name):
            return Op(fn, tuple(map(change, args)), tuple((k, change(v)) for k, v in kwargs), form, name)
        case Star(value=value):
            return Star(change(value))
        case Closure(program=program, captures=captures, defaults=defaults):
            return Closure(
                program,
                tuple((k, change(v)) for k, v in captures),
                tuple((k, change(v)) for k, v in defaults),
            )
        case _:
            return expr


def substitute(expr: Expr, values: dict[str, Expr]) -> Expr:
    """The expression with variables replaced."""
    if isinstance(expr, Var):
        return values.get(expr.name, expr)
    if isinstance(expr, (Lit, Ref)):
        return expr
    return map_operands(expr, lambda part: substitute(part, values))


def blocks_of(stmt: Stmt) -> tuple[Block, ...]:
    """The blocks nested directly in a statement, in the order in which they run."""
    match stmt:
        case If(body=body, orelse=orelse):
            return (body, orelse)
        case For(body=body) | ForEach(body=body) | With(body=body):
            return (body,)
        case While(test=test, body=body):
            return (test, body)
        case Try(body=body, handlers=handlers, final=final):
            return (body, *(handler.body for handler in handlers), final)
        case _:
            return ()


def expressions_of(stmt: Stmt) -> tuple[Expr, ...]:
    """The expressions a statement itself reads, not those in its nested blocks.

    `accumulate` reads its target too; that is for the pass to add. `until` and `cond` are read by the loop.
    """
    match stmt:
        case Assign(value=value) | Unpack(value=value) | Do(value=value) | Return(value=value):
            return (value,)
        case Store(base=base, key=key, value=value):
            return (base, key, value)
        case If(test=test):
            return (test,)
        case For(start=start, stop=stop, step=step, until=until):
            return (start, stop, step) if until is None else (start, stop, step, Var(until))
        case ForEach(iterable=iterable, until=until):
            return (iterable,) if until is None else (iterable, Var(until))
        case While(cond=cond, until=until):
            return (cond,) if until is None else (cond, Var(until))
        case With(context=context):
            return (context,)
        case Try(handlers=handlers):
            return tuple(h.types for h in handlers if h.types is not None)
        case Raise(exception=exception, cause=cause):
            return tuple(e for e in (exception, cause) if e is not None)
        case _:
            return ()


def targets_of(stmt: Stmt) -> tuple[str, ...]:
    """The variables a statement itself binds, not those in its nested blocks."""
    match stmt:
        case Assign(target=target) | For(target=target) | ForEach(target=target):
            return (target,)
        case Unpack(targets=targets):
            return targets
        case With(target=str(target)):
            return (target,)
        case Try(handlers=handlers):
            return tuple(h.name for h in handlers if h.name is not None)
        case _:
            return ()


def walk(block: Block) -> Iterator[Stmt]:
    """Every statement of a block, outer before inner."""
    for stmt in block:
        yield stmt
        for inner in blocks_of(stmt):
            yield from walk(inner)


def assigned_in(block: Block) -> set[str]:
    """Every variable bound anywhere in a block."""
    return {name for stmt in walk(block) for name in targets_of(stmt)}


def read_in(block: Block) -> set[str]:
    """Every variable read anywhere in a block."""
    found: set[str] = set()
    for stmt in walk(block):
        for expr in expressions_of(stmt):
            found.update(names_in(expr))
        if isinstance(stmt, Assign) and stmt.accumulate:
            found.add(stmt.target)
    return found
