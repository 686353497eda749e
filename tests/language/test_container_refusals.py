"""What is refused of containers, objects and procedures: with the place, and with something to do instead."""

import collections
import copy
import heapq
import importlib
from collections import ChainMap, OrderedDict, deque

import numpy as np
import pytest

import srcad
from tests.check import check, refused

LOG = []
TABLE = {}
BUFFER = np.zeros(3)
x3 = np.array([1.0, 2.0, 3.0])


class Node:
    def __init__(self, value):
        self.value = value
        self.next = None


class Guarded:
    def __init__(self, value):
        self.value = value

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)


class Scaled:
    def __init__(self, value):
        self._value = value

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, value):
        self._value = value


def appends_to_a_global(x):
    LOG.append(x * x)
    return x * x


def sets_an_item_of_a_global(x):
    TABLE["a"] = x * x
    return x * x


def writes_into_a_global_array(x):
    BUFFER[0] = x * x
    return BUFFER[0] * x


def uses_a_heap(x):
    heap = [x, x * x]
    heapq.heappush(heap, x * 2)
    return heapq.heappop(heap) * x


def puts_a_float_into_a_set(x):
    seen = set()
    seen.add(x * x)
    return x


def slices_a_deque(x):
    d = deque([x, x * x])
    first = d[:1]
    return first[0] * x


def repeats_a_deque(x):
    d = deque([x, x * x])
    d *= 2
    return d[0] * x


def joins_deques(x):
    d = deque([x, x * x])
    e = d + d
    return e[0] * x


def sorts_a_deque(x):
    d = deque([x, x * x])
    d.sort()
    return d[0] * x


def copies_a_deque_of_limited_length(x):
    d = deque([x, x * x], maxlen=2)
    e = d.copy()
    return e[0] * x


def a_step_that_is_not_known(x, k):
    xs = [x, x * x, 2.0]
    xs[::k] = [x, 1.0, x]
    return xs[0] * xs[2]


def a_slice_held_in_a_variable(x, k):
    xs = [x, x * x, 2.0]
    part = slice(0, k)
    xs[part] = [x]
    return xs[0] * xs[1]


def a_default_that_is_active(x):
    weights = collections.defaultdict(lambda: x * 0.5)
    weights["a"] *= x
    return weights["a"]


def reads_a_given_defaultdict(x, weights):
    total = 0.0
    for i in range(3):
        total += x * weights[i]
    return total * len(weights)


def item_of(d, k):
    return d[k]


def reads_a_given_counter_in_a_helper(x, counts):
    return x * item_of(counts, 2)


def updates_with_a_number(x):
    p = {"a": x}
    p.update(3.0)
    return p["a"]


def subtracts_from_a_list(x):
    xs = [x, x * x]
    xs -= [x]
    return xs[0]


def adds_a_number_to_a_list(x):
    xs = [x, x * x]
    ys = xs + x
    return ys[0]


def multiplies_a_list_by_a_float(x):
    xs = [x, x * x]
    ys = xs * x
    return ys[0]


def an_unknown_list_method(x):
    xs = [x, x * x]
    xs.rotate(1)
    return xs[0]


def an_unknown_dict_method(x):
    p = {"a": x}
    p.move_to_end("a")
    return p["a"] * x


def objects_without_end(x):
    head = None
    for k in range(3):
        node = Node(x * k)
        node.next = head
        head = node
    return head.value * head.next.value


def through_setattr(x):
    s = Guarded(x)
    s.value = x * x
    return s.value * x


def writes_into_a_number(x):
    y = x * x
    y[0] = x
    return y


def writes_an_attribute_of_an_array(x):
    y = np.array([x, x])
    y.scale = x
    return y[0]


def different_things_in_a_list(x):
    xs = [x, "a"]
    xs.append(x * x)
    return xs[0] * xs[2]


def a_dict_of_a_float_key(x):
    p = ChainMap({"a": x})
    return p["a"] * x


