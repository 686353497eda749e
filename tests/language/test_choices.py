"""One of several functions, methods or objects, chosen when the program runs."""

import dataclasses
import functools
import math
import operator

import numpy as np

import srcad
from tests.cases import Programs

programs = Programs()


def square(x):
    return x * x


def cube(x):
    return x**3


class Circle:
    def __init__(self, r):
        self.r = r

    def area(self):
        return math.pi * self.r**2

    @property
    def girth(self):
        return self.r * 2


class Square:
    def __init__(self, a):
        self.a = a

    def area(self):
        return self.a * self.a

    @property
    def girth(self):
        return self.a * 4


class Scaling:
    def __init__(self, v):
        self.v = v

    def __mul__(self, other):
        return Scaling(self.v * other)

    def __call__(self, t):
        return self.v * t


class Shifting:
    def __init__(self, v):
        self.v = v

    def __mul__(self, other):
        return Shifting(self.v + other)

    def __call__(self, t):
        return self.v - t

    def __len__(self):
        return 2


@dataclasses.dataclass(frozen=True)
class Line:
    a: float

    def at(self, t):
        return self.a * t


@dataclasses.dataclass(frozen=True)
class Curve:
    b: float
    c: np.ndarray

    def at(self, t):
        return self.b * t * t * np.sum(self.c)


class Holder:
    def __init__(self, act, shape):
        self.act = act
        self.shape = shape

    def run(self, t):
        return self.act(t) * self.shape.area()


@programs.at((2.0, 1.0), (2.0, -1.0))
def one_of_two_lambdas(x, c):
    f = (lambda t: t * t * c) if c > 0 else (lambda t: math.sin(t) * x)
    return f(x) + f(x * 2)


@programs.at((2.0, 1.0), (2.0, -1.0))
def a_nested_function_defined_in_both_branches(x, c):
    if c > 0:

        def g(t):
            return t * c
    else:
        k = x * x

        def g(t):
            return t**3 * k

    return g(x) + g(c)


@programs.at((2.0, 0), (2.0, 1), (2.0, -1), argnums=0)
def a_list_of_functions_at_a_data_index(x, k):
    fs = [square, lambda t: t * x, cube]
    return fs[k](x) * x


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def two_closures_that_hold_different_values(x, y, k):
    fs = [lambda t: t * x, lambda t: t * t * y]
    return fs[k](x) * fs[1 - k](y)


@programs.at((2.0, np.array([1.0, 2.0]), [0, 1, 1]), argnums=(0, 1))
def closures_over_floats_and_arrays_appended_in_a_loop(x, y, ks):
    fs = []
    for k in ks:
        if k:
            fs.append(lambda t: t * x)
        else:
            fs.append(lambda t: t * np.sum(y * t))
    t = 1.0
    for f in fs:
        t = f(t) + t
    return t


@programs.at((np.array([1.0, 2.0]), ["relu", "tanh", "logistic"]), argnums=0)
def activations_by_name(x, names):
    activations = {"relu": lambda v: np.maximum(v, 0), "tanh": np.tanh, "logistic": lambda v: 1 / (1 + np.exp(-v))}
    for name in names:
        x = activations[name](x) * x
    return np.sum(x)


OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


@programs.at((2.0, 3.0, ["+", "*", "/", "-"]), argnums=(0, 1))
def operators_by_symbol(x, y, symbols):
    v = x
    for symbol in symbols:
        v = OPERATIONS[symbol](v, y)
    return v


@programs.at((2.0, 3), (2.0, 4), argnums=0)
def a_function_that_changes_in_a_loop(x, n):
    f = math.sin
    y = x
    for i in range(n):
        y = f(y) * x
        f = math.cos if i % 2 else (lambda t: t * y)
    return y


@programs.at((2.0, [0, 1, 2, 3]), argnums=0)
def a_state_machine(x, inputs):
    def start(t, i):
        return t * x, (run if i else start)

    def run(t, i):
        return math.sin(t) * i, (start if i > 1 else run)

    state = start
    t = x
    for i in inputs:
        t, state = state(t, i)
    return t


@programs.at((2.0, 1), (2.0, 0), argnums=0)
def a_partial_or_a_function(x, c):
    f = functools.partial(math.atan2, x) if c else math.sin
    g = functools.partial(pow, x) if c else functools.partial(lambda a, b, k: a * b * k, x, k=x)
    return f(3.0) * g(2.0)


@programs.at((2.0, 1), (2.0, 0), argnums=0)
def a_chosen_function_given_to_map_and_reduce(x, c):
    f = (lambda t: t * x) if c else math.sin
    return sum(map(f, [x, 2 * x])) + functools.reduce(lambda a, b: a * f(b), [x, 3.0])


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def one_of_two_bound_methods(r, a, c):
    circle, square_ = Circle(r), Square(a)
    f = circle.area if c else square_.area
    table = [circle.area, square_.area]
    return f() * table[c]()


@programs.at((2.0, 3.0, [0, 1, 0, 1]), argnums=(0, 1))
def objects_of_two_classes_in_a_list(r, a, which):
    shapes = []
    for k in which:
        if k:
            shapes.append(Circle(r))
        else:
            shapes.append(Square(a))
    total = 0.0
    for shape in shapes:
        total += shape.area() * shape.girth
    return total


