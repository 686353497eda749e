"""Random blocks: which statements there are, and control flow around them.

A block sees what was in scope before it and leaves only that behind: a name bound inside a branch or a loop is not
read after it. What is in scope keeps its kind whatever happens to it.
"""

from __future__ import annotations

import random

from tests.fuzz.holders import Holders
from tests.fuzz.scope import Kind, S
from tests.fuzz.stores import Lines, size


def indented(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


SINGLE = {
    "new_scalar": 3.0,
    "changed_scalar": 3.0,
    "new_vector": 3.0,
    "new_matrix": 1.0,
    "new_container": 2.2,
    "new_int": 0.7,
    "new_flag": 0.5,
    "new_function": 0.6,
    "stored_element": 6.0,
    "stored_slice": 4.0,
    "stored_block": 2.0,
    "stored_where": 1.5,
    "augmented_array": 2.0,
    "rebound_array": 1.5,
    "called_procedure": 1.2,
    "changed_list": 4.0,
    "changed_dict": 1.5,
    "swapped": 1.2,
    "stored_by_numpy": 0.4,
    "alias_in_a_branch": 1.0,
    "new_object": 1.5,
    "called_method": 3.0,
}
NESTED = {"branch": 4.0, "for_loop": 5.0, "while_loop": 1.5, "wrapped": 1.2, "carried": 0.5, "growing": 0.6}


class Statements(Holders):
    """Writes blocks of statements; `self.budget` bounds how many."""

    budget = 12
    result: Kind | None = S  # what a `return` in the function that is being written gives

    def __init__(self, rng: random.Random, n: int, m: int) -> None:
        super().__init__(rng, n, m)
        # Each program likes some statements and leaves others out: that mixes them more than even weights do.
        self.taste = {name: rng.choice([0.2, 1.0, 1.0, 4.0]) for name in [*SINGLE, *NESTED]}

    # ------------------------------------------------------------ blocks

    def block(self, count: int, depth: int, loop: str = "") -> Lines:
        """Statements in a scope of their own; `loop` is "for" or "while" inside a loop."""
        before, functions = dict(self.scope), self.functions
        lines: Lines = []
        for at in range(count):
            if at and self.budget <= 0:
                break
            self.budget -= 1
            lines += self.statement(depth if self.budget > 0 else 0, loop)
        self.scope, self.functions = before, functions
        return lines

    def statement(self, depth: int, loop: str) -> Lines:
        weights = {name: weight * self.taste[name] for name, weight in SINGLE.items()}
        if depth > 0:
            weights |= {name: weight * self.taste[name] for name, weight in NESTED.items()}
        weights |= {"jump": 1.5} if loop else {"early_return": 0.5} if depth > 0 else {}
        while True:
            name = self.rng.choices(list(weights), list(weights.values()))[0]
            del weights[name]
            write = getattr(self, name)
            made: Lines | None = write() if name in SINGLE else write(depth, loop)
            if made is not None:
                return made

    # ------------------------------------------------------------ control flow

    def branch(self, depth: int, loop: str) -> Lines:
        lines = [f"if {self.condition()}:", *indented(self.block(self.rng.randint(1, 3), depth - 1, loop))]
        if self.chance(0.2):
            lines += [f"elif {self.condition()}:", *indented(self.block(self.rng.randint(1, 2), depth - 1, loop))]
        if self.chance(0.5):
            lines += ["else:", *indented(self.block(self.rng.randint(1, 2), depth - 1, loop))]
        return lines

    def wrapped(self, depth: int, loop: str) -> Lines:
        """A block in `with`, `try` or `match`, or behind a test that binds a name."""
        inner = indented(self.block(self.rng.randint(1, 2), depth - 1, loop))
        i, s, a = self.some("I"), self.some("S"), self.some("L")
        match self.rng.choice(["with", "try", "fails", "match", "match", "binds"]):
            case "fails" if s and a and "[" not in s:
                return ["try:", f"    {s} = {a}[{self.rng.randint(1, 4)}]", "except IndexError:", *inner]
            case "match" if i:
                others = indented(indented(self.block(1, 0, loop)))
                return [f"match {i} % 3:", "    case 0:", *indented(inner), "    case 1 | 2:", *others]
            case "binds":
                return [f"if ({self.fresh()} := {self.scalar(1)}) > {self.threshold()}:", *inner]
            case "try":
                return ["try:", *inner, "except ZeroDivisionError:", *indented(self.block(1, 0, loop))]
            case _:
                return ["with np.errstate(all='ignore'):", *inner]

    def for_loop(self, depth: int, loop: str) -> Lines:
        before, frozen = dict(self.scope), self.frozen
        head = self.loop_head()
        lines = [f"for {head}:", *indented(self.block(self.rng.randint(1, 4), depth - 1, "for"))]
        self.scope, self.frozen = before, frozen
        if self.chance(0.1):
            lines += ["else:", *indented(self.block(1, 0))]
        return lines

    def carried(self, depth: int, loop: str) -> Lines | None:
        """A loop that keeps a vector of the trip before, which may be a view."""
        before, name = dict(self.scope), self.fresh()
        head, inner = self.loop_head(), self.block(self.rng.randint(1, 2), depth - 1, "for")
        v = self.view(self.n)
        self.scope[name] = ("V", self.n)
        target = self.some("S") if self.chance(0.8) else None
        read = f"{target} += {self.rng.choice([f'np.sum({name})', f'{name}[0]', f'0.3 * {name}[-1]'])}"
        use = read if target else self.stored(f"{name}[{self.index(self.n)}]", self.scalar(1))
        self.scope = before
        if v is None:
            return None
        last = self.rng.choice([v, f"{v}.copy()"])
        body = [*inner, f"if {name} is not None:", f"    {use}", f"{name} = {last}"]
        return [f"{name} = None", f"for {head}:", *indented(body)]

    def summed(self, total: str) -> Lines:
        """A loop of trips that each work on copies of their own, and add to one number."""
        before, i = dict(self.scope), self.fresh()
        vectors, numbers = self.of("V", self.n), self.of("S")
        lines: Lines = []
        inside: dict[str, Kind] = {i: ("I", self.n)}
        for v in self.rng.sample(vectors, min(2, len(vectors))):
            inside[own := self.fresh()] = ("V", self.n)
            lines.append(f"{own} = {v} * {self.rng.choice(['0.5', f'(1 + {i})', '1.0'])}")
        for s in self.rng.sample(numbers, min(2, len(numbers))):
            inside[own := self.fresh()] = S
            lines.append(f"{own} = {s} + 0.3 * {i}")
        if self.chance(0.9):
            self.scope = inside
        self.budget = 4
        lines += self.block(self.rng.randint(1, 3), 2, "for")
        lines.append(f"{total} {self.rng.choice(['+=', '+=', '-='])} {self.scalar(2)}")
        self.scope = before
        return [f"{total} = 0.0", f"for {i} in range({self.rng.randint(1, self.n)}):", *indented(lines)]

    def growing(self, depth: int, loop: str) -> Lines:
        """A loop through a list or a dict that changes length on the way, mostly under another name."""
        before, frozen = dict(self.scope), self.frozen
        held, other, x = self.fresh(), self.fresh(), self.fresh()
        total = self.some("S")
        items = [self.scalar(1) for _ in range(self.rng.randint(1, 3))]
        alias = self.rng.choice([f"{other} = {held}", f"{other} = [{held}][0]", f"{other} = {held}"])
        lines = [f"{held} = [{', '.join(items)}]", alias]
        head = self.rng.choice(
            [f"{x} in {held}"] * 3
            + [f"{self.fresh()}, {x} in enumerate({held})", f"{x}, {self.fresh()} in zip({held}, {held})"]
            + [f"{x} in reversed({held})", f"{x} in (y * y for y in {held})", f"{x} in {held}[:]"]
        )
        self.frozen = frozenset({path for path, kind in self.scope.items() if kind[0] == "L"})
        self.scope[x] = S
        inner = self.block(self.rng.randint(1, 2), depth - 1, "for")
        name, value = self.rng.choice([held, other, other]), self.scalar(1)
        longer = [f"{name}.append({value})", f"{name}.insert(0, {value})", f"{name} += [{value}]"]
        longer += [f"{name}[1:1] = [{value}]", f"{name}.extend([{value}, {x}])"]
        test = self.rng.choice([f"len({held}) < {self.rng.randint(3, 6)}", f"len({name}) < 4 and {self.condition(0)}"])
        body = [*inner, f"if {test}:", f"    {self.rng.choice(longer)}"]
        if self.chance(0.2):
            body = [*inner, f"if len({name}) > 1:", f"    {name}.pop({self.rng.choice(['', '0'])})"]
        if total:
            body.insert(self.rng.choice([0, len(body)]), f"{total} += 0.3 * {x}")
        self.scope, self.frozen = before, frozen
        self.hold(held, ("L", 1))
        self.scope[held] = ("L", 1)
        return [*lines, f"for {head}:", *indented(body)]

    def loop_head(self) -> str:
        n = self.rng.choice([self.n, self.n, self.m])
        v, w, a = self.some("V"), self.some("V"), self.some("L")
        choice = self.rng.choice(
            ["range"] * 9
            + [
                "enumerate",
                "zip",
                "each",
                "rows",
                "list",
                "items",
                "items",
                "held",
                "held",
                "len",
                "objects",
                "lists",
                "values",
            ]
        )
        match choice:
            case "enumerate" if v:
                k = size(self.scope[v][1])
                return f"{self.bind(('I', k))}, {self.bind(S)} in enumerate({v})"
            case "zip" if v and w:
                parts = self.rng.choice([(v, w), (f"{v}[:-1]", f"{v}[1:]"), (f"{v}[::-1]", w), (f"range({self.n})", v)])
                first = self.bind(("I", self.n) if "range" in parts[0] else S)
                return f"{first}, {self.bind(S)} in zip({', '.join(parts)})"
            case "objects" if objects := self.some("LO"):
                name = self.bind(("O", "Model"))
                self.hold(name, ("O", "Model"))
                return f"{name} in {objects}"
            case "values" if held := self.some("DV"):
                return f"{self.bind(('V', self.scope[held][1]))} in {held}.values()"
            case "held" if (lists := self.some("LV")) and a and self.chance(0.3):
                self.frozen = frozenset({path for path, kind in self.scope.items() if kind[0] == "L"})
                return f"{self.bind(('V', self.scope[lists][2]))}, {self.bind(S)} in zip({lists}, {a})"
            case "lists" if lists := self.some("LL"):
                self.frozen = frozenset({path for path, kind in self.scope.items() if kind[0] == "L"})
                name = self.bind(("L", self.scope[lists][2]))
                self.hold(name, self.scope[name])
                return f"{name} in {lists}"
            case "each" if v:
                return f"{self.bind(S)} in {v}"
            case "len" if v:
                return f"{self.bind(('I', self.scope[v][1]))} in range(len({v}))"
            case "list" if a:
                self.frozen = frozenset({path for path, kind in self.scope.items() if kind[0] == "L"})
                if self.chance(0.3):
                    return f"{self.bind(('I', 100))}, {self.bind(S)} in enumerate({a})"
                return f"{self.bind(S)} in {a}"
            case "rows" if rows := self.some("M"):
                return f"{self.bind(('V', self.scope[rows][2]))} in {rows}"
            case "held" if lists := self.some("LV"):
                return f"{self.bind(('V', self.scope[lists][2]))} in {lists}"
            case "items" if d := self.some("D"):
                self.scope = {path: kind for path, kind in self.scope.items() if kind[0] != "D"}
                return f"{self.fresh()}, {self.bind(S)} in {d}.items()"
        trips = [f"range({n})"] * 4 + [
            f"range(1, {n})",
            f"range({n - 1}, -1, -1)",
            f"range(0, {n}, 2)",
            f"range({n - 1})",
        ]
        trips += [f"range({n - 1}, 0, -2)", "range(0)", f"reversed(range({n}))"]
        if self.of("I") and self.chance(0.3):
            trips = [f"range({self.index(n)}, {n})", f"range({self.some('I')})"]
        return f"{self.bind(('I', n))} in {self.rng.choice(trips)}"

    def while_loop(self, depth: int, loop: str) -> Lines:
        before = dict(self.scope)
        k, n = self.fresh(), self.rng.randint(1, 4)
        first = self.chance(0.3)
        tests = [f"{k} < {n}"] * 2 + [f"{k} < {n} and {self.condition(0)}", f"{self.condition(0)} and {k} < {n}"]
        test = self.rng.choice([*tests, "True"])
        self.scope[k] = ("I", n + 1)
        lines = [f"{k} = 0", f"while {test}:", f"    {k} += 1"]
        if test == "True":
            lines += [f"    if {k} > {n} or {self.condition(0)}:", "        break"]
        target = self.some("S")
        if target and self.chance(0.3):  # the body computes what the test computes
            e = self.scalar(1)
            lines[1] = f"while {k} < {n} and {e} < {self.threshold()}:"
            lines += [f"    {target} += 0.3 * {e}"]
            test = ""
        lines += indented(self.block(self.rng.randint(1, 3), depth - 1, "while"))
        self.scope = before
        if first and test != "True":
            lines += ["else:", *indented(self.block(1, 0))]
        return lines

    def jump(self, depth: int, loop: str) -> Lines:
        jump = self.rng.choice(["break", "break", "continue", "continue", f"return {self.returned()}".rstrip()])
        return [f"if {self.condition()}:", *indented(self.block(1, 0)) * self.chance(0.3), f"    {jump}"]

    def early_return(self, depth: int, loop: str) -> Lines:
        return [f"if {self.condition()}:", f"    return {self.returned()}".rstrip()]

    def returned(self) -> str:
        """What a function of this kind returns."""
        match self.result:
            case None:
                return ""
            case ("pair",):
                return f"{self.scalar()}, {self.view(self.n) or self.vector(self.n)}"
            case ("S",):
                return self.scalar()
            case (_, n):
                return (self.chance(0.6) and self.view(size(n))) or self.vector(size(n), 1)
            case _:
                return "0.5"