def default_that_keeps(x, into=[]):  # noqa: B006
    into.append(x * x)
    return sum(into)


def calls_what_keeps(x):
    y = default_that_keeps(x)
    return y * x


class Link:
    def __init__(self, value, following=None):
        self.value = value
        self.following = following


def links_objects_in_a_loop(x):
    head = None
    for i in range(4):
        head = Link(x * i, head)
    total = 0.0
    while head is not None:
        total += head.value**2
        head = head.following
    return total


def links_at_the_tail(x):
    head = tail = Link(x)
    for _ in range(3):
        tail.following = Link(tail.value * x)
        tail = tail.following
    return head.value * tail.value


def links_pairs_in_a_loop(x):
    head = None
    for i in range(4):
        head = (x * i, head)
    return head[0] * head[1][0]


def grows_a_tree(x):
    def branch(depth, w):
        if depth == 0:
            return None
        return (w, branch(depth - 1, w * 0.5), branch(depth - 1, np.sin(w)))

    def total(tree):
        return 0.0 if tree is None else tree[0] ** 2 + total(tree[1]) + total(tree[2])

    return total(branch(3, x))


def takes_from_a_set_by_an_operator(x):
    seen = {1, 2}
    seen -= {1}
    return x * len(seen)


REFUSED = [
    (appends_to_a_global, (2.0,), "LOG.append", "a write into the global LOG"),
    (sets_an_item_of_a_global, (2.0,), "TABLE[", "a write into the global TABLE"),
    (writes_into_a_global_array, (2.0,), "BUFFER[0] =", "a write into the global BUFFER"),
    (uses_a_heap, (2.0,), "heapq.heappush", "heappush"),
    (puts_a_float_into_a_set, (2.0,), "seen.add", "a float put into a set"),
    (slices_a_deque, (2.0,), "d[:1]", "a slice of a deque"),
    (repeats_a_deque, (2.0,), "d *= 2", "`*=` on deque of float"),
    (joins_deques, (2.0,), "d + d", "`add` on deque of float"),
    (sorts_a_deque, (2.0,), "d.sort()", "the method .sort() of a deque"),
    (copies_a_deque_of_limited_length, (2.0,), "d.copy()", "a copy of a deque of limited length"),
    (a_step_that_is_not_known, (2.0, 1), "xs[::k]", "whose step is not known"),
    (a_slice_held_in_a_variable, (2.0, 1), "xs[part]", "a slice that is a value of its own"),
    (a_default_that_is_active, (2.0,), "defaultdict(", "a defaultdict made otherwise"),
    (
        reads_a_given_defaultdict,
        (2.0, collections.defaultdict(float)),
        "weights[i]",
        "a defaultdict that was given makes up",
    ),
    (reads_a_given_counter_in_a_helper, (2.0, collections.Counter([1])), "d[k]", "a Counter that was given"),
    (updates_with_a_number, (2.0,), "p.update", "dict.update with"),
    (subtracts_from_a_list, (2.0,), "xs -= [x]", "`isub` on list of float"),
    (adds_a_number_to_a_list, (2.0,), "xs + x", "list of float + float"),
    (multiplies_a_list_by_a_float, (2.0,), "xs * x", "a list times float"),
    (an_unknown_list_method, (2.0,), "xs.rotate", "the list method .rotate()"),
    (an_unknown_dict_method, (2.0,), "p.move_to_end", "the method .move_to_end()"),
    (objects_without_end, (2.0,), "node.next = head", "do not settle"),
    (through_setattr, (2.0,), "", "Guarded.value"),
    (writes_into_a_number, (2.0,), "y[0] = x", "a write into float"),
    (writes_an_attribute_of_an_array, (2.0,), "y.scale = x", "a write to the attribute .scale"),
    (different_things_in_a_list, (2.0,), "", ""),
    (a_dict_of_a_float_key, (2.0,), "ChainMap", "ChainMap"),
    (links_objects_in_a_loop, (2.0,), "", "do not settle"),
    (links_at_the_tail, (2.0,), "", "do not settle"),
    (links_pairs_in_a_loop, (2.0,), "", "do not settle"),
    (grows_a_tree, (2.0,), "", "do not settle"),
    (calls_what_keeps, (2.0,), "", "into"),
    (takes_from_a_set_by_an_operator, (2.0,), "seen -= {1}", "changed in place by an operator"),
]


