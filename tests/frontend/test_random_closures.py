"""Random programs that make, keep, pass and call closures while their variables change do what Python does."""

from __future__ import annotations

import random

import pytest

from srcad.frontend.lower import lower_source
from tests.frontend.agree import same
from tests.frontend.interpret import function_of

VARIABLES = ("a", "b", "c")


class Writer:
    """Writes a function `f(a, b, out)`; `c` is assigned on the way, and the closures are called at every step."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.made: list[str] = []
        self.count = 0

    def function(self) -> str:
        body = self.block(1, 3)
        end = "    return a, b, [g(1) for g in kept], out"
        return "\n".join(["def f(a, b, out):", "    c = 7", "    kept = []", *body, end]) + "\n"

    def block(self, depth: int, budget: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.random.randint(2, 4)):
            lines += self.statement("    " * depth, depth, budget)
        return lines

    def value(self) -> str:
        reads = [*VARIABLES, "v", *(f"{name}(v - 1)" for name in self.made)]
        return f"({self.random.choice(reads)} + v * {self.random.choice(VARIABLES)})"

    def statement(self, pad: str, depth: int, budget: int) -> list[str]:
        pick = self.random.choice
        self.count += 1
        kinds = ["assign", "assign", "def", "lambda", "keep", "call", "pass", "comprehension"]
        kinds += ["for", "if"] if budget > 0 else []
        known = pick(self.made) if self.made else None
        match pick(kinds):
            case "assign":
                return [f"{pad}{pick(VARIABLES)} {pick(['=', '+='])} {pick(VARIABLES)} % 11 + {self.count}"]
            case "def":
                name = f"g{self.count}"
                inner = f"{name}(v - 1) + " if self.random.random() < 0.3 else ""
                lines = [f"{pad}def {name}(v):", f"{pad}    if v <= 0:", f"{pad}        return {pick(VARIABLES)}"]
                lines.append(f"{pad}    return {inner}{self.value()}")
                if depth == 1:
                    self.made.append(name)
                return [*lines, f"{pad}out.append({name}(1))"]
            case "lambda":
                name = f"h{self.count}"
                lines = [f"{pad}{name} = lambda v: {self.value()} if v > 0 else {pick(VARIABLES)}"]
                if depth == 1:
                    self.made.append(name)
                return lines
            case "keep":
                what = known if known and self.random.random() < 0.5 else f"lambda v: {self.value()} if v > 0 else 0"
                return [f"{pad}kept.append({what})"]
            case "pass":
                what = known or f"lambda v: {self.value()} if v > 0 else 0"
                return [f"{pad}{pick(VARIABLES)} = {pick(['now', 'later'])}({what})(1) % 13"]
            case "comprehension":
                name = pick(("a", "i"))
                made = [f"{pad}kept += [lambda v: v + {name} + b for {name} in range(2)]"]
                return pick([made, [f"{pad}out.append([(lambda v: v * {name} + c)(2) for {name} in range(3)])"]])
            case "for":
                target = pick((*VARIABLES, f"i{self.count}"))
                return [f"{pad}for {target} in range(2):", *self.block(depth + 1, budget - 1)]
            case "if":
                return [f"{pad}if {pick(VARIABLES)} % 2:", *self.block(depth + 1, budget - 1)]
            case _:
                return [f"{pad}out.append({known}(2))"] if known else [f"{pad}out.append(a)"]


def now(function):
    value = function(1)
    return lambda v: value + v


def later(function):
    return function


@pytest.mark.parametrize("seed", range(100))
def test_random_closures(seed: int) -> None:
    text = Writer(seed).function()
    names = {"now": now, "later": later}
    lowered = function_of(lower_source(text, "f", names, f"<random closures {seed}>"))
    for a, b in ((1, 2), (4, 3), (5, 5)):
        assert same(names["f"](a, b, []), lowered(a, b, [])), text
