"""Dicts, deques, defaultdicts, counters and sets that are written to, with keys computed at run time."""

import collections
from collections import Counter, defaultdict, deque

import numpy as np

from tests.cases import Programs

programs = Programs()


def weighed(xs):
    total = 0.0
    for i, v in enumerate(xs):
        total += (i + 1.5) * v * v
    return total


@programs.at({"a": 2.0, "b": 3.0})
def items_of_the_callers_dict_are_set(p):
    p["a"] = p["a"] * p["b"]
    p["c"] = p["a"] ** 2
    p["b"] += p["c"]
    return p["a"] * p["b"] * p["c"]


@programs.at(({"a": 2.0, "b": 3.0}, "a"), ({"a": 2.0, "b": 3.0}, "b"))
def a_key_is_deleted(p, key):
    y = p[key] ** 2
    del p[key]
    return y * weighed(p.values())


@programs.at(({"a": 2.0, "b": 3.0}, "a"), ({"a": 2.0, "b": 3.0}, "c"))
def pop_with_a_default(p, key):
    y = p.pop(key, 1.5)
    return y * weighed(p.values()) + len(p)


@programs.at({"a": 2.0, "b": 3.0, "c": 4.0})
def popitem_until_empty(p):
    total = 1.0
    while p:
        key, value = p.popitem()
        total = total * 0.5 + value**2
        if key == "b":
            p["d"] = value * total
    return total


@programs.at(("abcab", 2.0), ("", 2.0))
def accumulated_by_key(word, x):
    totals = {}
    for i, letter in enumerate(word):
        totals[letter] = totals.get(letter, 0.0) + x ** (i + 1)
    total = x
    for letter in totals:
        total += totals[letter] ** 2
    return total


@programs.at(("abcab", 2.0), ("a", 2.0))
def accumulated_by_setdefault(word, x):
    totals = {}
    for i, letter in enumerate(word):
        totals.setdefault(letter, x)
        totals[letter] *= x + i
    return weighed(totals.values())


@programs.at(("abcab", 2.0))
def lists_by_setdefault(word, x):
    groups = {}
    for i, letter in enumerate(word):
        groups.setdefault(letter, []).append(x * i)
    total = 0.0
    for letter, values in groups.items():
        total += len(letter) * weighed(values)
    return total


@programs.at((2.0, 3.0))
def updated_by_a_dict_and_by_keywords(x, y):
    p = {"a": x}
    p.update({"a": x * y, "b": y})
    p.update(c=p["a"] * p["b"])
    q = dict(p)
    q.update(p, a=y)
    p.update([("b", x), ("d", q["a"])])
    return weighed(p.values()) * q["b"] + q["a"]


@programs.at((2.0, 3.0))
def cleared_and_filled_again(x, y):
    p = {"a": x, "b": y}
    t = p["a"] * p["b"]
    p.clear()
    p["b"] = t * x
    return p["b"] * len(p) + t


@programs.at((2.0, 4), (2.0, 0))
def a_comprehension_over_ints(x, n):
    p = {i: x**i for i in range(n)}
    p[n] = x
    for i in range(n):
        p[i] = p[i] * p[i + 1]
    return sum(p.values())


@programs.at((2.0, 3))
def keys_are_tuples(x, n):
    table = {}
    for i in range(n):
        for j in range(n):
            if i == 0 or j == 0:
                table[i, j] = x + i - j
            else:
                table[i, j] = table[i - 1, j] * 0.5 + table[(i, j - 1)] * x
    return table[n - 1, n - 1]


@programs.at((2.0, 5))
def keys_are_made_of_strings(x, n):
    p = {}
    for i in range(n):
        p[f"k{i % 2}"] = p.get("k" + str(i % 2), x) * x
    return p["k0"] * p["k1"]


