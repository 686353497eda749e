"""What is refused because it cannot be proven who shares whose memory: the message names what and where."""

import numpy as np
import pytest

import srcad
from tests.check import refused

x4 = np.array([0.5, 1.2, 2.0, -1.0])
m33 = np.arange(9.0).reshape(3, 3) + 0.5
STATE = np.zeros(4)
TABLE = [0.0, 1.0]
NAMES = []
SEEN = set()


class Board:
    def __init__(self):
        self.names = []


BOARD = Board()


class Opaque:
    """An object that srcad cannot look into."""

    __slots__ = ("_held",)

    def __init__(self, held):
        self._held = held

    def __getattr__(self, name):
        if name != "anything":
            raise AttributeError(name)
        return self._held


# ---------------------------------------------------------------- globals


def stores_into_a_global_array(x):
    STATE[0] = x[0]
    return np.sum(x * STATE)


def adds_to_a_global_array(x):
    STATE[:] += x
    return np.sum(STATE)


def adds_to_a_global_array_at_repeated_indices(x):
    np.add.at(STATE, [0, 0], x[:2])
    return np.sum(STATE)


def copies_into_a_global_array(x):
    np.copyto(STATE, x)
    return np.sum(STATE)


def writes_a_result_into_a_global_array(x):
    np.multiply(x, x, out=STATE)
    return np.sum(STATE)


def fills_a_global_array(x):
    STATE.fill(x[0])
    return np.sum(STATE)


def appends_to_a_global_list(x):
    TABLE.append(x[0] * x[0])
    return TABLE[-1]


def stores_into_a_view_of_a_global_array(x):
    part = STATE[1:]
    part[0] = x[0]
    return np.sum(STATE) * x[1]


def a_helper_stores_into_a_global_array(x):
    remember(x)
    return np.sum(STATE) * x[1]


def counts_what_is_in_a_global_list(x):
    s = x[0]
    for i in range(3):
        NAMES.append(i)
        s = s * x[1] * len(NAMES)
    return s


def takes_from_a_global_list(x):
    s = x[0]
    while NAMES:
        s = s * x[NAMES.pop()]
    return s


def counts_what_a_helper_put_into_a_global_list(x):
    note(2)
    return x[0] ** 2 * len(NAMES)


def note(name):
    NAMES.append(name)


def branches_on_a_global_set(x):
    s = x[0]
    for i in [0, 1, 1]:
        if i in SEEN:
            s = s * x[1]
        SEEN.add(i)
    return s


def adds_to_an_alias_of_a_global_set(x):
    seen = SEEN
    seen.add(2)
    return x[0] ** 2 * len(SEEN)


def adds_to_a_global_set_in_a_tuple(x):
    seen, first = (SEEN, x[0])
    seen.add(2)
    return first**2 * len(SEEN)


def adds_to_a_global_set_through_a_helper(x):
    mark(SEEN)
    return x[0] ** 2


def mark(seen):
    seen.add(2)


def adds_to_a_global_set_that_a_helper_returns(x):
    the_set().add(2)
    return x[0] ** 2


def the_set():
    return SEEN


def appends_to_a_list_of_a_global_object(x):
    s = x[0]
    for i in range(3):
        BOARD.names.append(i)
        s = s * x[BOARD.names[-1]]
    return s


def remember(x):
    STATE[1] = x[0]


# ---------------------------------------------------------------- view or copy


def may_take_a_view_or_a_copy(x):
    y = x * x
    s = y[x[0] > 0]
    s += x[1]
    return np.sum(x * np.sum(s))


def views_by_a_function_that_srcad_does_not_view_with(A):
    B = A * A
    v = np.broadcast_to(B[0], (3, 3))
    B[0, 0] = A[1, 1]
    return np.sum(v * A)


def views_by_stride_tricks(x):
    y = x * x
    v = np.lib.stride_tricks.sliding_window_view(y, 2)
    y[0] = x[1]
    return np.sum(v * v)


def views_by_as_strided(x):
    y = x * x
    v = np.lib.stride_tricks.as_strided(y, (2, 2), (16, 8))
    y[0] = x[1]
    return np.sum(v)


def holds_flat_while_writing(A):
    B = A * A
    f = B.flat
    B[0, 0] = A[1, 1]
    total = 0.0
    for k in range(9):
        total += f[k]
    return total


def goes_through_flat_while_writing(A):
    B = A * A
    total = 0.0
    for v in B.T.flat:
        total += v * v
        B[2, 2] = total
    return total


def holds_a_memory_view(x):
    y = x * x
    v = memoryview(y)
    y[0] = 3.0
    return v[0] * x[1]


# ---------------------------------------------------------------- arrays of objects, opaque objects


def makes_an_array_of_objects(x):
    y = np.array([x[0], None], dtype=object)
    y[0] = x[1]
    return y[0] * x[0]


def makes_an_empty_array_of_objects(x):
    y = np.empty(2, dtype=object)
    y[0] = x
    y[0][1] = 2.0
    return np.sum(x * x)


