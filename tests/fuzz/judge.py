"""A program is judged: is srcad's derivative of it right?

Two witnesses say what is right: dual numbers (`duals.py`), and differences along a random direction. Where they
disagree (a kink, a jump, a number too large) or the program itself fails, it proves nothing and is thrown away. For the
others there are four verdicts:

- right: the value and every number of the gradient agree, at a second call too, and the arguments are as they were
- refused: a `SrcadError` with a place and a remedy
- wrong: anything else that returns
- crash: any other exception, or no end
"""

from __future__ import annotations

import ast
import collections
import contextlib
import copy
import linecache
import math
import random
import signal
import threading
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import srcad
from tests.fuzz import duals

SECONDS = 20
RTOL, ATOL = 1e-7, 1e-9


@dataclass(frozen=True)
class Program:
    """A module with a function `f`, and the text of its arguments, which is evaluated in the module."""

    text: str
    arguments: str
    seed: int = -1

    def shown(self) -> str:
        return f"{self.text.rstrip()}\n\n\nARGS = {self.arguments}\n"


@dataclass(frozen=True)
class Verdict:
    """What became of a program: thrown (away), right, refused, wrong or crash; and why."""

    outcome: str
    why: str = ""
    expected: Any = None
    found: Any = None

    @property
    def failed(self) -> bool:
        return self.outcome in ("wrong", "crash")


class Thrown(Exception):
    """The program proves nothing."""


class TooLong(BaseException):
    """A call does not end. (Not an `Exception`: a program's handler must not catch it.)"""


class Copied(ast.NodeTransformer):
    """Copies what is stored into an array before it is stored.

    That changes nothing, but where NumPy (2.x) copies between overlapping vectors of unlike strides in place, as in
    `A[:, 1] = A[0]`: what such a store does depends on the order in which NumPy moves the elements.
    """

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target = node.targets[0]
        if isinstance(target, ast.Subscript):
            into = ast.parse(ast.unparse(target.value), mode="eval").body
            node.value = ast.Call(ast.Name("_copied", ast.Load()), [into, node.value], [])
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if ast.unparse(node.func) == "np.copyto":
            node.args[1] = ast.Call(ast.Name("_copied", ast.Load()), list(node.args), [])
        return node


def _copied(into: Any, value: Any) -> Any:
    return value.copy() if isinstance(into, np.ndarray) and isinstance(value, np.ndarray) else value


def load(program: Program, np_: Any = np, math_: Any = math) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The function of a program, with a source that can be read, and fresh arguments."""
    name = f"<fuzz {hash((program.text, id(np_)))}>"
    linecache.cache[name] = (len(program.text), None, program.text.splitlines(True), name)
    module = types.ModuleType("fuzzed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        exec(compile(program.text, name, "exec"), vars(module))
    vars(module).update(np=np, math=math, collections=collections)
    args = eval(program.arguments, vars(module))
    vars(module).update(np=np_, math=math_)
    return module.f, args


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise `TooLong` in what takes too long (in the main thread, where that can be done)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def reference(program: Program) -> tuple[float, list[float]]:
    """The value and the gradient on which both witnesses agree."""
    try:
        with limited(SECONDS), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            f, args = load(program)
            with np.errstate(over="raise", invalid="raise", divide="raise"):
                plain = float(np.asarray(f(*copy.deepcopy(args))).reshape(()))
            copying = ast.unparse(ast.fix_missing_locations(Copied().visit(ast.parse(program.text))))
            copier, given = load(Program(f"{copying}\n", program.arguments))
            copier.__globals__["_copied"] = _copied
            copied = float(np.asarray(copier(*given)).reshape(()))
            value, gradient = duals.derivative(*load(program, duals.numpy, duals.maths))
            direction = [random.Random(program.seed).uniform(0.5, 1.5) * (-1) ** i for i in range(len(gradient))]

            def along(t: float) -> float:
                step = iter(direction)
                moved = duals.rebuilt(args, lambda x: x + t * next(step))
                return float(np.asarray(f(*moved)).reshape(()))

            coarse, fine, finest = ((along(h) - along(-h)) / (2 * h) for h in (4e-4, 2e-4, 1e-4))
    except (Exception, TooLong) as error:
        raise Thrown(f"the program fails: {type(error).__name__}: {error}") from error
    if not all(map(math.isfinite, (plain, *gradient))) or max(map(abs, (plain, *gradient)), default=0.0) > 1e5:
        raise Thrown("too large")
    if not close(copied, plain, 1e-9, 1e-12):
        raise Thrown("a store depends on the order in which NumPy moves the elements")
    if not close(value, plain, 1e-9, 1e-12):
        raise Thrown(f"the witnesses disagree on the value: {value} and {plain}")
    slope = math.fsum(d * g for d, g in zip(direction, gradient, strict=True))
    scale = 1.0 + max(map(abs, gradient), default=0.0)
    first, second = (4 * fine - coarse) / 3, (4 * finest - fine) / 3
    if not (abs(first - slope) < 1e-5 * scale and abs(second - slope) < 1e-5 * scale):
        raise Thrown(f"the witnesses disagree on the slope: {slope} and {second}")
    return value, gradient


def close(a: float, b: float, rtol: float = RTOL, atol: float = ATOL) -> bool:
    return math.isfinite(a) and abs(a - b) <= atol + rtol * abs(b)


def identical(a: Any, b: Any) -> bool:
    """The same structure with the same bits."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return bool(a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes())
    if isinstance(a, dict) and list(a) != list(b):
        return False
    left, right = duals.held(a), duals.held(b)
    if left or right:
        return len(left) == len(right) and all(map(identical, left, right))
    return repr(a) == repr(b)


