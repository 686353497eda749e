"""Random structured programs for the tests of the simplifier: they run, and end.

Floats, ints, a list, arrays with views of them, a tape that is pushed and popped in balance, effects that are logged,
branches, loops with `until`, and on request adjoints with their own memory.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Mapping
from typing import Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import BOOL, FLOAT, INT, Array, Kind, List, Tuple
from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    If,
    Lit,
    Op,
    Param,
    Program,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
)
from srcad.transform.simplify.facts import Facts

LOG: list[Any] = []
SIZE = 5


def note(*values: Any) -> float:
    """An effect that can be seen."""
    LOG.append(tuple(np.array(v).tolist() for v in values))
    return float(len(LOG))


def stir(array: Any) -> float:
    """A call that changes its argument."""
    array[0] = array[1] + 1.0
    LOG.append("stir")
    return float(array[0])


NAMES: Mapping[str, Any] = {"note": note, "stir": stir}
_ARRAY = Array("float64", "n")


class Generator:
    """One random program after another; `adjoint` adds adjoint variables, and what reverse sweeps do with them."""

    def __init__(self, seed: int, adjoint: bool) -> None:
        self.random = random.Random(seed)
        self.adjoint = adjoint
        self.kinds: dict[str, Kind] = {}
        self.adjoints: set[str] = set()
        self.count = 0
        self.depth = 0
        self.indices: list[str] = []

    def program(self) -> tuple[Program, Facts]:
        floats = ["x", "y", "z", "w"]
        body: list[Stmt] = [Assign("z", Lit(1.5)), Assign("w", Op(operator.mul, (Var("x"), Var("y"))))]
        arrays = ["A", "B", "C"]
        body.append(Assign("B", Op(np.ones_like, (Var("A"),), name="np.ones_like")))
        body.append(Assign("C", Op(np.zeros, (Lit(SIZE),), name="np.zeros")))
        body.append(Assign("xs", Op(prims.make_list, (Var("x"), Lit(2.0), Var("y"), Lit(0.5), Var("x")))))
        body += [Assign("p", Lit(True)), Assign("a_tape", Op(prims.make_list)), Assign("b_tape", Op(prims.make_list))]
        self.kinds = {**dict.fromkeys(floats, FLOAT), **dict.fromkeys(arrays, _ARRAY), "n": INT, "p": BOOL}
        self.kinds |= {"xs": List(FLOAT), "a_tape": List(FLOAT), "b_tape": List(FLOAT)}
        if self.adjoint:
            body += [Assign("d_x", Lit(0.0)), Assign("d_y", Lit(1.0)), Assign("d_z", Lit(0.0))]
            body.append(Assign("d_A", Op(np.zeros_like, (Var("A"),), name="np.zeros_like")))
            self.kinds |= {"d_x": FLOAT, "d_y": FLOAT, "d_z": FLOAT, "d_A": _ARRAY}
            self.adjoints = {"d_x", "d_y", "d_z", "d_A"}
        scope = list(self.kinds)
        for _ in range(self.random.randint(6, 24)):
            body += self.statement(scope)
        result = ["x", "y", "z", "w", "A", "B", "C", "xs"]
        made = [name for name in scope if name.startswith("%") and name not in self.adjoints]
        result = self.random.sample(result, self.random.randint(3, 8)) + made[-self.random.randint(1, 4) :]
        if self.adjoint:
            result += ["d_x", "d_y", "d_A"]
        body.append(Return(Op(prims.make_tuple, tuple(map(Var, result)))))
        params = tuple(map(Param, ("x", "y", "A", "n")))
        return Program("f", params, tuple(body)), Facts(dict(self.kinds), frozenset(self.adjoints))

    # ------------------------------------------------------------ statements

    def block(self, scope: list[str], length: int) -> list[Stmt]:
        scope = list(scope)  # what is bound in a block is read in it
        made: list[Stmt] = []
        for _ in range(length):
            made += self.statement(scope)
        return made

    def nested(self, scope: list[str]) -> Block:
        self.depth += 1
        made = tuple(self.block(scope, self.random.randint(0, 5)))
        self.depth -= 1
        return made

    def statement(self, scope: list[str]) -> list[Stmt]:
        draw = self.random.random()
        rnd = self.random
        if draw < 0.34:
            return [self.temporary(scope)]
        if draw < 0.50:
            return [Assign(rnd.choice(["x", "y", "z", "w"]), self.float_op(scope))]
        if draw < 0.58:
            base = rnd.choice([n for n in scope if self.kinds[n] == _ARRAY and n not in self.adjoints])
            return [Store(Var(base), self.index(scope), self.atom(scope, FLOAT))]
        if draw < 0.61:
            return [Store(Var("xs"), self.index(scope), self.atom(scope, FLOAT))]
        if draw < 0.63:
            return [Do(Op(note, (self.atom(scope, FLOAT), Var("A")), name="note"))]
        if draw < 0.67:
            base = rnd.choice([n for n in scope if self.kinds[n] == _ARRAY and n not in self.adjoints])
            return [self.bind(scope, Op(stir, (Var(base),), name="stir"), FLOAT)]
        if draw < 0.71:
            tape = rnd.choice(["a_tape", "b_tape"])
            value = rnd.choice(["x", "y", "z"])
            inner = self.nested(scope) if self.depth < 3 else ()
            into = rnd.choice([value, value, "%t", "z"])
            pushed = Do(Op(prims.push, (Var(tape), Var(value))))
            popped = Op(prims.pop, (Var(tape),))
            last = self.bind(scope, popped, FLOAT) if into == "%t" else Assign(into, popped)
            return [pushed, *inner, last]
        if draw < 0.72:
            return [Comment(f"step {rnd.randint(0, 99)}")]
        if draw < 0.75:
            a, b = rnd.sample(["x", "y", "z", "w"], 2)
            pair = (self.atom(scope, FLOAT), self.atom(scope, FLOAT))
            if rnd.random() < 0.5:
                return [Unpack((a, b), Op(prims.make_tuple, pair))]
            name = self.fresh("%t")
            scope.append(name)
            self.kinds[name] = FLOAT
            both = self.fresh("%t")
            self.kinds[both] = Tuple((FLOAT, FLOAT))
            item = Op(operator.getitem, (Var(both), Lit(rnd.choice([0, 1]))))
            return [Assign(both, Op(prims.make_tuple, pair)), *self.block(scope[:-1], 1), Assign(name, item)]
        if self.adjoint and draw < 0.88:
            return self.adjoint_step(scope)
        if self.depth >= 3:
            return [self.temporary(scope)]
        if draw < 0.92:
            test = self.bind(scope, self.comparison(scope), BOOL)
            found = rnd.random()
            if found < 0.3:  # both, either
                name = self.fresh("%t")
                self.kinds[name] = BOOL
                first = Assign(name, Var(test.target))
                second = (Assign(name, self.comparison(scope)),)
                scope.append(name)
                return [test, first, If(Var(name), second) if rnd.random() < 0.5 else If(Var(name), (), second)]
            if found < 0.5:  # choose
                name = self.fresh("%t")
                self.kinds[name] = FLOAT
                arms = [(Assign(name, self.float_op(scope)),) for _ in range(2)]
                scope.append(name)
                return [test, If(Var(test.target), *arms)]
            return [test, If(Var(test.target), self.nested(scope), self.nested(scope))]
        if draw < 0.97:
            name = f"i{self.count}"
            self.count += 1
            self.kinds[name] = INT
            inner = [*scope, name]
            until = "p" if rnd.random() < 0.3 else None
            body = self.nested(inner)
            if until:
                body = (*body, Assign("p", self.comparison(inner)))
            return [For(name, Lit(0), Lit(rnd.randint(0, 3)), Lit(1), body, until, reverse=rnd.random() < 0.4)]
        if draw < 0.99:
            name = self.fresh("%t")
            self.kinds[name] = BOOL
            counter = f"k{self.count}"
            self.kinds[counter] = INT
            test = (Assign(name, Op(operator.lt, (Var(counter), Lit(rnd.randint(0, 3))))),)
            step = Assign(counter, Op(operator.add, (Var(counter), Lit(1))))
            return [Assign(counter, Lit(0)), While(test, Var(name), (*self.nested(scope), step))]
        if rnd.random() < 0.5:
            return [With(Op(np.errstate, (), (("all", Lit("ignore")),), name="np.errstate"), self.nested(scope))]
        return [Try(self.nested(scope), (), (*self.nested(scope), Do(Op(note, (Var("x"),), name="note"))))]

    def adjoint_step(self, scope: list[str]) -> list[Stmt]:
        rnd = self.random
        draw = rnd.random()
        target = rnd.choice(["d_x", "d_y", "d_z"])
        if draw < 0.3:
            return [Assign(target, self.adjoint_op(scope), accumulate=True)]
        if draw < 0.45:
            return [Assign(target, rnd.choice([Lit(0.0), self.adjoint_op(scope)]))]
        if draw < 0.7:
            name = self.fresh("%d_t")
            self.kinds[name] = FLOAT
            self.adjoints.add(name)
            value = self.adjoint_op(scope) if rnd.random() < 0.7 else self.adjoint_atom(scope)
            scope.append(name)
            return [Assign(name, value)]
        if draw < 0.8:
            return [Store(Var("d_A"), self.index(scope), self.adjoint_atom(scope), accumulate=True)]
        if draw < 0.85:
            return [Store(Var("d_A"), self.index(scope), Lit(0.0))]
        name = self.fresh("%d_t")
        self.kinds[name] = FLOAT
        self.adjoints.add(name)
        scope.append(name)
        return [Assign(name, Op(operator.getitem, (Var("d_A"), self.index(scope))))]

    # ------------------------------------------------------------ expressions

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def bind(self, scope: list[str], value: Expr, kind: Kind) -> Assign:
        name = self.fresh("%t")
        self.kinds[name] = kind
        scope.append(name)
        return Assign(name, value)

    def temporary(self, scope: list[str]) -> Assign:
        draw = self.random.random()
        if draw < 0.42:
            return self.bind(scope, self.float_op(scope), FLOAT)
        if draw < 0.5:
            return self.bind(scope, self.atom(scope, FLOAT), FLOAT)
        arrays = [n for n in scope if self.kinds[n] == _ARRAY and n not in self.adjoints]
        base = Var(self.random.choice(arrays[:2] + arrays[-2:]))
        if draw < 0.75:
            return self.bind(scope, Op(operator.getitem, (base, self.index(scope))), FLOAT)
        if draw < 0.79:
            return self.bind(scope, base, _ARRAY)
        if draw < 0.83:
            all_of = Op(prims.make_slice, (Lit(None), Lit(None), Lit(None)))
            return self.bind(scope, Op(operator.getitem, (base, all_of)), _ARRAY)
        if draw < 0.89:
            return self.bind(scope, Op(operator.mul, (base, Lit(2.0))), _ARRAY)
        if draw < 0.96:
            return self.bind(scope, Op(np.sum, (base,), name="np.sum"), FLOAT)
        return self.bind(scope, Op(operator.getitem, (Var("xs"), self.index(scope))), FLOAT)

    def atom(self, scope: list[str], kind: Kind) -> Expr:
        names = [n for n in scope if self.kinds[n] == kind and n not in self.adjoints]
        if kind == FLOAT and self.random.random() < 0.1:
            return Lit(self.random.choice([0.0, 1.0, 2.0, -1.0, 0.5]))
        return Var(self.random.choice(names[-6:] + names[:4]))

    def adjoint_atom(self, scope: list[str]) -> Expr:
        names = [n for n in scope if n in self.adjoints and self.kinds[n] == FLOAT]
        return Var(self.random.choice(names))

    def adjoint_op(self, scope: list[str]) -> Expr:
        d = self.adjoint_atom(scope)
        other = self.random.choice([self.atom(scope, FLOAT), self.adjoint_atom(scope), Lit(1.0), Lit(2), Lit(0.0)])
        fn = self.random.choice([operator.mul, operator.mul, operator.add, operator.sub, operator.neg, operator.pow])
        if fn is operator.neg:
            return Op(fn, (d,))
        if fn is operator.pow:
            return Op(
                operator.mul, (d, Op(operator.pow, (self.atom(scope, FLOAT), Lit(self.random.choice([0, 1, 2])))))
            )
        return Op(fn, (d, other) if self.random.random() < 0.6 else (other, d))

    def float_op(self, scope: list[str]) -> Expr:
        fn = self.random.choice([operator.add, operator.sub, operator.mul, operator.neg, np.tanh, np.cos])
        if fn is operator.neg:
            return Op(fn, (self.atom(scope, FLOAT),))
        if fn in (np.tanh, np.cos):
            return Op(fn, (self.atom(scope, FLOAT),), name=f"np.{fn.__name__}")
        return Op(fn, (self.atom(scope, FLOAT), self.atom(scope, FLOAT)))

    def comparison(self, scope: list[str]) -> Expr:
        return Op(self.random.choice([operator.lt, operator.ge]), (self.atom(scope, FLOAT), self.atom(scope, FLOAT)))

    def index(self, scope: list[str]) -> Expr:
        names = [n for n in scope if self.kinds[n] == INT and n.startswith("i")]
        return (
            Var(self.random.choice(names)) if names and self.random.random() < 0.6 else Lit(self.random.randint(0, 4))
        )


__all__ = ["LOG", "NAMES", "SIZE", "Generator"]
