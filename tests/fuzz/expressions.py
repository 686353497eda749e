"""Random expressions over what is in scope.

Values stay bounded and smooth: products are damped, and what has a pole is given an argument away from it.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.scope import Kind, S, Scope, Signature


class Expressions(Scope):
    """Writes expressions."""

    # ------------------------------------------------------------ numbers, indices, conditions

    def constant(self) -> str:
        return repr(round(self.rng.choice((-1, 1, 1)) * self.rng.uniform(0.1, 1.6), 2))

    def index(self, n: int) -> str:
        """An int at which a sequence of length n has an element."""
        ints = [name for name in self.of("I") if int(str(self.scope[name][1])) <= n]
        others = self.of("I")
        array = self.some("J")
        if array and int(str(self.scope[array][1])) <= n and self.chance(0.2):
            return f"{array}[{self.rng.randrange(2)}]"
        if ints and self.chance(0.7):
            i = self.rng.choice(ints)
            return self.rng.choice([i, i, i, f"{i} - 1", f"({i} + 1) % {n}", f"-{i} - 1", f"{n - 1} - {i}"])
        if others and self.chance(0.5):
            return f"{self.rng.choice(others)} % {n}"
        return str(self.rng.choice([self.rng.randrange(n), self.rng.randrange(n), -1]))

    def threshold(self) -> str:
        return repr(round(self.rng.uniform(-0.7, 0.7), 2))

    def condition(self, depth: int = 1) -> str:
        def on_ints() -> str | None:
            i = self.some("I")
            return i and self.rng.choice([f"{i} % 2 == 0", f"{i} == 1", f"{i} > 0", f"{i} != 2", f"not {i}"])

        def on_data() -> str:
            a, op = self.scalar(1), self.rng.choice(["<", ">", "<=", ">="])
            if self.chance(0.07):
                return f"{self.threshold()} < {a} < {self.constant()}"
            return f"{a} {op} {self.threshold() if self.chance(0.7) else self.scalar(1)}"

        def joined() -> str | None:
            if depth == 0:
                return None
            a, b = self.condition(0), self.condition(0)
            return self.rng.choice([f"{a} and {b}", f"{a} or {b}", f"not ({a} or {b})"])

        def on_all() -> str | None:
            v = self.some("V")
            return v and self.rng.choice([f"np.any({v} > {self.threshold()})", f"({v} < {self.threshold()}).all()"])

        def on_flag() -> str | None:
            flag = self.some("B")
            return flag and self.rng.choice([flag, f"not {flag}"])

        return self.first([(4, on_data), (3, on_ints), (2, on_flag), (1, joined), (0.4, on_all)], "True")

    # ------------------------------------------------------------ floats

    def scalar(self, depth: int = 2) -> str:
        deeper: list[tuple[float, Callable[[], str | None]]] = [
            (4, lambda: self.smooth(self.scalar(depth - 1))),
            (4, lambda: self.binary(self.scalar(depth - 1), self.scalar(depth - 1))),
            (1, lambda: f"({self.scalar(depth - 1)} if {self.condition(0)} else {self.scalar(depth - 1)})"),
            (0.4, lambda: f"{self.rng.choice(['max', 'min'])}({self.scalar(depth - 1)}, {self.scalar(depth - 1)})"),
            (1.2, lambda: self.call(S, depth - 1)),
            (1.5, lambda: self.reduced(depth - 1)),
            (0.3, lambda: self.comprehension(depth - 1)),
        ]
        leaves: list[tuple[float, Callable[[], str | None]]] = [
            (4, lambda: self.some("S")),
            (4, self.element),
            (1, self.constant),
            (0.3, lambda: self.some("I")),
        ]
        return self.first(deeper + [(5, leaves[0][1]), (5, leaves[1][1])] if depth > 0 else leaves, "0.5")

    def element(self) -> str | None:
        matrix = self.some("M")
        if matrix and self.chance(0.4):
            _, m, n = self.scope[matrix]
            i, j = self.index(int(str(m))), self.index(int(str(n)))
            return f"{matrix}[{i}][{j}]" if self.chance(0.2) else f"{matrix}[{i}, {j}]"
        vector = self.some(self.rng.choice(["V", "V", "V", "L", "Q"]))
        return vector and f"{vector}[{self.index(int(str(self.scope[vector][1])))}]"

    def smooth(self, e: str) -> str:
        """A bounded smooth function of e, a float or an array."""
        return self.rng.choice(
            [
                f"np.sin({e})",
                f"np.tanh({e})",
                f"np.cos({e})",
                f"0.3 * ({e})",
                f"np.sin({e}) ** 2",
                f"np.exp(-({e}) ** 2)",
                f"np.sqrt(1.0 + ({e}) ** 2)",
                f"np.log1p(({e}) ** 2)",
                f"np.tanh({e}) ** 3",
                f"-({e})",
                f"np.exp(0.3 * np.sin({e}))",
                f"abs({e})",
            ]
        )

    def binary(self, a: str, b: str) -> str:
        op = self.rng.choice(["+", "+", "-", "*", "*", "/"])
        return f"({a} / (1.5 + np.sin({b})))" if op == "/" else f"({a} {op} {b})"

    def reduced(self, depth: int) -> str | None:
        def of_vector() -> str:
            v = self.vector(self.length(), depth)
            return self.rng.choice([f"np.sum({v})", f"({v}).sum()", f"np.mean({v})", f"np.max({v})"])

        def product() -> str:
            n = self.length()
            a, b = self.vector(n, depth), self.vector(n, depth)
            return self.rng.choice([f"({a} @ {b})", f"np.dot({a}, {b})", f"np.sum({a} * {b})"])

        def of_matrix() -> str | None:
            a = self.some("M")
            return a and self.rng.choice([f"{a}.sum()", f"np.sum({a} * {a})", f"{a}.mean()", f"np.trace({a})"])

        def of_list() -> str | None:
            a = self.some("L")
            return a and self.rng.choice([f"sum({a})", f"sum({a}[:2])", f"max({a})"])

        def of_dict() -> str | None:
            a = self.some("D")
            return a and f"sum({a}.values())"

        return self.first([(3, of_vector), (2, product), (1, of_matrix), (1, of_list), (0.4, of_dict)], "0.5")

    def comprehension(self, depth: int) -> str | None:
        v = self.some(self.rng.choice(["V", "L"]))
        tested = f" if item > {self.threshold()}" if self.chance(0.3) else ""
        return v and f"sum([np.sin(item) * {self.scalar(0)} for item in {v}{tested}])"

    def call(self, result: Kind, depth: int) -> str | None:
        """A call of a function that returns `result`."""
        found = [function for function in self.functions if function.result == result]
        if not found:
            return None
        function = self.rng.choice(found)
        return f"{function.name}({self.arguments(function, depth)})"

    def arguments(self, function: Signature, depth: int = 1) -> str:
        """The arguments of a call."""
        made = [self.argument(kind, depth) for kind in function.parameters]
        if function.names and self.chance(0.3):
            made[-1] = f"{function.names[-1]}={made[-1]}"
        if function.default and self.chance(0.4):
            del made[-1]
        return ", ".join(made)

    def argument(self, kind: Kind, depth: int = 1) -> str:
        """An expression of a kind, for a parameter."""
        match kind[0]:
            case "S":
                return self.scalar(min(depth, 1))
            case "V":
                n = int(str(kind[1]))
                return self.view(n) or self.vector(n, min(depth, 1))
            case "M":
                return self.some(*kind) or self.matrix(int(str(kind[1])), int(str(kind[2])), 0)
            case _:
                return self.some(*kind) or "None"

    # ------------------------------------------------------------ arrays

    def length(self) -> int:
        return self.n if self.chance(0.75) else self.m

    def view(self, n: int) -> str | None:
        """A vector of length n that shares memory with something in scope."""

        def name() -> str | None:
            return self.some("V", n)

        def backwards() -> str | None:
            v = self.some("V", n)
            return v and f"{v}[::-1]"

        def part() -> str | None:
            longer = [v for v in self.of("V") if int(str(self.scope[v][1])) > n]
            if not longer:
                return None
            v = self.rng.choice(longer)
            return f"{v}[{self.part(int(str(self.scope[v][1])), n)}]"

        def row() -> str | None:
            rows = [a for a in self.of("M") if self.scope[a][2] == n]
            if not rows:
                return None
            a = self.rng.choice(rows)
            i = self.index(int(str(self.scope[a][1])))
            return self.rng.choice([f"{a}[{i}]", f"{a}[{i}]", f"{a}[{i}, :]", f"{a}.T[:, {i}]"])

        def column() -> str | None:
            columns = [a for a in self.of("M") if self.scope[a][1] == n]
            if not columns:
                return None
            a = self.rng.choice(columns)
            j = self.index(int(str(self.scope[a][2])))
            return self.rng.choice([f"{a}[:, {j}]", f"{a}[:, {j}]", f"{a}.T[{j}]", f"{a}[::-1, {j}]"])

        def flat() -> str | None:
            a = self.some("M")
            if a is None:
                return None
            size = int(str(self.scope[a][1])) * int(str(self.scope[a][2]))
            if size < n:
                return None
            return f"{a}.{self.rng.choice(['ravel()', 'reshape(-1)'])}[{self.part(size, n)}]"

        def held() -> str | None:
            a = self.some("LV")
            o = self.some("O")
            if o and n == self.n and self.chance(0.4):
                return f"{o}.look()"
            if a is None or self.scope[a][2] != n:
                return None
            return f"{a}[{self.index(int(str(self.scope[a][1])))}]"

        options = [(5.0, name), (1.0, backwards), (2.0, part), (2.0, row), (1.5, column), (0.7, flat), (1.5, held)]
        return self.first(options, "") or None

    def part(self, size: int, n: int) -> str:
        """A slice that takes n elements out of `size`."""
        made = []
        for start in range(size):
            for step in (1, 2, -1, -2, 3):
                stop = start + step * n
                if start + step * (n - 1) in range(size):
                    first = str(start) if start or step < 0 else ""
                    last = str(stop) if 0 <= stop < size else ""
                    made.append(f"{first}:{last}" + (f":{step}" if step != 1 else ""))
        ones = [text for text in made if text.count(":") == 1]
        return self.rng.choice(ones if ones and self.chance(0.7) else made)

    def vector(self, n: int, depth: int = 2) -> str:
        def joined() -> str:
            a, b = self.vector(n, depth - 1), self.vector(n, depth - 1) if self.chance(0.5) else self.scalar(1)
            return self.binary(a, b)

        def chosen() -> str | None:
            v = self.some("V", n)
            return v and f"np.where({v} > {self.threshold()}, {self.vector(n, 0)}, {self.vector(n, 0)})"

        def times_matrix() -> str | None:
            a = self.some("M")
            if a is None or n not in self.scope[a][1:]:
                return None
            _, rows, columns = self.scope[a]
            if rows == n:
                return f"({a} @ {self.vector(int(str(columns)), 0)})"
            return f"({self.vector(int(str(rows)), 0)} @ {a})"

        def along() -> str | None:
            a = self.some("M")
            if a is None or n not in self.scope[a][1:]:
                return None
            return f"{a}.sum(axis={0 if self.scope[a][2] == n else 1})"

        def summed() -> str | None:
            a = self.some("LV")
            if a is None or self.scope[a][2] != n:
                return None
            return self.rng.choice([f"sum({a})", f"np.stack({a}).sum(axis=0)", f"np.array({a})[0]"])

        def taken() -> str | None:
            v = self.some("V")
            if v is None:
                return None
            size = int(str(self.scope[v][1]))
            return f"{v}[{[self.rng.randrange(size) for _ in range(n)]}]"

        leaves: list[tuple[float, Callable[[], str | None]]] = [
            (8, lambda: self.view(n)),
            (1, lambda: f"np.array([{', '.join(self.scalar(0) for _ in range(n))}])"),
            (0.3, lambda: f"np.full({n}, {self.scalar(0)})"),
        ]
        if depth <= 0:
            return self.first(leaves, f"np.ones({n})")
        deeper: list[tuple[float, Callable[[], str | None]]] = [
            (4, lambda: self.smooth(self.vector(n, depth - 1))),
            (5, joined),
            (1, chosen),
            (0.7, times_matrix),
            (0.7, along),
            (0.7, taken),
            (0.7, summed),
            (0.5, lambda: f"np.concatenate([{self.vector(1, 0)}, {self.vector(n - 1, 0)}])" if n > 1 else None),
            (0.5, lambda: f"np.cumsum({self.vector(n, depth - 1)})"),
            (0.5, lambda: f"np.maximum({self.vector(n, 0)}, {self.vector(n, 0)})"),
            (0.4, lambda: f"np.array([np.sin(item) for item in {self.vector(n, 0)}])"),
            (0.8, lambda: self.call(("V", n), depth - 1)),
        ]
        return self.first(deeper + leaves, f"np.ones({n})")

    def matrix(self, m: int, n: int, depth: int = 1) -> str:
        def name() -> str | None:
            return self.some("M", m, n)

        def transposed() -> str | None:
            a = self.some("M", n, m)
            return a and f"{a}.T"

        def outer() -> str:
            a, b = self.vector(m, 0), self.vector(n, 0)
            return self.rng.choice([f"np.outer({a}, {b})", f"({a})[:, None] * {b}", f"({b})[None, :] + ({a})[:, None]"])

        def joined() -> str | None:
            if depth <= 0:
                return None
            return self.binary(self.matrix(m, n, depth - 1), self.rng.choice([self.scalar(1), self.vector(n, 0)]))

        def mapped() -> str | None:
            return self.smooth(self.matrix(m, n, depth - 1)) if depth > 0 else None

        return self.first([(4, name), (2, transposed), (1, outer), (2, joined), (2, mapped)], f"np.ones(({m}, {n}))")