@programs.at((2.0, 3.0))
def keys_and_values_and_items_while_others_change(x, y):
    p = {"a": x, "b": y}
    q = {}
    for key in list(p.keys()):
        q[key] = p[key] ** 2
        del p[key]
    for key, value in q.items():
        p[key] = value * x
    total = 0.0
    for value in p.values():
        total += value
    return total + len(p) + ("a" in p)


@programs.at((2.0, 3.0))
def a_dict_of_dicts(x, y):
    p = {"u": {"a": x}, "v": {"a": y}}
    p["u"]["b"] = p["v"]["a"] * x
    p["v"], p["u"] = p["u"], p["v"]
    p["v"]["a"] *= 3
    return p["v"]["b"] * p["v"]["a"] + p["u"]["a"] ** 2


@programs.at(np.array([1.0, 2.0, 3.0]))
def arrays_in_a_dict_are_written_through(x):
    state = {"u": x * 1.0, "v": x * x}
    alias = state["u"]
    state["u"][1:] += state["v"][:-1]
    state["v"] *= alias
    alias[0] = 2 * alias[1]
    state["w"] = state["u"]
    state["w"][2] = alias[0] * alias[1]
    return np.sum(state["u"] * state["v"])


@programs.at(({"u": np.array([1.0, 2.0]), "t": 0.5}, 3), ({"u": np.array([1.0, 2.0]), "t": 0.5}, 0))
def a_state_dict_of_the_caller(state, n):
    for _ in range(n):
        state["u"][0] = state["u"][1] * state["t"]
        state["u"] = state["u"] * 1.1
        state["t"] += 0.1 * state["u"][0]
    return np.sum(state["u"] ** 2) * state["t"]


def stepped(state, dt):
    state["v"][0] = state["u"][1] * dt
    state["u"], state["v"] = state["v"], state["u"]
    state["t"] *= 1 + dt


@programs.at((np.array([1.0, 2.0]), 0.3, 3), (np.array([1.0, 2.0]), 0.3, 0), argnums=(0, 1))
def a_state_dict_of_different_things(u, dt, n):
    state = {"u": u, "v": u * 2, "t": 0.0, "n": 0, "name": "s"}
    for _ in range(n):
        state["u"][1:] += dt * state["v"][:-1] * state["t"]
        state["v"] = state["v"] * state["u"]
        state["t"] += dt
        state["n"] += 1
        stepped(state, dt)
    return np.sum(state["u"] * state["v"]) * state["t"] + state["n"] * dt


@programs.at((2.0, 3.0))
def an_alias_of_a_dict(x, y):
    p = {"a": x}
    q = p
    q["b"] = y * p["a"]
    p["a"] = q["b"] * x
    del q["b"]
    return q["a"] * len(p)


@programs.at((2.0, 3.0, True), (2.0, 3.0, False))
def set_in_one_branch_only(x, y, flag):
    p = {"a": x}
    if flag:
        p["b"] = y * x
        p["a"] *= y
    return weighed(p.values()) + p.get("b", y)


@programs.at((2.0, 10.0), (2.0, 1.0))
def set_until_a_break(x, limit):
    p = {}
    i = 0
    while i < 5:
        p[i] = x
        x = x * 1.5 + p[0]
        if x > limit:
            break
        i += 1
    return weighed(p.values()) * x


@programs.at((2.0, 5), (2.0, 0))
def memoised_by_hand(x, n):
    memo = {}

    def fib(k):
        if k < 2:
            return x + k
        if k not in memo:
            memo[k] = fib(k - 1) * 0.5 + fib(k - 2) * x
        return memo[k]

    return fib(n) * x


@programs.at((2.0, 3.0))
def a_defaultdict_of_floats(x, y):
    totals = defaultdict(float)
    for key, value in [("a", x), ("b", y), ("a", x * y)]:
        totals[key] += value * value
    totals["c"] += totals["a"]
    return totals["a"] * totals["b"] + totals["c"]


@programs.at((2.0, 4))
def a_defaultdict_of_lists(x, n):
    groups = defaultdict(list)
    for i in range(n):
        groups[i % 2].append(x**i)
        groups[i % 3].append(x + i)
    return weighed(groups[0]) + weighed(groups[1]) * weighed(groups[2])