Differentiate = Callable[[Callable[..., Any], tuple[Any, ...]], tuple[Any, Any]]


def differentiated(f: Callable[..., Any], args: tuple[Any, ...]) -> Callable[..., tuple[Any, Any]]:
    """A function that gives the value and the gradient with respect to every argument: srcad's."""
    return srcad.value_and_grad(f, tuple(range(len(args))))


def forward(program: Program, expected: tuple[float, list[float]]) -> Verdict:
    """What becomes of a program whose gradient is right, in forward mode: along a direction of every number."""
    f, args = load(program)
    steps = [random.Random(program.seed).uniform(0.5, 1.5) * (-1) ** i for i in range(len(expected[1]))]
    source = iter(steps)
    direction = duals.rebuilt(args, lambda _: next(source))
    before = copy.deepcopy((args, direction))
    want = expected[0], math.fsum(d * g for d, g in zip(steps, expected[1], strict=True))
    rounding = ATOL + RTOL * math.fsum(abs(d * g) for d, g in zip(steps, expected[1], strict=True))
    for call in ("first", "second"):
        value, tangent = (float(np.asarray(x).reshape(())) for x in srcad.jvp(f, args, direction))
        if not identical((args, direction), before):
            return Verdict("wrong", f"the {call} call of jvp changes its arguments", before, (args, direction))
        if not close(value, want[0], 1e-9, 1e-12):
            return Verdict("wrong", f"jvp: the value of the {call} call", want, (value, tangent))
        if not close(tangent, want[1], 0.0, rounding):
            return Verdict("wrong", f"jvp: the tangent of the {call} call", want, (value, tangent))
    return Verdict("right", "", expected, (value, tangent))


def judge(program: Program, differentiate: Callable[..., Callable[..., tuple[Any, Any]]] = differentiated) -> Verdict:
    """What becomes of a program."""
    try:
        expected = reference(program)
    except Thrown as thrown:
        return Verdict("thrown", str(thrown))
    f, args = load(program)
    before = copy.deepcopy(args)
    try:
        with limited(SECONDS), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            derivative = differentiate(f, args)
            for call in ("first", "second"):
                value, gradient = derivative(*args)
                found = (float(np.asarray(value).reshape(())), list(duals.floats(gradient)))
                if not identical(args, before):
                    return Verdict("wrong", f"the {call} call changes the arguments", before, args)
                if not close(found[0], expected[0], 1e-9, 1e-12):
                    return Verdict("wrong", f"the value of the {call} call", expected, found)
                if len(found[1]) != len(expected[1]) or not all(map(close, found[1], expected[1])):
                    return Verdict("wrong", f"the gradient of the {call} call", expected, found)
            if differentiate is differentiated:
                return forward(program, expected)
    except srcad.SrcadError as error:
        kind = f"{type(error).__name__}: {error.message}"
        if not error.remedy.strip() or error.place is None:
            return Verdict("crash", f"a refusal without a place and a remedy: {kind}", expected, str(error))
        return Verdict("refused", kind, expected, str(error))
    except TooLong:
        return Verdict("crash", f"no end in {SECONDS} s", expected)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        file = where.filename.rsplit("/", 1)[-1]
        file = "generated code" if file.startswith("<") else file
        return Verdict(
            "crash", f"{type(error).__name__}: {error} ({file}, {where.name})", expected, traceback.format_exc()
        )
    return Verdict("right", "", expected, found)
