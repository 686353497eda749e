"""Random stores into arrays: elements, slices, rows, columns, masks, integer arrays, whole arrays, through views."""

from __future__ import annotations

from tests.fuzz.expressions import Expressions
from tests.fuzz.scope import Kind

Lines = list[str]


def size(kind: object) -> int:
    return int(str(kind))


class Stores(Expressions):
    """Writes single statements that change arrays."""

    def bind(self, kind: Kind) -> str:
        """A fresh name of a kind, in scope from here."""
        name = self.fresh()
        self.scope[name] = kind
        return name

    def target(self) -> tuple[str, int] | None:
        """A vector that can be written: a name or a view, and its length."""
        n = self.length()
        view = self.view(n)
        return view and (view, n) or None

    def operator(self) -> str:
        return self.rng.choice(["=", "=", "=", "+=", "+=", "-=", "*="])

    def stored(self, target: str, e: str) -> str:
        op = self.operator()
        return f"{target} {op} {self.rng.choice(['0.5 * ', '']) if op == '*=' else ''}{e}"

    def stored_element(self) -> Lines | None:
        a = self.some("M")
        if a and self.chance(0.06):
            return [
                self.stored(f"{a}.flat[{self.index(size(self.scope[a][1]) * size(self.scope[a][2]))}]", self.scalar(1))
            ]
        if a and self.chance(0.4):
            i, j = self.index(size(self.scope[a][1])), self.index(size(self.scope[a][2]))
            return [self.stored(f"{a}[{i}][{j}]" if self.chance(0.2) else f"{a}[{i}, {j}]", self.scalar())]
        found = self.target() if self.chance(0.3) else None
        v = found[0] if found else self.some("V")
        if v is None:
            return None
        n = found[1] if found else size(self.scope[v][1])
        return [self.stored(f"{v}[{self.index(n)}]", self.scalar())]

    def stored_slice(self) -> Lines | None:
        v = self.some("V")
        if v is None:
            return None
        n = size(self.scope[v][1])
        if self.chance(0.15):
            return [f"{v}[{self.rng.choice(['...', ':'])}] = {self.rng.choice([self.vector(n, 1), self.scalar(1)])}"]
        k = self.rng.randint(1, n)
        return [
            self.stored(
                f"{v}[{self.part(n, k)}]", self.rng.choice([self.vector(k, 1), self.vector(k, 1), self.scalar(1)])
            )
        ]

    def stored_block(self) -> Lines | None:
        a = self.some("M")
        if a is None:
            return None
        m, n = size(self.scope[a][1]), size(self.scope[a][2])
        match self.rng.choice(["row", "row", "column", "block", "all", "swap", "transposed", "diagonal"]):
            case "row":
                return [self.stored(f"{a}[{self.index(m)}]", self.rng.choice([self.vector(n, 1), self.scalar(1)]))]
            case "column":
                return [self.stored(f"{a}[:, {self.index(n)}]", self.vector(m, 1))]
            case "block":
                i, j = self.rng.randint(1, m), self.rng.randint(1, n)
                return [
                    self.stored(
                        f"{a}[{self.part(m, i)}, {self.part(n, j)}]",
                        self.rng.choice([self.scalar(1), self.vector(j, 1)]),
                    )
                ]
            case "all":
                return [self.stored(f"{a}[{self.rng.choice(['...', ':'])}]", self.matrix(m, n))]
            case "swap":
                i, j = self.index(m), self.index(m)
                return [f"{a}[{i}], {a}[{j}] = {a}[{j}].copy(), {a}[{i}].copy()"]
            case "transposed":
                return [self.stored(f"{a}.T[{self.index(n)}]", self.vector(m, 1))]
            case _:
                return [f"np.fill_diagonal({a}, {self.scalar(1)})"]

    def stored_where(self) -> Lines | None:
        v = self.some("V")
        if v is None:
            return None
        n = size(self.scope[v][1])
        mask = f"{v} {self.rng.choice(['<', '>'])} {self.threshold()}"
        indices = [self.rng.randrange(n) for _ in range(self.rng.randint(1, n))]
        match self.rng.choice(["mask", "mask", "named", "named", "array", "array", "two", "at"]):
            case "mask":
                return [self.stored(f"{v}[{mask}]", self.scalar(1))]
            case "named":
                name = self.fresh()
                return [f"{name} = {mask}", self.stored(f"{v}[{name}]", f"({self.vector(n, 1)})[{name}]")]
            case "array" if (j := self.some("J")) and n == self.n:
                return [self.stored(f"{v}[{j}]", self.rng.choice([self.vector(n, 1), self.scalar(1)]))]
            case "array":
                return [self.stored(f"{v}[{indices}]", self.rng.choice([self.vector(len(indices), 1), self.scalar(1)]))]
            case "at":
                ufunc = self.rng.choice(["add", "subtract", "add"])
                return [
                    f"np.{ufunc}.at({v}, {indices}, {self.rng.choice([self.vector(len(indices), 1), self.scalar(1)])})"
                ]
            case _:
                a = self.some("M")
                if a is None:
                    return None
                m, n = size(self.scope[a][1]), size(self.scope[a][2])
                i, j = ([self.rng.randrange(k) for _ in range(2)] for k in (m, n))
                return [self.stored(f"{a}[{i}, {j}]", self.rng.choice([self.vector(2, 0), self.scalar(1)]))]

    def augmented_array(self) -> Lines | None:
        a = self.some(self.rng.choice(["V", "V", "M"]))
        if a is None or "fixed" in self.scope[a]:
            return None
        kind = self.scope[a]
        e = self.vector(size(kind[1]), 1) if kind[0] == "V" else self.matrix(size(kind[1]), size(kind[2]))
        form = self.rng.choice([f"+= 0.5 * {e}", f"-= {e}", f"*= {self.scalar(1)}", f"*= {e}", f"/= 1.5 + np.sin({e})"])
        return [f"{a} {form}" if self.chance(0.9) else f"{a} **= 2"]

    def rebound_array(self) -> Lines | None:
        v = self.some("V")
        if v is None or "fixed" in self.scope[v]:
            return None
        n = size(self.scope[v][1])
        return [f"{v} = {self.rng.choice([self.vector(n), self.view(n) or self.vector(n), f'{v}[::-1]'])}"]

    def swapped(self) -> Lines | None:
        v = self.some(self.rng.choice(["V", "V", "V", "M", "L", "S", "O"]))
        if v is None or v in self.frozen or "fixed" in self.scope[v]:
            return None
        others = [w for w, kind in self.scope.items() if kind == self.scope[v] and w != v and w not in self.frozen]
        if not others:
            return None
        w = self.rng.choice(others)
        return [f"{v}, {w} = {w}, {v}"]

    def alias_in_a_branch(self) -> Lines | None:
        v = self.some("V")
        if v is None:
            return None
        n = size(self.scope[v][1])
        start = self.rng.choice([f"{v}.copy()", f"np.zeros({n})", self.vector(n, 0)])
        name = self.bind(("V", n))
        other = self.rng.choice([v, f"{v}[::-1]", self.view(n) or v])
        return [
            f"{name} = {start}",
            f"if {self.condition()}:",
            f"    {name} = {other}",
            self.stored(f"{name}[{self.index(n)}]", self.scalar(1)),
        ]

    def stored_by_numpy(self) -> Lines | None:
        found = self.target()
        if found is None:
            return None
        v, n = found
        e = self.vector(n, 1)
        forms = [f"np.copyto({v}, {e})", f"{v}.fill({self.scalar(1)})", f"np.sin({e}, out={v})"]
        forms += [f"np.multiply({e}, {self.vector(n, 0)}, out={v})", f"np.add({v}, {e}, out={v})", f"{v}.sort()"]
        forms += [f"np.put({v}, {[self.rng.randrange(n)]}, {self.scalar(1)})"]
        return [self.rng.choice(forms)]