@programs.at((2.0, 4))
def a_defaultdict_of_lambdas(x, n):
    weights = defaultdict(lambda: 1.0)
    for i in range(n):
        weights[i % 2] *= x + i
    return weights[0] * weights[1]


@programs.at((2.0, 3.0))
def a_defaultdict_of_ints(x, y):
    counts = defaultdict(int)
    for key in "abca":
        counts[key] += 1
    return x ** counts["a"] * y ** counts["b"] * (1 + counts["z"])


@programs.at((2.0, "abca"))
def a_counter_of_letters(x, word):
    counts = Counter(word)
    return x ** counts["a"] + counts["z"] + x * len(counts)


@programs.at((2.0, 3), (2.0, 0))
def a_deque_as_a_queue(x, n):
    queue = deque([x])
    total = 0.0
    for i in range(n):
        queue.append(x * i)
        queue.append(queue[0] * 0.5)
        total += queue.popleft() ** 2
    return total + weighed(queue)


@programs.at((2.0, 3))
def a_deque_from_both_ends(x, n):
    d = deque()
    for i in range(n):
        d.append(x + i)
        d.appendleft(x * i)
    total = 1.0
    while d:
        total = total * 0.5 + d.pop() * x
        if d:
            total += d.popleft() ** 2
    return total


@programs.at((2.0, 3.0))
def a_deque_is_rotated(x, y):
    d = deque([x, y, x * y])
    d.rotate(1)
    d[0] *= x
    d.rotate(-2)
    d.extend([y, x])
    d.extendleft([x, y * y])
    d.reverse()
    return weighed(d)


@programs.at((2.0, 6), (2.0, 0))
def a_deque_of_limited_length(x, n):
    recent = deque(maxlen=3)
    for i in range(n):
        recent.append(x * (i + 1))
        x = x * 0.9 + recent[0] * 0.1
    return weighed(recent) + x


@programs.at((2.0, 6))
def a_deque_of_limited_length_from_the_left(x, n):
    recent = deque([x, x], maxlen=3)
    for i in range(n):
        recent.appendleft(recent[-1] * 0.5 + i * x)
    return weighed(recent)


@programs.at((2.0, 3.0))
def a_deque_of_pairs(x, y):
    work = deque([(x, 2), (y, 1)])
    total = 0.0
    while work:
        v, n = work.popleft()
        total += v * v * n
        if n > 0:
            work.append((v * total * 0.1, n - 1))
    return total


@programs.at(np.array([1.0, 2.0]))
def a_deque_of_arrays(x):
    history = deque([x, 2 * x], maxlen=2)
    for k in range(3):
        history.append(history[-1] * history[0] + k)
    history[0][1] *= x[0]
    return np.sum(history[0] * history[1])


@programs.at(collections.deque([1.0, 2.0, 3.0]))
def a_deque_of_the_caller(d):
    v = d.popleft()
    d.append(v * d[0])
    return weighed(d)


@programs.at((2.0, [3, 1, 2]))
def sets_of_ints(x, items):
    seen = set()
    total = 0.0
    for i in items + [1, 2]:
        if i not in seen:
            total += x**i
        seen.add(i)
        if len(seen) > 2:
            seen.discard(3)
    for i in sorted(seen):
        total *= x + i
    return total


@programs.at((2.0, 5))
def visited_nodes_of_a_graph(x, n):
    edges = {0: [1, 2], 1: [3], 2: [3, 4], 3: [4], 4: []}
    value = {0: x}
    visited = set()
    stack = [0]
    while stack:
        node = stack.pop()
        if node in visited:
            continue
        visited.add(node)
        for other in edges[node]:
            value[other] = value.get(other, 0.0) + value[node] * (1 + 0.1 * other)
            stack.append(other)
    return value[4] * value[3] + len(visited) + n


