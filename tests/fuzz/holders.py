"""Random statements about names and what holds things: new arrays, lists, dicts and objects, and changes of them."""

from __future__ import annotations

from tests.fuzz.scope import KEYS, Kind, S, Signature
from tests.fuzz.stores import Lines, Stores, size


class Holders(Stores):
    """Writes single statements that bind names, and that change lists, dicts and objects."""

    frozen: frozenset[str] = frozenset()  # lists that are being iterated over

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
        given = self.call(("V", n), 1)
        e = self.rng.choice([*forms, given, given] if given else forms)
        return [f"{self.bind(('V', n))} = {e}"]

    def new_matrix(self) -> Lines:
        m, n = self.rng.choice([(self.m, self.n), (self.n, self.n), (self.n, self.m)])
        forms = [f"np.zeros(({m}, {n}))", self.matrix(m, n, 1), f"np.array([{', '.join([self.vector(n, 0)] * m)}])"]
        same, other = self.some("M", m, n), self.some("M", n, m)
        column = self.some("V")
        if column and self.chance(0.3):
            k = size(self.scope[column][1])
            e = self.rng.choice([f"{column}[:, None]", f"{column}[None]", f"{column}.reshape(1, -1)"])
            return [f"{self.bind(('M', k, 1) if ':' in e else ('M', 1, k))} = {e}"]
        forms += [same, f"{same}.copy()", f"{same}[::-1]"] if same else []
        forms += [f"{other}.T"] if other else []
        larger = [a for a in self.of("M") if size(self.scope[a][1]) >= m and size(self.scope[a][2]) >= n]
        if larger:
            a = self.rng.choice(larger)
            forms += [f"{a}[{self.part(size(self.scope[a][1]), m)}, {self.part(size(self.scope[a][2]), n)}]"] * 2
        flat = [v for v in self.of("V") if self.scope[v][1] == m * n]
        forms += [f"{self.rng.choice(flat)}.reshape({m}, {n})"] * 3 if flat else []
        e = self.rng.choice(forms)
        return [f"{self.bind(('M', m, n))} = {e}"]

    def new_int(self) -> Lines | None:
        """An int that depends on the data, or a counter."""
        counter = next((path for path in self.of("I") if self.scope[path][1] == 1000), None)
        if counter and self.chance(0.7):
            return [f"{counter} += {self.rng.choice(['1', '2', f'len({v})' if (v := self.some('V')) else '1'])}"]
        v = self.some("V")
        if self.chance(0.25):
            name = self.some("J") or self.bind(("J", self.n))
            if self.chance(0.5) and self.scope[name][0] == "J" and name in self.of("J")[:-1]:
                return [f"{name}[{self.index(self.n)}] = {self.rng.randrange(self.n)}"]
            return [f"{name} = np.array({[self.rng.randrange(self.n) for _ in range(self.n)]})"]
        if v and self.chance(0.5):
            e = self.rng.choice([f"int(np.argmax({v}))", f"np.argmin({v})"])
            return [f"{self.bind(('I', self.scope[v][1]))} = {e}"]
        return [f"{self.bind(('I', 1000))} = {self.rng.randrange(3)}"]

    def new_flag(self) -> Lines:
        """A truth value, or a change of one."""
        flag = self.some("B")
        if flag is None:
            e = self.rng.choice(["True", "False", self.condition()])
            return [f"{self.bind(('B',))} = {e}"]
        return [self.rng.choice([f"{flag} = not {flag}", f"{flag} = {self.condition()}"])]

    def new_function(self) -> Lines | None:
        """A closure over what is in scope."""
        name, z = self.fresh(), self.fresh()
        before = dict(self.scope)
        v = self.some("V")
        if v and self.chance(0.4):
            self.scope[z] = S
            n = size(before[v][1])
            lines = [self.stored(f"{v}[{self.index(n)}]", self.scalar(1)) for _ in range(self.rng.randint(1, 2))]
            self.scope = before
            self.functions = [*self.functions, Signature(name, (S,), None)]
            return [f"def {name}({z}):", *(f"    {line}" for line in lines)]
        self.scope[z] = S
        e = self.scalar()
        self.scope = before
        self.functions = [*self.functions, Signature(name, (S,), S)]
        return [f"{name} = lambda {z}: {e}"] if self.chance(0.5) else [f"def {name}({z}):", f"    return {e}"]

    def new_container(self) -> Lines:
        match self.rng.choice(
            ["L", "L", "comprehension", "LV", "LV", "D", "D", "DV", "LL", "LL", "LO", "T", "Q", "alias"]
        ):
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
                rows = [a for a in self.of("M") if self.scope[a][2] == self.n and size(self.scope[a][1]) > 1]
                if rows and self.chance(0.3):
                    a = self.rng.choice(rows)
                    kind = ("LV", self.scope[a][1], self.n)
                    e = self.rng.choice([f"[{a}[i] for i in range({kind[1]})]", f"list({a})"])
                elif self.chance(0.1):
                    e, kind = f"[{self.view(self.n) or self.vector(self.n, 1)}] * 2", ("LV", 2, self.n)
            case "D":
                e, kind = f"{{'p': {self.scalar(1)}, 'q': {self.scalar(1)}}}", ("D",)
                if self.chance(0.2):
                    name = self.bind(kind)
                    lines = [
                        f"{name} = collections.defaultdict(float)",
                        *(f"{name}['{key}'] += {self.scalar(1)}" for key in KEYS),
                    ]
                    self.hold(name, kind)
                    return lines
            case "DV":
                e = ", ".join(f"'{key}': {self.view(self.n) or self.vector(self.n, 1)}" for key in KEYS)
                e, kind = f"{{{e}}}", ("DV", self.n)
            case "T":
                items = [self.view(self.n) or self.vector(self.n, 1) for _ in range(2)]
                e, kind = f"({', '.join(items)})", ("T", self.n)
            case "Q" if self.chance(0.4):
                e, kind = f"collections.deque([{self.scalar(1)}, {self.scalar(1)}])", ("Q", 2)
            case "LL":
                zeros = [f"[[0.0] * {self.n} for _ in range({self.m})]", f"[[{self.constant()}] * {self.n}] * {self.m}"]
                rows = [f"[{', '.join(self.scalar(0) for _ in range(self.n))}]" for _ in range(self.m)]
                e, kind = self.rng.choice([*zeros, f"[{', '.join(rows)}]"]), ("LL", self.m, self.n)
            case "LO" if "Model" in self.taken:
                old = self.some("O")
                items = [
                    f"Model({self.vector(self.n, 1)}, {self.scalar(0)})",
                    old or f"Model({self.vector(self.n, 0)}, 0.5)",
                ]
                e, kind = f"[{', '.join(items)}]", ("LO", 2)
            case _:
                path = self.some(self.rng.choice(["L", "LV", "D", "DV", "LL", "LO", "T", "Q"]))
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
            case "Q":
                self.scope |= {f"{name}[0]": S, f"{name}[-1]": S}
            case "T":
                self.scope |= {f"{name}[{i}]": ("V", kind[1], "fixed") for i in (0, 1)}
            case "LV":
                self.scope |= {f"{name}[{i}]": ("V", kind[2]) for i in range(2)}
            case "D":
                self.scope |= {f"{name}['{key}']": S for key in KEYS}
            case "DV":
                self.scope |= {f"{name}['{key}']": ("V", kind[1]) for key in KEYS}
            case "LL":
                self.scope |= {f"{name}[{i}]": ("L", kind[2]) for i in (0, 1)}
                self.scope |= {f"{name}[{i}][{j}]": S for i in (0, 1) for j in (0, -1)}
            case "LO":
                self.hold(f"{name}[0]", ("O", "Model"))
                self.hold(f"{name}[1]", ("O", "Model"))
            case "O":
                self.scope |= {f"{name}.u": ("V", self.n), f"{name}.s": S}

    # ------------------------------------------------------------ containers

    def changed_list(self) -> Lines | None:
        a = self.some(self.rng.choice(["L", "L", "L", "LV", "LL", "Q"]))
        if a is None:
            return None
        kind = self.scope[a]
        if kind[0] == "Q":
            e = self.scalar(1)
            forms = [f"{a}.append({e})", f"{a}.appendleft({e})", f"{a}[0] += {e}", f"{a}.rotate(1)"]
            out = self.rng.choice(["pop()", "popleft()"])
            return self.rng.choice(
                [*([form] for form in forms), [f"if len({a}) > 2:", f"    {self.some('S') or '_'} = {a}.{out}"]]
            )
        if kind[0] == "LL":
            i, j = self.index(size(kind[1])), self.index(size(kind[2]))
            row = self.rng.choice([f"{a}[{self.index(size(kind[1]))}]", f"[item * 0.5 for item in {a}[{i}]]"])
            return [self.rng.choice([self.stored(f"{a}[{i}][{j}]", self.scalar(1))] * 4 + [f"{a}[{i}] = {row}"])]
        if kind[0] == "LV":
            i, n = self.index(size(kind[1])), size(kind[2])
            e = self.vector(n, 1)
            return [
                self.rng.choice(
                    [
                        f"{a}[{i}] = {self.view(n) or e}",
                        f"{a}[{i}] = {e}",
                        f"{a}[{i}] *= {self.scalar(1)}",
                        f"{a}[{i}] += {e}",
                        *([] if a in self.frozen else [f"{a}.append({self.view(n) or e})", f"{a}.reverse()"]),
                        f"{a}[0], {a}[-1] = {a}[-1], {a}[0]",
                        f"{a} = [item * 0.5 for item in {a}]",
                    ]
                )
            ]
        n = size(kind[1])
        forms = [self.stored(f"{a}[{self.index(n)}]", self.scalar(1)) for _ in range(3)]
        forms += [f"{a}[{self.index(n)}], {a}[{self.index(n)}] = {a}[-1], {self.scalar(1)}"]
        if a not in self.frozen:
            e = self.scalar(1)
            forms += [f"{a}.append({e})"] * 3
            forms += [f"{a}.extend([{e}, {self.scalar(0)}])", f"{a}.insert(0, {e})", f"{a} += [{e}]", f"{a}.reverse()"]
            forms += [
                f"{a}[:1] = [{e}, {self.scalar(0)}]",
                f"{a}[:] = [item * 0.5 for item in {a}]",
                f"{a} = {a}[::-1]",
            ]
            if self.chance(0.35):
                s = self.some("S")
                taken = self.rng.choice([f"{a}.pop()", f"{a}.pop(0)"])
                return [
                    f"if len({a}) > {n}:",
                    f"    {f'{s} = ' if s else ''}{taken}" if self.chance(0.8) else f"    del {a}[0]",
                ]
        return [self.rng.choice(forms)]

    def changed_dict(self) -> Lines | None:
        a = self.some(self.rng.choice(["D", "DV"]))
        if a is None:
            return None
        key = self.rng.choice(KEYS)
        if self.scope[a][0] == "DV":
            n = size(self.scope[a][1])
            e = self.vector(n, 1)
            return [
                self.rng.choice(
                    [
                        f"{a}['{key}'] = {self.view(n) or e}",
                        f"{a}['{key}'] += {e}",
                        f"{a}['{key}'][{self.index(n)}] = {self.scalar(1)}",
                    ]
                )
            ]
        e = self.scalar(1)
        forms = [f"{a}['{key}'] = {e}", f"{a}['{key}'] += {e}", *[f"{a}['r'] = {a}.get('r', 0.0) + {e}"] * 3]
        forms += [f"{a}.update(p={e})", f"{a}['{key}'] = {a}.pop('{key}') * {e}", f"{a}.setdefault('r', {e})"]
        return [self.rng.choice(forms)]

    # ------------------------------------------------------------ calls and objects

    def called_procedure(self) -> Lines | None:
        found = [function for function in self.functions if function.result in (None, ("pair",))]
        if not found:
            return None
        function = self.rng.choice(found)
        if function.result == ("pair",):
            s = self.some("S") if self.chance(0.3) else None
            call = f"{function.name}({self.arguments(function)})"
            return [f"{s or self.bind(S)}, {self.bind(('V', self.n))} = {call}"]
        return [f"{function.name}({self.arguments(function)})"]

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