def writes_through_an_opaque_object(x, holder):
    a = holder.anything
    a[0] = x[0] * x[1]
    return np.sum(a * x)


# ---------------------------------------------------------------- procedures


def partitions(x):
    x.partition(2)
    return x[0]


def resizes(x):
    y = x * x
    y.resize(6)
    return np.sum(y)


def swaps_bytes(x):
    y = x * x
    y.byteswap(True)
    return np.sum(y)


def places(x):
    y = x * x
    np.place(y, y > 1, [1.0, 2.0])
    return np.sum(y)


def puts_along_an_axis(A):
    B = A * A
    np.put_along_axis(B, np.array([[0], [1], [2]]), 0.0, axis=1)
    return np.sum(B)


def puts_with_a_mode(x):
    y = x * x
    np.put(y, [7], x[0], mode="wrap")
    return np.sum(y)


def puts_a_mask_of_other_values(x):
    y = x * x
    np.putmask(y, x > 0, x[:2])
    return np.sum(y)


def fills_a_wrapped_diagonal(A):
    B = A * A
    np.fill_diagonal(B, 0.0, wrap=True)
    return np.sum(B)


def multiplies_at_two_indices_with_repeats(A):
    B = A * A
    np.multiply.at(B, ([[0], [0]], [1, 1]), 2.0)
    return np.sum(B)


def writes_where_without_out(x):
    return np.sum(np.multiply(x, x, where=x > 0))


def reduces_where_into_out(A):
    s = np.zeros(3)
    np.sum(A, axis=0, out=s, where=A > 1)
    return np.sum(s)


def shuffles(x):
    y = x * x
    np.random.default_rng(0).shuffle(y)
    return np.sum(y * y)


def shuffles_an_index_that_is_needed_again(x):
    order = np.array([2, 0, 1])
    y = x * x
    a = np.sum(y[order] * x[:3])
    rng = np.random.default_rng(0)
    rng.shuffle(order)
    return a + np.sum(y[order] * x[1:])


def masks_with_ints(x):
    y = x * x
    np.copyto(y, 1.0, where=np.array([1, 0, 0, 1]))
    return np.sum(y)