@pytest.mark.parametrize(("function", "args", "line", "message"), REFUSED, ids=lambda v: getattr(v, "__name__", ""))
def test_it_is_refused_with_a_place_and_a_remedy(function, args, line, message):
    kept = copy.deepcopy(args)
    refused(function, *args, error=srcad.SrcadError, line_contains=line, message_contains=message)
    assert args == kept
    assert not LOG and not TABLE and not BUFFER.any()


def overlapping(u, v):
    u[1:] = u[:-1] * v[1:]
    return np.sum(u * v)


def test_arguments_that_overlap_are_refused():
    x = np.arange(4.0)
    with pytest.raises(srcad.AliasError) as caught:
        srcad.grad(overlapping, (0, 1))(x[:3], x[1:])
    assert "u and v share memory" in str(caught.value) and caught.value.remedy
    assert np.array_equal(x, np.arange(4.0))


def in_a_list(rows, v):
    rows[0][0] = v[1] * v[2]
    return np.sum(rows[0] * v)


def test_an_array_in_a_list_that_overlaps_an_argument_is_refused():
    with pytest.raises(srcad.AliasError):
        x = x3.copy()
        srcad.grad(in_a_list, (0, 1))([x], x)


def twice_in_a_list(rows):
    rows[0][0] = rows[1][1] * rows[1][2]
    return np.sum(rows[0] * rows[1])


def test_one_array_twice_in_a_list_that_is_written_is_refused_or_right():
    x = x3.copy()
    with pytest.raises(srcad.AliasError):
        srcad.grad(twice_in_a_list)([x, x])


def one_list_twice(xs, ys):
    xs[0] = ys[1] * ys[0]
    return xs[0] * ys[0] + ys[1]


def test_one_list_given_twice_and_written_is_refused():
    xs = [1.0, 2.0]
    with pytest.raises(srcad.AliasError):
        srcad.grad(one_list_twice, (0, 1))(xs, xs)
    assert xs == [1.0, 2.0]


def an_ordered_dict(p):
    p["a"] = p["a"] * p["b"]
    return p["a"] * p["b"]


def test_an_ordered_dict_of_the_caller_may_be_written():
    p = OrderedDict(a=2.0, b=3.0)
    assert srcad.grad(an_ordered_dict)(p) == {"a": 9.0, "b": 12.0}
    assert p == OrderedDict(a=2.0, b=3.0)


def test_a_set_of_values_that_carry_a_derivative_is_refused():
    def largest(x):
        return max({x, 2.0})

    def smallest(x):
        return sorted({x, 2 * x})[0]

    def frozen(x):
        return max(frozenset([x, 3 * x]))

    for f in (largest, smallest, frozen):
        refusal = refused(f, 2.5, error=srcad.UnsupportedSyntax, message_contains="put into a set")
        assert "list" in refusal.remedy
        with pytest.raises(srcad.UnsupportedSyntax, match="put into a set"):
            srcad.jvp(f, (2.5,), (1.0,))
    check(lambda x: max([x, 2.0]), 2.5)
    check(lambda x: x * max({1.0, 2.0}) * len({int(x), 3}), 2.5)


def test_keys_that_carry_a_derivative_are_looked_up_and_not_read_back():
    def largest_key(x):
        d = {}
        d[x] = 1.0
        return max(d)

    def sum_of_keys(x):
        return sum(k for k in {x: 1.0, 2 * x: 2.0})

    def counted(x):
        d = {x: 1, 2 * x: 2}
        return sum(d)

    def in_a_tuple(x):
        d = {(x, 1): 2.0}
        return sum(k[0] for k in d)

    for f in (largest_key, sum_of_keys, counted, in_a_tuple):
        refusal = refused(f, 2.5, error=srcad.KindError, message_contains="key")
        assert "list" in refusal.remedy

    def memoised(x):
        memo = {}
        memo[x] = x * x
        memo[2 * x] = memo[x] * 3
        return memo[2 * x] * x

    check(memoised, 2.5)


