"""Lists, tuples and dicts of different things: floats, arrays, strings and structures side by side."""

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at(2.0)
def list_of_different_things(x):
    xs = [x, np.ones(3) * x, "s"]
    return xs[0] * np.sum(xs[1])


@programs.at(2.0)
def dict_of_different_things(x):
    d = {"a": x, "b": np.arange(3.0) * x, "name": "hey"}
    t = 0.0
    if d["name"] == "hey":
        t = d["a"]
    return t * np.sum(d["b"])


@programs.at(2.0)
def dict_update_of_different_things(x):
    d = {"a": x, "b": np.ones(2)}
    d["a"] = d["a"] * x
    d["b"] = d["b"] * x
    return d["a"] * np.sum(d["b"])


@programs.at(2.0)
def loop_of_different_things(x):
    t = 0.0
    for v in [x, np.ones(3) * x, (x, x)]:
        t = t + np.sum(v)
    return t


@programs.at(2.0)
def depth_of_different_things(x):
    t = (x, (x * 2, (x * 3, [x, 1.0])), "q")
    a, (b, (c, d)), q = t
    return a * b * c * d[0]


@programs.at(2.0)
def depth_list_of_different_things(x):
    t = [x, [x * 2, [x * 3]], 5]
    return t[0] * t[1][0] * t[1][1][0] * t[2]


@programs.at(2.0)
def range_loop_of_different_things(x):
    xs = [x, np.ones(3) * x]
    t = 0.0
    for i in range(2):
        t = t + np.sum(xs[i]) * i
    return t


@programs.at(2.0)
def range_len_loop_of_different_things(x):
    xs = [x, np.ones(3) * x]
    t = 0.0
    for i in range(len(xs)):
        t = t + np.sum(xs[i]) * (i + 1)
    return t


@programs.at(2.0)
def enumerate_of_different_things(x):
    xs = [x, np.ones(3) * x]
    t = 0.0
    for i, v in enumerate(xs):
        t = t + np.sum(v) * (i + 1)
    return t


@programs.at(2.0)
def zip_of_different_things(x):
    t = 0.0
    for w, v in zip([1.0, x], [x, np.ones(3) * x]):
        t = t + np.sum(v) * w
    return t


@programs.at(2.0)
def items_of_different_things(x):
    d = {"w": np.ones((2, 2)) * x, "b": x, "k": [x, x]}
    t = 0.0
    for k, v in d.items():
        t = t + np.sum(v) * len(k)
    return t


@programs.at(2.0)
def values_of_different_things(x):
    d = {"w": np.ones((2, 2)) * x, "b": x}
    t = 0.0
    for v in d.values():
        t = t + np.sum(v)
    return t


@programs.at((2.0,))
def passed_of_different_things(x):
    def f(cfg):
        return cfg[0] * np.sum(cfg[1])

    return f([x, np.ones(3) * x])


@programs.at((2.0,))
def returned_of_different_things(x):
    def f(y):
        return [y, np.ones(3) * y]

    r = f(x)
    return r[0] * np.sum(r[1])


@programs.at((2.0,))
def append_of_different_things(x):
    r = []
    r.append(x)
    r.append(np.ones(3) * x)
    return r[0] * np.sum(r[1])


@programs.at((2.0,))
def unpack_of_different_things(x):
    r = [x, np.ones(3) * x, "name"]
    a, b, _ = r
    return a * np.sum(b)


@programs.at((2.0,))
def star_of_different_things(x):
    a, *b = x, np.ones(3) * x, (x, 2)
    return a * np.sum(b[0]) * b[1][0]


@programs.at(2.0)
def pairs_of_a_float_and_arrays_of_different_shapes(x):
    layers = [(x, np.ones((3, 2)) * x), (x * 2, np.arange(3.0) * x)]
    t = 0.0
    for a, b in layers:
        t += a * np.sum(b * b)
    return t


@programs.at(({"w": np.ones((2, 3)), "b": np.array([1.0, 2.0]), "s": 2.0},))
def a_sum_over_parameters_of_different_shapes(p):
    return sum(np.sum(v**2) for v in p.values())


@programs.at(({"w": np.ones((2, 3)), "b": np.array([1.0, 2.0]), "s": 2.0},))
def parameters_of_different_shapes_mapped(p):
    q = {k: v * 0.5 for k, v in p.items()}
    return np.sum(q["w"] @ np.ones(3) * q["b"]) * q["s"]


@programs.at(
    ([(np.ones((2, 3)), np.ones(2)), (np.ones((1, 2)), np.ones(1))], np.array([1.0, 2.0, 3.0])),
)
def layers_of_weights_and_biases(ps, x):
    for W, b in ps:
        x = np.tanh(W @ x + b)
    return np.sum(x)


@programs.at(
    ([{"w": np.ones((2, 3)), "act": "tanh"}, {"w": np.ones((1, 2)), "act": "id"}], np.array([1.0, 2.0, 3.0])),
)
def layers_as_dicts(ps, x):
    for p in ps:
        x = p["w"] @ x
        if p["act"] == "tanh":
            x = np.tanh(x)
    return np.sum(x)


@programs.at((2.0, 1), (2.0, 0), argnums=0)
def a_fixed_list_that_is_changed_after_all(x, k):
    log = ["start", 1.0]
    if k:
        log.append("more")
    log[1] = 2.0
    return x * len(log) * x


@programs.at((2.0, [1, 0, 1]), argnums=0)
def pairs_with_a_list_or_none(x, ks):
    rows = [(k, [x] if k else None) for k in ks]
    t = 0.0
    for k, row in rows:
        if row is not None:
            t += row[0] ** 2 * (k + 1)
    return t


@programs.at((np.array([1.0, 2.0]), [1, 0, 1]), argnums=0)
def pairs_with_an_array_or_none(x, ks):
    rows = [(k, x * k if k else None) for k in ks]
    t = 0.0
    for k, row in rows:
        if row is not None:
            t += np.sum(row**2) * (k + 1)
    return t


@programs.at((2.0, [1, 2, 1]), argnums=0)
def a_dict_of_different_things_is_written_to(x, ks):
    settings = {"rate": 0.1, "steps": 3, "act": np.sin, "w": np.ones(2) * x, "log": []}
    settings["steps"] += 1
    y = x
    for k in ks:
        y = y - settings["rate"] * settings["act"](y) * np.sum(settings["w"]) * k
        if k > 1:
            settings["rate"] = settings["rate"] * x
        settings["log"].append(y)
    return y * settings["steps"] * sum(settings["log"])


@programs.at(2.0)
def a_dict_of_different_things_is_filled(x):
    d = {}
    d["a"] = x
    d["b"] = np.arange(3.0) * x
    d["c"] = (x, 1)
    return d["a"] * np.sum(d["b"]) * d["c"][0]


@programs.at((1.1, [1, 2, 1]), argnums=0)
def keys_that_differ_only_in_what_is_no_letter(x, ks):
    d = {"a b": x, "a_b": 2.0, 1: x * x, "1": 3.0}
    for k in ks:
        d["a b"] = d["a b"] * d["a_b"] * k
        d[1] = d[1] + d["1"]
    return d["a b"] * d[1]


@programs.at((2.0, 1), argnums=0)
def a_key_that_one_path_adds(x, k):
    d = {"a": x}
    if k:
        d["b"] = x * x
    return d["b"] * d["a"] * len(d)


test_gradient = programs.test()