CASES = [
    (shuffles_an_index_that_is_needed_again, x4, srcad.SrcadError, "rng.shuffle(order)", ".shuffle() may write into"),
    (masks_with_ints, x4, srcad.SrcadError, "np.copyto", "a mask of int64"),
    (stores_into_a_global_array, x4, srcad.SrcadError, "STATE[0] = x[0]", "STATE"),
    (adds_to_a_global_array, x4, srcad.SrcadError, "STATE[:] += x", "STATE"),
    (adds_to_a_global_array_at_repeated_indices, x4, srcad.SrcadError, "np.add.at", "STATE"),
    (copies_into_a_global_array, x4, srcad.SrcadError, "np.copyto", "STATE"),
    (writes_a_result_into_a_global_array, x4, srcad.SrcadError, "out=STATE", "STATE"),
    (fills_a_global_array, x4, srcad.SrcadError, "STATE.fill", "STATE"),
    (appends_to_a_global_list, x4, srcad.SrcadError, "TABLE.append", "TABLE"),
    (stores_into_a_view_of_a_global_array, x4, srcad.SrcadError, "part[0] = x[0]", "STATE"),
    (a_helper_stores_into_a_global_array, x4, srcad.SrcadError, "STATE[1] = x[0]", "STATE"),
    (counts_what_is_in_a_global_list, x4, srcad.AliasError, "NAMES.append", "NAMES, which the program also reads"),
    (takes_from_a_global_list, x4, srcad.AliasError, "NAMES.pop", "NAMES, which the program also reads"),
    (counts_what_a_helper_put_into_a_global_list, x4, srcad.AliasError, "NAMES.append", "which the program also reads"),
    (branches_on_a_global_set, x4, srcad.AliasError, "SEEN.add", "SEEN, which the program also reads"),
    (adds_to_an_alias_of_a_global_set, x4, srcad.AliasError, "seen.add", "seen may be the global SEEN"),
    (adds_to_a_global_set_in_a_tuple, x4, srcad.AliasError, "seen.add", "seen may be the global SEEN"),
    (adds_to_a_global_set_through_a_helper, x4, srcad.AliasError, "seen.add", "seen may be the global SEEN"),
    (adds_to_a_global_set_that_a_helper_returns, x4, srcad.AliasError, "the_set()", "may be the global SEEN"),
    (appends_to_a_list_of_a_global_object, x4, srcad.AliasError, "BOARD.names.append", "may be the global BOARD"),
    (may_take_a_view_or_a_copy, x4, srcad.AliasError, "y[x[0] > 0]", "this index of y takes a view or a copy"),
    (views_by_a_function_that_srcad_does_not_view_with, m33, srcad.AliasError, "np.broadcast_to", "written to"),
    (views_by_stride_tricks, x4, srcad.SrcadError, "sliding_window_view", "sliding_window_view"),
    (views_by_as_strided, x4, srcad.SrcadError, "as_strided", "as_strided"),
    (holds_flat_while_writing, m33, srcad.AliasError, "f = B.flat", "B.flat is held"),
    (goes_through_flat_while_writing, m33, srcad.AliasError, "B.T.flat", "flat is held"),
    (holds_a_memory_view, x4, srcad.SrcadError, "memoryview(y)", "memoryview"),
    (makes_an_array_of_objects, x4, srcad.SrcadError, "y[0] = x[1]", "not known"),
    (makes_an_empty_array_of_objects, x4, srcad.SrcadError, "y[0][1] = 2.0", "not known"),
    (partitions, x4, srcad.SrcadError, "x.partition(2)", ".partition()"),
    (resizes, x4, srcad.SrcadError, "y.resize(6)", ".resize()"),
    (swaps_bytes, x4, srcad.SrcadError, "y.byteswap(True)", ".byteswap()"),
    (places, x4, srcad.SrcadError, "np.place", "np.place"),
    (puts_along_an_axis, m33, srcad.SrcadError, "np.put_along_axis", "np.put_along_axis"),
    (puts_with_a_mode, x4, srcad.SrcadError, 'mode="wrap"', "mode="),
    (puts_a_mask_of_other_values, x4, srcad.SrcadError, "np.putmask", "another shape"),
    (fills_a_wrapped_diagonal, m33, srcad.SrcadError, "wrap=True", "wrap="),
    (multiplies_at_two_indices_with_repeats, m33, srcad.SrcadError, "np.multiply.at", "np.multiply.at"),
    (writes_where_without_out, x4, srcad.SrcadError, "where=x > 0", "where="),
    (reduces_where_into_out, m33, srcad.SrcadError, "where=A > 1", "where="),
    (shuffles, x4, srcad.SrcadError, "shuffle(y)", "shuffle"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_is_refused_with_a_place_and_a_remedy(case):
    function, point, error, line, said = case
    where = STATE.copy(), list(TABLE), point.copy()
    if function is a_helper_stores_into_a_global_array:
        with pytest.raises(error, match=said) as caught:
            srcad.grad(function)(point)
        assert line in caught.value.place.text and caught.value.remedy
    else:
        refused(function, point, error=error, line_contains=line, message_contains=said)
    assert np.array_equal(STATE, where[0]) and where[1] == TABLE and np.array_equal(point, where[2])


def test_a_write_through_an_opaque_object_is_refused():
    with pytest.raises(srcad.SrcadError) as caught:
        srcad.grad(writes_through_an_opaque_object)(x4, Opaque(x4 * 2))
    assert caught.value.remedy


def test_an_argument_of_objects_is_refused():
    with pytest.raises(srcad.SrcadError) as caught:
        srcad.grad(stores)(np.array([1.0, 2.0], dtype=object), x4)
    assert caught.value.remedy


# ---------------------------------------------------------------- arguments that overlap


def stores(a, b):
    a[1:] = b[:-1] * 2.0
    return np.sum(a * b)


def reads(a, b):
    return np.sum(a * b)


def writes_by_a_helper(a, b, c):
    stores(c, b)
    return np.sum(a) + np.sum(c * b)


@pytest.mark.parametrize("second", ["itself", "reversed", "shifted", "transposed", "row"])
def test_arguments_that_share_memory_while_one_is_written(second):
    base = np.arange(16.0).reshape(4, 4) + 1.0
    first, other = {
        "itself": (base[0], base[0]),
        "reversed": (base[0], base[0, ::-1]),
        "shifted": (base.ravel()[:4], base.ravel()[2:6]),
        "transposed": (base, base.T),
        "row": (base, base[:4]),
    }[second]
    for derivative in (srcad.grad(stores), srcad.value_and_grad(stores, (0, 1))):
        with pytest.raises(
            srcad.AliasError, match="arguments a and b share memory, and line .* writes into a "
        ) as caught:
            derivative(first, other)
        assert caught.value.remedy and "a[1:] = b[:-1]" in str(caught.value)
    with pytest.raises(srcad.AliasError, match="arguments a and b share memory"):
        srcad.vjp(stores, first, other)


def test_only_the_two_arguments_that_overlap_are_named():
    x = np.arange(4.0)
    with pytest.raises(srcad.AliasError, match="c and b share memory"):
        srcad.grad(writes_by_a_helper, (0, 1, 2))(x4, x, x[::-1])
    with pytest.raises(srcad.AliasError, match="c and a share memory"):
        srcad.grad(writes_by_a_helper, (0, 1, 2))(x, x4, x)


def test_arguments_may_share_memory_where_neither_is_written():
    x = np.arange(4.0)
    assert np.array_equal(srcad.grad(reads)(x, x), x)
    value = writes_by_a_helper(x.copy(), x.copy(), x4.copy())
    assert srcad.value_and_grad(writes_by_a_helper)(x, x, x4)[0] == value


def test_arguments_that_interleave_without_sharing_are_accepted():
    both = np.arange(8.0) + 1.0
    assert np.array_equal(srcad.grad(stores)(both[::2], both[1::2]), [both[1], 0.0, 0.0, 0.0])