@programs.at(1.3)
def a_read_puts_a_missing_item_into_a_defaultdict(x):
    d = collections.defaultdict(float)
    d[1] = x
    d[2]
    y = d[3]
    return len(d) * x + (0.0 if y > 1.0 else x * x)


# ---------------------------------------------------------------- given dicts that make up what is missing


def filled(f, **k):
    d = defaultdict(f)
    d.update({int(n[1:]): v for n, v in k.items()})
    return d


@programs.at((np.array([0.3, -0.7, 1.1, 0.4]), filled(float, k0=1.0)))
def a_given_defaultdict_is_copied(x, given):
    d = dict(given)
    t = 0.0
    for i in range(4):
        t += x[i] * d.get(i, 0.0)
        d[i] = t
    return t * len(d)


@programs.at((np.array([0.3, -0.7, 1.1, 0.4]), filled(float, k0=1.0)))
def a_given_defaultdict_is_read_with_get(x, d):
    t = 0.0
    for i in range(4):
        t += x[i] * d.get(i, 1.0)
        d[i] = t * x[0]
    for k, v in d.items():
        t += v * v * k
    d.setdefault(7, x[1])
    if 0 in d:
        t *= d.pop(0)
    return t * len(d) + sum(d.values())


@programs.at((np.array([0.3, -0.7, 1.1, 0.4]), collections.Counter({0: 2, 1: 3})), argnums=0)
def a_given_counter(x, c):
    t = 0.0
    for k, n in c.items():
        t += x[k] ** n
    return t


@programs.at((np.array([0.3, -0.7, 1.1, 0.4]), collections.defaultdict(list)), argnums=0)
def a_given_defaultdict_of_lists(x, d):
    for i in range(4):
        d.setdefault(i % 2, []).append(x[i])
    return sum(sum(v) ** 2 for v in d.values())


@programs.at((2.0, 3.0))
def merges_in_place(x, y):
    d = {"a": x, "b": y}
    other = d
    d |= {"b": x * y, "c": y**2}
    d["a"] *= other["c"]
    return sum((i + 1.5) * v for i, v in enumerate(other.values()))


@programs.at({"weights": np.array([[0.4, -0.3], [1.2, 0.8]]), "offset": np.array([0.5, -1.1])})
def steps_of_momentum(params):
    speed = {key: np.zeros_like(value) for key, value in params.items()}
    for _ in range(2):
        for key in params:
            speed[key] = 0.5 * speed[key] + params[key] ** 2
            params[key] -= 0.1 * speed[key]
    return np.sum(params["weights"] @ params["offset"]) + speed["offset"][1]


@programs.at((np.array([0.7, 1.3, 0.4]),), (np.array([-0.2, 0.5, 2.0]),))
def keys_that_share_one_list(x):
    found = dict.fromkeys("ab", [])
    found["a"].append(x[0] ** 2)
    return found["b"][0] * x[1]


@programs.at((np.array([0.7, 1.3, 0.4]),))
def keys_that_share_one_array(x):
    found = dict.fromkeys(range(2), np.zeros(3))
    found[0] += x**2
    found[1] *= x
    return found[0].sum()


@programs.at((np.array([0.7, 1.3, 0.4]), ["u", "v", "u"]), (np.array([0.7, 1.3, 0.4]), []))
def keys_that_start_at_a_number(x, names):
    totals = dict.fromkeys(names, 0.5)
    for name, value in zip(names, x):
        totals[name] *= value
    return x[0] ** 2 + sum(totals[name] for name in sorted(totals))


@programs.at((1.5, {"a": 1.0}), (-0.4, {"b": 2.0}))
def dicts_are_merged_in_place(x, given):
    made = {"a": x}
    other = made
    made |= {"a": x * 2}
    given |= [("c", other["a"])]
    for key in "de":
        other |= {key: x}
    return sum(made.values()) * len(other) + sum(given.values()) * x


test_gradient = programs.test()
