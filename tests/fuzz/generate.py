"""A random program: a module with helpers, perhaps a class, and a function `f`; and arguments for it.

    program(seed)

The same seed gives the same program. A program is valid Python that mostly runs; the judge throws away what does not.
"""

from __future__ import annotations

import random

from tests.fuzz.judge import Program
from tests.fuzz.scope import COLLIDING, PLAIN, Kind, S, Signature
from tests.fuzz.statements import Statements, indented
from tests.fuzz.stores import Lines, size


def program(seed: int) -> Program:
    """The program of a seed."""
    return Writer(seed).program()


class Writer(Statements):
    """Writes one program."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        super().__init__(rng, rng.choice([2, 3, 3, 4]), rng.choice([2, 2, 3]))
        self.seed = seed
        rng.shuffle(self.names)
        if self.chance(0.25):
            self.names = rng.sample(COLLIDING, 6) + self.names

    def program(self) -> Program:
        parts: list[Lines] = []
        writers = [
            self.model,
            self.value_helper,
            self.procedure,
            self.procedure,
            self.view_helper,
            self.pair_helper,
            self.recursion,
            self.model,
        ]
        for write in self.rng.sample(writers, self.rng.choice([0, 1, 1, 2])):
            name = write.__name__
            if name not in self.taken:
                self.taken |= {name} - {"procedure"}
                parts.append(write())
        main, arguments = self.main()
        parts.append(main)
        text = "\n\n\n".join("\n".join(part) for part in parts) + "\n"
        return Program(text, f"({', '.join(arguments)},)", self.seed)

    # ------------------------------------------------------------ the function

    def main(self) -> tuple[Lines, Lines]:
        kinds: list[Kind] = [("V", self.n)]
        more: list[Kind] = [
            S,
            S,
            ("V", self.n),
            ("V", self.m),
            ("M", self.m, self.n),
            ("M", self.n, self.n),
            ("L", 2),
            ("L", 2),
        ]
        more += [("LV", 2, self.n), ("LL", self.m, self.n), ("D",), ("D",), ("DV", self.n), ("V", self.m * self.n)]
        kinds += self.rng.sample(more, self.rng.choice([0, 1, 1, 2]))
        kinds += (
            [self.rng.choice([("O", "Model"), ("O", "Model"), ("LO", 2)])]
            if "Model" in self.taken and self.chance(0.5)
            else []
        )
        self.rng.shuffle(kinds)
        head = self.begin(kinds, S)
        self.budget = self.rng.choice([6, 10, 14])
        body = self.open_block(self.budget, 3)
        result = self.total()
        adds = random.Random(f"{self.seed} adds")  # drawn apart, so that the other programs stay as they are
        if adds.random() < 0.15:
            total = self.fresh()
            body += [*self.summed(total), *self.open_block(self.rng.choice([0, 0, 1]), 1)]
            result = adds.choice([f"{total} + {result}", f"2.0 * {total} - ({result})", f"{total} / 3.0 + {result}"])
        body.append(f"return {result}")
        return [head.replace("def ?", "def f"), *indented(body)], [self.value(kind) for kind in kinds]

    def begin(self, kinds: list[Kind], result: Kind | None, first: str = "") -> str:
        """Start a function with parameters of these kinds: its head, with ? for its name."""
        self.scope = {}
        self.result = result
        names = [self.fresh() for _ in kinds]
        for name, kind in zip(names, kinds, strict=True):
            self.hold(name, kind)
        return f"def ?({', '.join([first] * bool(first) + names)}):"

    def open_block(self, count: int, depth: int) -> Lines:
        """The statements of a function; what they bind stays in scope."""
        lines: Lines = []
        while self.budget > 0 and count > 0:
            count -= 1
            self.budget -= 1
            lines += self.statement(depth, "")
        return lines

    def total(self) -> str:
        """A number that depends on much of what is in scope."""
        roots = [path for path, kind in self.scope.items() if kind[0] in "SVML" and not path.endswith("]")]
        made = []
        for path in self.rng.sample(roots, min(len(roots), self.rng.randint(2, 5))) or list(self.scope)[:1]:
            match self.scope[path][0]:
                case "S":
                    made.append(self.rng.choice([path, f"{path} * {path}", f"np.sin({path})"]))
                case "V" | "M":
                    made.append(self.rng.choice([f"np.sum({path})", f"np.sum({path} ** 2)", f"np.sum(np.sin({path}))"]))
                case "L":
                    made.append(self.rng.choice([f"sum({path})", f"{path}[-1] * {path}[0]"]))
                case _:
                    made.append("0.5")
        return " + ".join([*made, self.scalar(1)])

    def value(self, kind: Kind) -> str:
        """The text of an argument."""

        def number() -> str:
            return repr(round(self.rng.uniform(-1.5, 1.5), 3))

        def vector(n: int) -> str:
            return f"np.array([{', '.join(number() for _ in range(n))}])"

        match kind[0]:
            case "V":
                n = size(kind[1])
                return f"{vector(n + n)}[::2]" if self.chance(0.05) else vector(n)
            case "M":
                m, n = size(kind[1]), size(kind[2])
                rows = [[number() for _ in range(n)] for _ in range(m)]
                text = ", ".join(f"[{', '.join(row)}]" for row in rows)
                return f"np.asfortranarray([{text}])" if self.chance(0.1) else f"np.array([{text}])"
            case "L":
                return f"[{', '.join(number() for _ in range(size(kind[1])))}]"
            case "LV":
                return f"[{', '.join(vector(size(kind[2])) for _ in range(size(kind[1])))}]"
            case "LL":
                return f"[{', '.join(self.value(('L', kind[2])) for _ in range(size(kind[1])))}]"
            case "D":
                return f"{{'p': {number()}, 'q': {number()}}}"
            case "DV":
                return f"{{'p': {vector(size(kind[1]))}, 'q': {vector(size(kind[1]))}}}"
            case "LO":
                return f"[{self.value(('O', 'Model'))}, {self.value(('O', 'Model'))}]"
            case "O":
                return f"Model({vector(self.n)}, {number()})"
            case _:
                return number()

    # ------------------------------------------------------------ helpers

    def written(self, name: str, kinds: list[Kind], result: Kind | None, last: str | None) -> Lines:
        """A helper with a few random statements; `last` returns from it."""
        before = self.functions
        head = self.begin(kinds, result)
        self.budget = self.rng.randint(1, 4)
        body = self.open_block(self.budget, 1)
        if last is not None:
            body.append(f"return {self.returned()}")
        self.taken.add(name)
        names = tuple(head[head.index("(") + 1 : -2].split(", "))
        default = kinds[-1] == S and self.chance(0.3)
        self.functions = [*before, Signature(name, tuple(kinds), result, names, default)]
        head = head[:-2] + "=0.3):" if default else head
        return [head.replace("?", name), *indented(body)]

    def value_helper(self) -> Lines:
        return self.written("blend", self.rng.choice([[S, S], [("V", self.n), S], [("V", self.n)]]), S, "")

    def procedure(self) -> Lines:
        kinds = self.rng.choice([[("V", self.n), ("V", self.n)], [("V", self.n), S], [("M", self.m, self.n), S]])
        name = "move" if "move" not in self.taken else "relax"
        return self.written(name, kinds, None, None)

    def pair_helper(self) -> Lines:
        return self.written("both", self.rng.choice([[("V", self.n), S], [("V", self.n)]]), ("pair",), "")

    def view_helper(self) -> Lines:
        return self.written("pick", [("V", self.n), ("V", self.n)], ("V", self.n), "")

    def recursion(self) -> Lines:
        """A recursion over the halves of a vector, which it may write."""
        self.scope = {}
        x = self.fresh()
        self.scope = {f"{x}[0]": S, f"{x}[-1]": S}
        writes = self.rng.choice([[], [f"{x}[0] = {self.scalar(1)}"], [f"{x}[n // 2:] *= {self.scalar(0)}"]])
        between = self.rng.choice([[], [f"{x}[-1] += {self.scalar(1)}"]])
        combine = self.rng.choice(["low + 0.5 * high", "np.sin(low) * high", "low - high * low"])
        self.functions.append(Signature("fold", (("V", self.n),), S))
        body = [f"n = len({x})", "if n == 1:", f"    return {self.rng.choice([f'{x}[0]', self.scalar(1)])}", *writes]
        body += [f"low = fold({x}[:n // 2])", *between, f"high = fold({x}[n // 2:])", f"return {combine}"]
        self.taken |= {"fold", "n", "low", "high"}
        return [f"def fold({x}):", *indented(body)]

    def model(self) -> Lines:
        """A class with an array, a float and a counter."""
        copied = self.rng.choice(["u", "u", "u.copy()", "np.array(u)"])
        start = ["def __init__(self, u, s):", *indented([f"self.u = {copied}", "self.s = s", "self.t = 0"])]
        methods, functions = [], self.functions
        for name, kinds, result in (("step", [("V", self.n), S], None), ("energy", [], S)):
            head = self.begin(list(kinds), result, "self").replace("?", name)
            self.scope |= {"self.u": ("V", self.n), "self.s": S}
            self.budget = self.rng.randint(1, 4) if result is None else 0
            body = self.open_block(self.budget, 1)
            body += ["self.t += 1"] if result is None else [f"return np.sum(self.u * self.u) + {self.scalar(1)}"]
            methods += ["", head, *indented(body)]
        methods += ["", "def look(self):", f"    return self.u{self.rng.choice(['', '', '[::-1]'])}"]
        self.functions = functions
        self.taken.add("Model")
        return ["class Model:", *indented([*start, *methods])]


assert set(PLAIN).isdisjoint(COLLIDING)
