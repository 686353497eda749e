"""Random statements: they change the scope that expressions read.

A block sees what was in scope before it and leaves only that behind: a name bound inside a branch or a loop is not
read after it. What is in scope keeps its kind whatever happens to it.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.expressions import KEYS, Expressions, Kind, S

Lines = list[str]


def indented(lines: Lines) -> Lines:
    return ["    " + line for line in lines]


def size(kind: object) -> int:
    return int(str(kind))


class Statements(Expressions):
    """Writes blocks of statements; `self.budget` bounds how many."""

    budget = 12
    result: Kind | None = S  # what a `return` in the function that is being written gives
    frozen: frozenset[str] = frozenset()  # lists that are being iterated over

    # ------------------------------------------------------------ blocks

    def block(self, count: int, depth: int, loop: str = "") -> Lines:
        """Statements in a scope of their own; `loop` is "for" or "while" inside a loop."""
        before = dict(self.scope)
        lines: Lines = []
        for at in range(count):
            if at and self.budget <= 0:
                break
            self.budget -= 1
            lines += self.statement(depth if self.budget > 0 else 0, loop)
        self.scope = before
        return lines

    def statement(self, depth: int, loop: str) -> Lines:
        options: list[tuple[float, Callable[[], Lines | None]]] = [
            (3, self.new_scalar),
            (3, self.changed_scalar),
            (3, self.new_vector),
            (1, self.new_matrix),
            (1.2, self.new_container),
            (6, self.stored_element),
            (4, self.stored_slice),
            (2, self.stored_block),
            (1.5, self.stored_where),
            (2, self.augmented_array),
            (1.5, self.rebound_array),
            (1.2, self.called_procedure),
            (2.5, self.changed_list),
            (1.5, self.changed_dict),
            (1.2, self.swapped),
            (0.4, self.stored_by_numpy),
            (1, self.alias_in_a_branch),
            (1.5, self.new_object),
            (2, self.called_method),
        ]
        if depth > 0:
            options += [(4, lambda: self.branch(depth, loop)), (5, lambda: self.for_loop(depth))]
            options += [(1.5, lambda: self.while_loop(depth))]
        if loop:
            options += [(1.5, lambda: self.jump(loop))]
        elif depth > 0:
            options += [(0.5, self.early_return)]
        while True:
            at = self.rng.choices(range(len(options)), [weight for weight, _ in options])[0]
            made = options.pop(at)[1]()
            if made is not None:
                return made

    def bind(self, kind: Kind) -> str:
        """A fresh name of a kind, in scope from here."""
        name = self.fresh()
        self.scope[name] = kind
        return name

    # ------------------------------------------------------------ names

    def new_scalar(self) -> Lines:
        e = self.scalar()
        return [f"{self.bind(S)} = {e}"]

    def changed_scalar(self) -> Lines | None:
        s = self.some("S")
        if s is None or "[" in s and self.rng.random() < 0.5:
            return None
        other = self.some("S")
        forms = [f"{s} = {self.scalar()}", f"{s} += {self.scalar(1)}", f"{s} *= {self.constant()}"]
        forms += [f"{s} -= 0.3 * {self.scalar(1)}", f"{s} /= 1.5 + np.sin({self.scalar(0)})"]
        if other and other != s:
            forms.append(f"{s}, {other} = {self.scalar(1)}, {s} * 0.5")
        return [self.rng.choice(forms)]

    def new_vector(self) -> Lines:
        n = self.length()
        view = self.view(n)
        forms = [f"np.zeros({n})", f"({self.vector(n, 1)}) * 1.0", self.vector(n)]
        if view:
            forms += [view, view, view, f"{view}.copy()", f"np.array({view})", f"np.zeros_like({view})"]
            other = self.view(n)
            forms += [f"{view} if {self.condition(0)} else {other}"] if self.chance(0.3) else []
        e = self.rng.choice(forms)
        return [f"{self.bind(('V', n))} = {e}"]

    def new_matrix(self) -> Lines:
        m, n = self.rng.choice([(self.m, self.n), (self.n, self.n), (self.n, self.m)])
        forms = [f"np.zeros(({m}, {n}))", self.matrix(m, n, 1), f"np.array([{', '.join([self.vector(n, 0)] * m)}])"]
        same, other = self.some("M", m, n), self.some("M", n, m)
        forms += [same, f"{same}.copy()", f"{same}[::-1]"] if same else []
        forms += [f"{other}.T"] if other else []
        flat = [v for v in self.of("V") if self.scope[v][1] == m * n]
        forms += [f"{self.rng.choice(flat)}.reshape({m}, {n})"] * 3 if flat else []
        e = self.rng.choice(forms)
        return [f"{self.bind(('M', m, n))} = {e}"]

    def new_container(self) -> Lines:
        match self.rng.choice(["L", "L", "comprehension", "LV", "LV", "D", "DV", "alias"]):
            case "L":
                items = [self.scalar(1) for _ in range(self.rng.randint(1, 3))]
                e, kind = f"[{', '.join(items)}]", ("L", len(items))
            case "comprehension":
                e, kind = f"[{self.scalar(1)} * k for k in range({self.n})]", ("L", self.n)
            case "LV":
                count = self.rng.randint(2, 3)
                e = f"[{', '.join(self.view(self.n) or self.vector(self.n, 1) for _ in range(count))}]"
                kind = ("LV", count, self.n)
                if self.chance(0.2):
                    e = f"[np.zeros({self.n}) for _ in range({count})]"
            case "D":
                e, kind = f"{{'p': {self.scalar(1)}, 'q': {self.scalar(1)}}}", ("D",)
            case "DV":
                e = ", ".join(f"'{key}': {self.view(self.n) or self.vector(self.n, 1)}" for key in KEYS)
                e, kind = f"{{{e}}}", ("DV", self.n)
            case _:
                path = self.some(self.rng.choice(["L", "LV", "D", "DV"]))
                if path is None or path in self.frozen:
                    return self.new_vector()
                e, kind = path, self.scope[path]
        name = self.bind(kind)
        self.hold(name, kind)
        return [f"{name} = {e}"]

    def hold(self, name: str, kind: Kind) -> None:
        """Put the paths through a container into scope."""
        self.scope[name] = kind
        match kind[0]:
            case "L":
                self.scope |= {f"{name}[{i}]": S for i in (0, -1)}
            case "LV":
                self.scope |= {f"{name}[{i}]": ("V", kind[2]) for i in range(2)}
            case "D":
                self.scope |= {f"{name}['{key}']": S for key in KEYS}
            case "DV":
                self.scope |= {f"{name}['{key}']": ("V", kind[1]) for key in KEYS}
            case "O":
                self.scope |= {f"{name}.u": ("V", self.n), f"{name}.s": S}

    # ------------------------------------------------------------ stores into arrays

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
        return [self.stored(f"{v}[{self.part(n, k)}]", self.rng.choice([self.vector(k, 1), self.vector(k, 1), self.scalar(1)]))]

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
                return [self.stored(f"{a}[{self.part(m, i)}, {self.part(n, j)}]", self.rng.choice([self.scalar(1), self.vector(j, 1)]))]
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
            case "array":
                return [self.stored(f"{v}[{indices}]", self.rng.choice([self.vector(len(indices), 1), self.scalar(1)]))]
            case "at":
                ufunc = self.rng.choice(["add", "subtract", "add"])
                return [f"np.{ufunc}.at({v}, {indices}, {self.rng.choice([self.vector(len(indices), 1), self.scalar(1)])})"]
            case _:
                a = self.some("M")
                if a is None:
                    return None
                m, n = size(self.scope[a][1]), size(self.scope[a][2])
                i, j = ([self.rng.randrange(k) for _ in range(2)] for k in (m, n))
                return [self.stored(f"{a}[{i}, {j}]", self.rng.choice([self.vector(2, 0), self.scalar(1)]))]

    def augmented_array(self) -> Lines | None:
        a = self.some(self.rng.choice(["V", "V", "M"]))
        if a is None:
            return None
        kind = self.scope[a]
        e = self.vector(size(kind[1]), 1) if kind[0] == "V" else self.matrix(size(kind[1]), size(kind[2]))
        form = self.rng.choice([f"+= 0.5 * {e}", f"-= {e}", f"*= {self.scalar(1)}", f"*= {e}", f"/= 1.5 + np.sin({e})"])
        return [f"{a} {form}" if self.chance(0.9) else f"{a} **= 2"]

    def rebound_array(self) -> Lines | None:
        v = self.some("V")
        if v is None:
            return None
        n = size(self.scope[v][1])
        return [f"{v} = {self.rng.choice([self.vector(n), self.view(n) or self.vector(n), f'{v}[::-1]'])}"]

    def swapped(self) -> Lines | None:
        v = self.some(self.rng.choice(["V", "V", "V", "M", "L", "S", "O"]))
        if v is None or v in self.frozen:
            return None
        others = [w for w in self.of(*self.scope[v]) if w != v and w not in self.frozen]
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
        return [f"{name} = {start}", f"if {self.condition()}:", f"    {name} = {other}", self.stored(f"{name}[{self.index(n)}]", self.scalar(1))]

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

    # ------------------------------------------------------------ containers

    def changed_list(self) -> Lines | None:
        a = self.some(self.rng.choice(["L", "L", "LV"]))
        if a is None:
            return None
        kind = self.scope[a]
        if kind[0] == "LV":
            i, n = self.index(size(kind[1])), size(kind[2])
            e = self.vector(n, 1)
            return [self.rng.choice([f"{a}[{i}] = {self.view(n) or e}", f"{a}[{i}] = {e}", f"{a}[{i}] *= {self.scalar(1)}", f"{a}[{i}] += {e}"])]
        n = size(kind[1])
        forms = [self.stored(f"{a}[{self.index(n)}]", self.scalar(1)) for _ in range(3)]
        forms += [f"{a}[{self.index(n)}], {a}[{self.index(n)}] = {a}[-1], {self.scalar(1)}"]
        if a not in self.frozen:
            e = self.scalar(1)
            forms += [f"{a}.append({e})"] * 3
            forms += [f"{a}.extend([{e}, {self.scalar(0)}])", f"{a}.insert(0, {e})", f"{a} += [{e}]", f"{a}.reverse()"]
            forms += [f"{a}[:1] = [{e}, {self.scalar(0)}]", f"{a}[:] = [item * 0.5 for item in {a}]", f"{a} = {a}[::-1]"]
            if self.chance(0.35):
                s = self.some("S")
                taken = self.rng.choice([f"{a}.pop()", f"{a}.pop(0)"])
                return [f"if len({a}) > {n}:", f"    {f'{s} = ' if s else ''}{taken}" if self.chance(0.8) else f"    del {a}[0]"]
        return [self.rng.choice(forms)]

    def changed_dict(self) -> Lines | None:
        a = self.some(self.rng.choice(["D", "DV"]))
        if a is None:
            return None
        key = self.rng.choice(KEYS)
        if self.scope[a][0] == "DV":
            n = size(self.scope[a][1])
            e = self.vector(n, 1)
            return [self.rng.choice([f"{a}['{key}'] = {self.view(n) or e}", f"{a}['{key}'] += {e}", f"{a}['{key}'][{self.index(n)}] = {self.scalar(1)}"])]
        e = self.scalar(1)
        forms = [f"{a}['{key}'] = {e}", f"{a}['{key}'] += {e}", f"{a}['r'] = {a}.get('r', 0.0) + {e}"]
        forms += [f"{a}.update(p={e})", f"{a}['{key}'] = {a}.pop('{key}') * {e}", f"{a}.setdefault('r', {e})"]
        return [self.rng.choice(forms)]

    # ------------------------------------------------------------ calls and objects

    def called_procedure(self) -> Lines | None:
        found = [function for function in self.functions if function.result is None]
        if not found:
            return None
        function = self.rng.choice(found)
        return [f"{function.name}({', '.join(self.argument(kind) for kind in function.parameters)})"]

    def new_object(self) -> Lines | None:
        if "Model" not in self.taken or self.of("O") and self.chance(0.5):
            return None
        if self.of("O") and self.chance(0.4):
            e = str(self.some("O"))
        else:
            e = f"Model({self.view(self.n) or self.vector(self.n, 1)}, {self.scalar(1)})"
        name = self.bind(("O", "Model"))
        self.hold(name, ("O", "Model"))
        return [f"{name} = {e}"]

    def called_method(self) -> Lines | None:
        a = self.some("O")
        if a is None:
            return None
        if self.chance(0.3):
            return [f"{self.bind(S)} = {a}.energy()"]
        return [f"{a}.step({self.argument(('V', self.n))}, {self.scalar(0)})"]

    # ------------------------------------------------------------ control flow

    def branch(self, depth: int, loop: str) -> Lines:
        lines = [f"if {self.condition()}:", *indented(self.block(self.rng.randint(1, 3), depth - 1, loop))]
        if self.chance(0.2):
            lines += [f"elif {self.condition()}:", *indented(self.block(self.rng.randint(1, 2), depth - 1, loop))]
        if self.chance(0.5):
            lines += ["else:", *indented(self.block(self.rng.randint(1, 2), depth - 1, loop))]
        return lines

    def for_loop(self, depth: int) -> Lines:
        before, frozen = dict(self.scope), self.frozen
        head = self.loop_head()
        lines = [f"for {head}:", *indented(self.block(self.rng.randint(1, 4), depth - 1, "for"))]
        self.scope, self.frozen = before, frozen
        if self.chance(0.1):
            lines += ["else:", *indented(self.block(1, 0))]
        return lines

    def loop_head(self) -> str:
        n = self.rng.choice([self.n, self.n, self.m])
        v, w, a = self.some("V"), self.some("V"), self.some("L")
        choice = self.rng.choice(["range"] * 8 + ["enumerate", "zip", "each", "rows", "list", "items", "held", "len"])
        match choice:
            case "enumerate" if v:
                k = size(self.scope[v][1])
                return f"{self.bind(('I', k))}, {self.bind(S)} in enumerate({v})"
            case "zip" if v and w:
                return f"{self.bind(S)}, {self.bind(S)} in zip({v}, {w})"
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
        trips = [f"range({n})"] * 4 + [f"range(1, {n})", f"range({n - 1}, -1, -1)", f"range(0, {n}, 2)", f"range({n - 1})"]
        trips += [f"range({n - 1}, 0, -2)", "range(0)"]
        if self.of("I") and self.chance(0.3):
            trips = [f"range({self.index(n)}, {n})", f"range({self.some('I')})"]
        return f"{self.bind(('I', n))} in {self.rng.choice(trips)}"

    def while_loop(self, depth: int) -> Lines:
        before = dict(self.scope)
        k, n = self.fresh(), self.rng.randint(1, 4)
        first = self.chance(0.3)
        tests = [f"{k} < {n}"] * 2 + [f"{k} < {n} and {self.condition(0)}", f"{self.condition(0)} and {k} < {n}"]
        test = self.rng.choice([*tests, "True"])
        self.scope[k] = ("I", n + 1)
        lines = [f"{k} = 0", f"while {test}:", f"    {k} += 1"]
        if test == "True":
            lines += [f"    if {k} > {n} or {self.condition(0)}:", "        break"]
        lines += indented(self.block(self.rng.randint(1, 3), depth - 1, "while"))
        self.scope = before
        if first and test != "True":
            lines += ["else:", *indented(self.block(1, 0))]
        return lines

    def jump(self, loop: str) -> Lines:
        jump = self.rng.choice(["break", "break", "continue", "continue", f"return {self.returned()}".rstrip()])
        return [f"if {self.condition()}:", *indented(self.block(1, 0)) * self.chance(0.3), f"    {jump}"]

    def early_return(self) -> Lines:
        return [f"if {self.condition()}:", f"    return {self.returned()}".rstrip()]

    def returned(self) -> str:
        """What a function of this kind returns."""
        match self.result:
            case None:
                return ""
            case ("S",):
                return self.scalar()
            case (_, n):
                return self.view(size(n)) or self.vector(size(n), 1)
            case _:
                return "0.5"