@pytest.mark.parametrize(
    ("operator", "method"),
    [
        ("|=", "update"),
        ("&=", "intersection_update"),
        ("-=", "difference_update"),
        ("^=", "symmetric_difference_update"),
    ],
)
def test_the_method_that_is_named_does_what_the_operator_on_a_set_does(operator, method, tmp_path, monkeypatch):
    (tmp_path / f"sets_{method}.py").write_text(
        f"def written(x):\n    s = {{1, 2}}\n    s {operator} {{2, 3, 4}}\n    return x * len(s) * sum(s)\n\n\n"
        f"def called(x):\n    s = {{1, 2}}\n    s.{method}({{2, 3, 4}})\n    return x * len(s) * sum(s)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module(f"sets_{method}")
    with pytest.raises(srcad.SrcadError) as caught:
        srcad.grad(module.written)(2.0)
    assert f".{method}(" in caught.value.remedy
    assert srcad.grad(module.called)(2.0) == module.written(1.0)


def numbers_beside_a_list(x):
    held = [x[0], x[1], [x[2]]]
    for k in range(2):
        held[k] = held[k] * 2.0
    return held[0] ** 2 * held[2][0]


def numbers_in_a_list_of_their_own(x):
    held, others = [x[0], x[1]], [[x[2]]]
    for k in range(2):
        held[k] = held[k] * 2.0
    return held[0] ** 2 * others[0][0]


def an_index_kept_beside_a_number(x):
    pairs = [[v * v, i] for i, v in enumerate(x)]
    pairs[0][0] = x[1]
    return sum(pair[0] * x[pair[1]] for pair in pairs)


def an_index_kept_beside_a_number_made_an_int(x):
    pairs = [[v * v, i] for i, v in enumerate(x)]
    pairs[0][0] = x[1]
    return sum(pair[0] * x[int(pair[1])] for pair in pairs)


def an_array_beside_a_number_by_name(x):
    held = {"w": x.copy(), "n": 3.0}
    part = held["nw"[int(x[0] > 0.0)]]
    part[0] *= 2.0
    return (held["w"] ** 2).sum()


def an_array_apart_from_a_number_by_name(x):
    held, count = {"w": x.copy()}, 3.0
    part = held["nw"[int(x[0] > 0.0)]]
    part[0] *= 2.0
    return (held["w"] ** 2).sum() + count


def an_iterator_whose_item_is_written(x):
    rows = [x.copy(), 2 * x]
    items = iter(rows)
    first = next(items)
    first[0] = first[1] ** 2
    return rows[0].sum()


def an_item_that_is_written(x):
    rows = [x.copy(), 2 * x]
    first = rows[0]
    first[0] = first[1] ** 2
    return rows[0].sum()


@pytest.mark.parametrize(
    ("function", "line", "remedy", "followed"),
    [
        (numbers_beside_a_list, "held = [", "numbers apart from lists and arrays", numbers_in_a_list_of_their_own),
        (an_index_kept_beside_a_number, "x[pair[1]]", "int(...)", an_index_kept_beside_a_number_made_an_int),
        (an_array_beside_a_number_by_name, "part[0]", "keep arrays apart", an_array_apart_from_a_number_by_name),
        (an_iterator_whose_item_is_written, "first[0]", "by index or key: xs[0]", an_item_that_is_written),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_the_remedy_works_when_it_is_followed(function, line, remedy, followed):
    refusal = refused(function, x3, error=srcad.SrcadError, line_contains=line)
    assert remedy in refusal.remedy
    check(followed, x3)
