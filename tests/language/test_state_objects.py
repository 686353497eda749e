"""Objects that are written to: attributes rebound, arrays updated in place, objects that hold and refer to objects."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from tests.cases import Programs

programs = Programs()
u5 = np.array([0.5, 1.0, 2.0, -1.0, 0.3])


class Heat:
    """A field that a step updates in place, and the time."""

    def __init__(self, u, k):
        self.u = u
        self.k = k
        self.t = 0.0
        self.steps = 0

    def step(self, dt):
        self.u[1:-1] += self.k * dt * (self.u[2:] - 2 * self.u[1:-1] + self.u[:-2])
        self.u[0] = self.u[1] * self.t
        self.t += dt
        self.steps += 1
        return self

    @property
    def energy(self):
        return np.sum(self.u**2) * self.t


@dataclass
class Body:
    x: float
    v: float
    trail: list[float] = field(default_factory=list)

    def kick(self, dt):
        self.v -= dt * self.x**3
        return self

    def drift(self, dt):
        self.x += dt * self.v
        self.trail.append(self.x)
        return self


@dataclass
class Grid:
    u: np.ndarray
    v: np.ndarray
    dt: float

    def swap(self):
        self.u, self.v = self.v, self.u

    def advance(self):
        self.v[1:-1] = self.u[1:-1] * (1 - self.dt) + self.dt * self.u[2:] * self.u[:-2]
        self.swap()


class Node:
    def __init__(self, value):
        self.value = value
        self.next = None


class Counter:
    def __init__(self):
        self.totals = {}
        self.order = []

    def add(self, key, value):
        if key not in self.totals:
            self.order.append(key)
        self.totals[key] = self.totals.get(key, 0.0) + value
        return self


class Stack:
    def __init__(self):
        self.items = []

    def push(self, v):
        self.items.append(v)
        return self

    def pop(self):
        return self.items.pop()

    def __len__(self):
        return len(self.items)


@programs.at((u5, 0.3, 3), (u5, 0.3, 0), argnums=(0, 1))
def a_field_is_stepped(u, k, n):
    heat = Heat(u, k)
    for _ in range(n):
        heat.step(0.1)
    return heat.energy + np.sum(u)


@programs.at((Heat(u5, 0.3), 3), (Heat(u5, 0.3), 0))
def the_callers_object_is_stepped(heat, n):
    for _ in range(n):
        heat.step(0.1 * heat.k)
    return heat.energy + heat.u[1]


@programs.at((Heat(u5, 0.3), 0.2))
def methods_are_chained(heat, dt):
    return heat.step(dt).step(dt * heat.t).step(dt).energy


@programs.at((Body(1.0, 0.5, [0.2]), 0.1, 3), (Body(1.0, 0.5, [0.2]), 0.1, 0))
def a_dataclass_is_the_state(body, dt, n):
    for _ in range(n):
        body.kick(dt).drift(dt)
    total = body.v
    for i, x in enumerate(body.trail):
        total += (i + 1) * x * x
    return total * body.x


@programs.at((1.0, 0.5, 3))
def a_dataclass_made_here_is_the_state(x, v, n):
    body = Body(x, v)
    while len(body.trail) < n:
        body.drift(0.1).kick(0.1 * body.x)
    return body.x * body.v + sum(body.trail)


@programs.at((Grid(u5, u5 * 2.0, 0.3), 3), (Grid(u5, u5 * 2.0, 0.3), 0))
def buffers_of_an_object_are_swapped(grid, n):
    for _ in range(n):
        grid.advance()
    return np.sum(grid.u * grid.v)


@programs.at((u5, 0.3, 3))
def an_array_is_written_through_the_object_and_the_name(u, k, n):
    heat = Heat(u, k)
    alias = heat.u
    for i in range(n):
        u[i] = heat.u[i + 1] * heat.k
        alias[i + 1] *= u[i]
        heat.u[0] += alias[4]
    return np.sum(heat.u * u)


@programs.at((u5, 0.3))
def an_attribute_is_bound_to_another_array(u, k):
    heat = Heat(u, k)
    heat.step(0.2)
    heat.u = heat.u * u
    heat.u[2] = u[1] * k
    heat.step(0.3)
    return np.sum(heat.u) * np.sum(u)


@programs.at((1.5, 2.5))
def objects_that_refer_to_each_other(x, y):
    a, b, c = Node(x), Node(y), Node(x * y)
    a.next = b
    b.next = c
    a.next.value = a.value * b.value
    a.next.next.value *= b.value
    return a.value * b.value + c.value


@programs.at([Body(1.0, 0.5), Body(2.0, -0.5), Body(-1.0, 0.1)])
def objects_in_a_list(bodies):
    for _ in range(2):
        for a in bodies:
            for b in bodies:
                if a is not b:
                    a.v += 0.1 * (b.x - a.x)
        for body in bodies:
            body.drift(0.1)
    return sum(b.x * b.v + b.trail[0] for b in bodies)


@programs.at([Body(1.0, 0.5), Body(2.0, -0.5), Body(-1.0, 0.1)])
def objects_are_moved_between_lists(bodies):
    done = []
    while bodies:
        body = bodies.pop(0)
        body.drift(0.5)
        if body.x > 1.0:
            done.insert(0, body)
        else:
            done.append(body.kick(0.2))
    done.reverse()
    done[0].v *= done[1].x
    return sum((i + 1) * b.x * b.v for i, b in enumerate(done))


@programs.at({"a": Body(1.0, 0.5), "b": Body(2.0, -0.5)})
def objects_in_a_dict(bodies):
    bodies["a"].v += bodies["b"].x
    bodies["c"] = bodies["a"]
    bodies["c"].drift(0.3)
    return bodies["a"].x * bodies["b"].v


@programs.at((1.5, "abca"), (1.5, ""))
def an_object_that_counts(x, word):
    counter = Counter()
    for i, letter in enumerate(word):
        counter.add(letter, x**i).add("all", x)
    total = x
    for i, key in enumerate(counter.order):
        total += (i + 1) * counter.totals[key] ** 2
    return total


@programs.at((1.5, 4), (1.5, 0))
def an_object_that_wraps_a_stack(x, n):
    stack = Stack().push(x)
    for i in range(n):
        stack.push(x * i).push(stack.pop() + x)
    total = 0.0
    while len(stack) > 0:
        total = total * 0.5 + stack.pop() ** 2
    return total


def relax(heat, w):
    heat.k = heat.k * w
    heat.u[1] = heat.u[2] * heat.k
    heat.scale = w * heat.u[1]


@programs.at((Heat(u5, 0.3), 1.5))
def a_helper_writes_into_the_object(heat, w):
    relax(heat, w)
    relax(heat, heat.scale)
    return np.sum(heat.u) * heat.k + heat.scale


@programs.at((Body(1.0, 0.5), 1.5, True), (Body(1.0, 0.5), 1.5, False))
def written_in_one_branch_only(body, s, flag):
    old = body.x
    if flag:
        body.x = body.v * s
        body.trail.append(old)
    body.v = body.x * old
    return body.v * body.x + sum(body.trail)


@programs.at((Body(1.0, 0.5), 1.0), (Body(1.0, 0.5), 5.0))
def written_until_a_break(body, limit):
    for _ in range(6):
        body.drift(0.3)
        if body.x > limit:
            break
        body.v *= 1.1
    return body.x * body.v


@programs.at((Body(1.0, 0.5), 1.5), (Body(-1.0, 0.5), 1.5))
def written_before_an_early_return(body, s):
    body.v *= s
    if body.x > 0:
        return body.v * body.x
    body.x = body.v * body.x
    return body.x**2


class System:
    """Holds objects that refer to each other."""

    def __init__(self, bodies, coupling):
        self.bodies = bodies
        self.coupling = coupling
        self.history = []
        self.recent = deque(maxlen=2)

    def step(self):
        left, right = self.bodies
        force = self.coupling * (right.x - left.x)
        left.v += force
        right.v -= force
        for body in self.bodies:
            body.drift(0.1)
        self.history.append(force)


@programs.at((1.0, 2.0, 0.3, 3))
def objects_in_an_object(x, y, k, n):
    system = System([Body(x, 0.0), Body(y, 0.1)], k)
    for _ in range(n):
        system.step()
    return sum(f * f for f in system.history) + system.bodies[0].x * system.bodies[1].v


@programs.at((1.5, 2.5))
def one_object_under_two_names(x, y):
    a = Body(x, y)
    pair = (a, a)
    b = pair[1]
    b.x = b.x * y
    pair[0].v *= a.x
    return a.x * b.v


@programs.at((1.5, 2.5, 1), (1.5, 2.5, -1))
def which_object_is_written_depends_on_the_data(x, y, which):
    a, b = Body(x, y), Body(y, x)
    chosen = a if which > 0 else b
    chosen.x = chosen.x * chosen.v * x
    chosen.trail.append(a.x)
    return a.x * b.x + sum(a.trail) + 2 * sum(b.trail)


class Adam:
    def __init__(self, n, rate):
        self.m = np.zeros(n)
        self.rate = rate
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        self.m[:] = 0.9 * self.m + 0.1 * grads
        params -= self.rate * self.m / (1 - 0.9**self.t)


@programs.at((np.array([1.0, -2.0]), 0.3), argnums=(0, 1))
def an_optimiser_updates_parameters_in_place(w, rate):
    adam = Adam(2, rate)
    for _ in range(3):
        adam.update(w, 2 * w + w**3)
    return np.sum(w * w)


class Tracker:
    """Attributes that appear later, are deleted and hold None."""

    best = None

    def __init__(self):
        self.best = None

    def see(self, v):
        if self.best is None or v > self.best:
            self.best = v
        return self.best


@programs.at([1.0, 3.0, 2.0])
def an_attribute_is_none_at_first(xs):
    tracker = Tracker()
    total = 0.0
    for x in xs:
        total += tracker.see(x) * x
    return total * tracker.best


test_gradient = programs.test()
