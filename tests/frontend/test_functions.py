"""Parameters, calls, methods, super, properties, class attributes."""

from __future__ import annotations

import dataclasses
import functools

from srcad.core import prims
from srcad.core.nodes import Lit, Op, expressions_of, walk
from srcad.frontend.lower import lower, lower_source
from tests.frontend.agree import agree, same
from tests.frontend.interpret import function_of


def g(a, b=2.0, *c, d=4.0, **e):
    return a, b, c, d, e


@dataclasses.dataclass
class Model:
    rate: float
    scale: float = 2.0

    @property
    def twice(self):
        return 2 * self.rate

    @staticmethod
    def static(x):
        return x + 1

    @classmethod
    def made(cls, x):
        return cls(x)

    def step(self, x, dt=0.1):
        self.rate += dt
        return x * self.rate + self.twice + self.static(x) + Model.static(x) + Model.made(x).rate

    def __call__(self, x):
        return self.step(x)


class Child(Model):
    def step(self, x, dt=0.2):
        y = super().step(x, dt=dt)
        z = super().step(x)
        return y + z + super().static(0.0) if dt > 0.15 else y

    def nested(self, x):
        def inner(k):
            return Model.step(self, k)

        return inner(x)


def test_parameters_of_every_kind_and_their_defaults():
    def f(a, /, b, c=3, *args, d, e=[5], **kwargs):
        return a, b, c, args, d, e, kwargs

    lowered = function_of(lower(f))
    for args, kwargs in [((1, 2), {"d": 4}), ((1, 2, 3, 4, 5), {"d": 6, "e": 7, "a": 8}), ((1,), {"b": 2, "d": 0})]:
        assert same(lowered(*args, **kwargs), f(*args, **kwargs))
    params = {p.name: p for p in lower(f).params}
    assert (
        params["a"].kind == "pos"
        and params["c"].default == Lit(3)
        and params["e"].default.value is f.__kwdefaults__["e"]
    )


def test_calls_with_stars_and_keywords():
    def f(xs, d):
        return g(*xs), g(1, *xs, d=5, **d), g(b=3, a=1), g(*xs, *xs, **{"z": 1}, **d), functools.partial(g, d=9)(1)

    agree(f, ([1, 2, 3], {"q": 7}))


def test_arguments_are_evaluated_from_left_to_right():
    def f(log):
        def note(x):
            log.append(x)
            return x

        return g(note(1), *[note(2)], d=note(3), **{"z": note(4)})

    agree(f, ([],))


def test_methods_properties_super_and_call():
    def f(x):
        m, c = Model(1.0), Child(0.5)
        return m.step(x), c.step(x), m(x), c(x), m.twice, Child.made(3.0), m.rate, c.scale

    agree(f, (2.0,))
    for x in (1.0, 3.0):
        assert function_of(lower(Child.step))(Child(1.0), x) == Child(1.0).step(x)
        assert function_of(lower(Model.step))(Model(1.0), x) == Model(1.0).step(x)
        assert function_of(lower(Child.nested))(Model(1.0), x) == Model.step(Model(1.0), x)
    supers = [
        e for s in walk(lower(Child.step).body) for e in expressions_of(s) if getattr(e, "fn", 0) is prims.call_super
    ]
    assert len(supers) == 3


def test_method_calls_keep_their_receiver():
    def f(xs):
        xs.append(1)
        return xs.index(1), "a,b".split(","), {"k": 1}.get("k"), [3, 1].copy(), (1.5).is_integer()

    program = agree(f, ([5],))
    methods = [
        e for s in walk(program.body) for e in expressions_of(s) if isinstance(e, Op) and e.fn is prims.call_method
    ]
    assert methods[0].args[1] == Lit("append")


def test_docstring_name_and_place():
    def f(x):
        """Double it."""
        y = x
        return 2 * y

    program = agree(f, (1.0,))
    assert program.doc == "Double it." and program.name == "f" and program.source is f
    step = program.body[0]
    assert step.place.text.strip() == "y = x" and step.place.file == __file__
    assert all(s.place is not None for s in walk(program.body))


def test_string_annotations_are_resolved():
    def f(x: float, m: Model, n: int = 1) -> float:
        return x

    assert [p.annotation for p in lower(f).params][:2] == [float, Model]


def test_lower_source():
    program = lower_source("def f(x):\n    if x > k:\n        return x\n    return -x\n", "f", {"k": 1.0}, "<a test>")
    assert function_of(program)(3.0) == 3.0 and function_of(program)(0.5) == -0.5
    assert program.body[0].place.text == "    if x > k:"