@programs.at(([Circle(2.0), Square(3.0)], 1), ([Circle(2.0), Square(3.0)], 0), argnums=0)
def objects_of_two_classes_given_in_a_list(shapes, k):
    return shapes[k].area() + sum(s.girth for s in shapes)


@programs.at(({"c": Circle(2.0), "s": Square(3.0)}, ["c", "s", "c"]), argnums=0)
def objects_of_two_classes_given_by_name(shapes, names):
    return sum(shapes[name].area() for name in names)


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def objects_of_two_classes_in_a_dict_of_data_keys(x, y, k):
    shapes = {i: (Circle(x) if i else Square(y)) for i in range(2)}
    return shapes[k].area() + shapes[1 - k].area() ** 2


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def told_apart_by_isinstance_type_and_match(r, a, c):
    s = Circle(r) if c else Square(a)
    y = s.r**3 if isinstance(s, Circle) else s.a * a
    if type(s) is Circle:
        y = y * s.r
    if hasattr(s, "a"):
        y = y * s.a**2
    match s:
        case Circle(r=q):
            return y * q
        case Square(a=q):
            return y / q
    return y


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def one_of_two_objects_is_written_to(x, y, k):
    c, s = Circle(x), Square(y)
    z = c if k else s
    if isinstance(z, Circle):
        z.r = z.r * 3
    else:
        z.a = z.a * z.a
    return c.area() + s.area()


@programs.at((2.0, 3.0, [0, 1, 1]), argnums=(0, 1))
def frozen_objects_of_two_classes(x, y, ks):
    things = [Line(x) if k else Curve(y, np.ones(2) * x) for k in ks]
    t = 0.5
    for thing in things:
        t = thing.at(t) + t
    return t


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def a_parameter_that_becomes_another_class(x, y, k):
    def girth_times_area(shape, k):
        if k:
            shape = Square(y)
        return shape.area() * shape.girth

    return girth_times_area(Circle(x), k)


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def a_function_that_returns_one_of_two_classes(x, y, k):
    def make(k):
        if k:
            return Square(y)
        return Circle(x)

    shape = make(k)
    return shape.area() * shape.girth


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def attributes_that_hold_one_of_several(x, y, k):
    h = Holder(math.sin if k else (lambda t: t * x), Circle(y) if k else Square(x))
    z = h.run(x)
    if k:
        h.act = lambda t: t * t * x
        h.shape = Square(y)
    return h.run(x) * z


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def operators_truth_and_calls_of_one_of_two_objects(x, y, k):
    z = Scaling(x) if k else Shifting(y)
    z = z * x
    return z(y) if z else 1.0


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def an_object_or_a_function_is_called(x, y, k):
    f = Scaling(x) if k else math.sin
    return f(y)


@programs.at((2.0, 3.0, [2, 0, 1]), argnums=(0, 1))
def objects_of_two_classes_sorted_and_compared(x, y, ks):
    shapes = [Circle(x) if k else Square(y) for k in ks]
    shapes.sort(key=lambda s: s.area())
    widest = max(shapes, key=lambda s: s.girth)
    return shapes[0].area() * widest.girth


@programs.at((2.0, 3.0, [0, 1, 2]), argnums=(0, 1))
def none_or_one_of_two_classes(x, y, ks):
    shapes = [Circle(x) if k == 1 else None if k == 0 else Square(y) for k in ks]
    last = None
    if ks[0]:
        last = Circle(x)
    if last is None:
        last = Square(y)
    return sum(s.area() for s in shapes if s is not None) * last.area()


@programs.at((2.0, 3.0, [0, 1, 2]), argnums=(0, 1))
def pairs_of_a_function_and_its_argument(x, y, ks):
    todo = [(math.sin, x), (lambda t: t * y, y), (Scaling(x), 2.0)]
    t = 1.0
    for k in ks:
        f, a = todo[k]
        t = t * f(a)
    for f, a in todo:
        t = t * f(a)
    return t


@programs.at(({"layers": [{"w": 0.5, "act": "tanh"}, {"w": 1.5, "act": None}]}, 0.7))
def a_function_under_the_key_none(conf, x):
    acts = {"tanh": math.tanh, None: lambda v: v}
    for layer in conf["layers"]:
        x = acts[layer["act"]](layer["w"] * x)
    return x


@programs.at((1.5, 0.5), (0.3, 2.0))
def a_key_that_comes_twice(x, y):
    d = {"a": x, "b": y, "a": x * y}  # noqa: F601
    e = {**d, "b": d["a"] * 2, **{"c": x}}
    return e["a"] * e["b"] + e["c"] * len(e)


test_gradient = programs.test()


def test_none_and_keys_that_come_twice_are_written_as_one_would():
    def f(act, w, x):
        return {"tanh": math.tanh, None: lambda v: v}[act](x * {"w": 1.0, **{"w": w}}["w"])

    def g(acts, x):
        for act in acts:
            x = {"tanh": math.tanh, None: lambda v: v}[act](x)
        return x

    source = srcad.grad(a_key_that_comes_twice).source_for(1.5, 0.5)
    assert '{"a": x * y, "b": y}' in source
    assert "== None" not in srcad.grad(g, 1).source_for(["tanh", None], 0.5)
    assert "== None" not in srcad.grad(f, 2).source_for(None, 0.5, 0.7)


def test_functions_that_return_each_other_are_two_options():
    source = srcad.grad(a_state_machine).source_for(2.0, [0, 1, 2, 3])
    assert "state[1]" in source and "state[2]" not in source and "run_fwd_2" not in source
