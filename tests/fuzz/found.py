"""Programs that the generator found to be wrong or to crash, shrunk, one for each cause."""
# ruff: noqa: B007, B020, E501, E741, F841

import math  # noqa: F401

import numpy as np

FOUND = []


def a_row_stored_at_a_computed_index(p):
    for h in range(1):
        p[h - 1] = p[h]
    return np.sum(p)


FOUND.append((a_row_stored_at_a_computed_index, (np.array([[1.0, -1.0], [-1.0, 1.0]]),)))


def an_element_of_a_product_at_a_computed_row(c):
    a = c[1][:, None] * c[1]
    for acc in range(3):
        a[acc - 1] = a[1, acc]
    return np.sum(a)


FOUND.append((an_element_of_a_product_at_a_computed_row, ([np.array([1.0, 1.0, -1.0]), np.array([1.0, 1.0, 1.0])],)))


def a_column_stored_at_a_computed_index(v, e):
    for t, y in enumerate(e):
        v.T[t - 1] = v[:, 3]
    return np.sum(v)


FOUND.append(
    (
        a_column_stored_at_a_computed_index,
        (np.array([[1.0, -1.0, 1.0, 1.0], [-1.0, -1.0, -1.0, 1.0]]), np.array([1.0, 1.0, 1.0, 1.0])),
    )
)


def two_rows_stored_at_once(b):
    for d_s in range(1, 2):
        b[d_s], b[d_s - 1] = (1.0, b[d_s].copy())
    return np.sum(b)


FOUND.append((two_rows_stored_at_once, (np.array([[-1.0, -1.0, -1.0, 1.0], [-1.0, -1.0, -1.0, 1.0]]),)))


def a_cheap_value_is_there_before_it_is_read(acc, w):
    z = w
    for row in range(3):
        w[row] = acc / w[row] / acc
    return np.sum(z)


FOUND.append((a_cheap_value_is_there_before_it_is_read, (1.0, np.array([1.0, -1.0, -1.0]))))


def a_remainder_counted_in_a_while_loop(new, q):
    v = 0
    while True:
        v += 1
        if v > 4:
            break
        q[0, v % 2] *= 0.5
        if v:
            new += np.cos(q[v % 2])
    return np.sum(new)


FOUND.append(
    (a_remainder_counted_in_a_while_loop, (np.array([1.0, -1.0, 1.0, -1.0])[::2], np.array([[1.0, -1.0], [-1.0, 1.0]])))
)


def a_remainder_read_in_an_inner_loop(r):
    for w in range(0, 3, 2):
        r += r[w % 3, 2]
        for row in r:
            row -= abs(r[w % 3])
    return np.sum(r)


FOUND.append((a_remainder_read_in_an_inner_loop, (np.array([[1.0, -1.3, 1.1], [0.7, 1.2, -1.4], [-2.0, 1.6, 0.9]]),)))


def the_shadow_of_a_view_is_there_before_it_is_read(b, p):
    for new in b:
        for g in range(3, 1, 1):
            new[g] = b
        p += new
    return np.sum(p)


FOUND.append(
    (
        the_shadow_of_a_view_is_there_before_it_is_read,
        (np.array([[-1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, 1.0]]), np.array([-1.0, -1.0, -1.0, 1.0])),
    )
)


def a_stored_value_is_read_again_at_its_computed_place(h):
    for e in range(1, -1, -1):
        h[1 - e] = np.tanh(h @ np.array([0, e]))
    return np.sum(h)


FOUND.append((a_stored_value_is_read_again_at_its_computed_place, (np.array([1.0, -1.0, 1.0, 1.0])[::2],)))


def a_list_grows_by_a_number(g):
    g += [0.63]
    return sum(g)


FOUND.append((a_list_grows_by_a_number, ([-1.0, -1.0],)))


def a_list_grows_by_an_int_in_a_loop(buf):
    u = 2
    for b in range(3):
        g = [u, buf, buf[b]]
        for v in range(1):
            g += [v]
        buf[:1] = g[-1]
    return np.sum(buf)


FOUND.append((a_list_grows_by_an_int_in_a_loop, (np.array([1.0, 1.0, -1.0]),)))


def pick_of_a_helper_rebinds_a_parameter_in_a_branch(e, q):
    if 0.3 * 1.13:
        e = q
    return e


def a_helper_rebinds_a_parameter_in_a_branch(w, u):
    a = {"p": u, "q": w[0]}
    a["p"] += pick_of_a_helper_rebinds_a_parameter_in_a_branch(w[1], w[1])
    return 1.0


FOUND.append(
    (a_helper_rebinds_a_parameter_in_a_branch, ([np.array([1.0, 1.0]), np.array([1.0, 1.0])], np.array([1.0, -1.0])))
)


class ModelAMethodRebindsWhatItsCallerViews:
    def __init__(self, u, s):
        self.u = u.copy()
        self.s = s

    def step(self, w, q):
        h = self.u.copy()
        w += h
        self.u, h = (h, self)


def a_method_rebinds_what_its_caller_views(v, p):
    b = np.argmin(p)
    v.s -= v.u[b]
    v.step(v.u, v)
    return v.s


FOUND.append(
    (
        a_method_rebinds_what_its_caller_views,
        (ModelAMethodRebindsWhatItsCallerViews(np.array([0.5, -0.5, -0.5]), -1.0), np.array([1.0, 1.0, 0.5])),
    )
)


def a_name_that_reads_like_an_adjoint(d_a):
    d_a[:] *= d_a[2]
    if (d_a < 0.19).all():
        d_a = np.maximum(d_a, d_a)
    return d_a[2]


FOUND.append((a_name_that_reads_like_an_adjoint, (np.array([1.0, 1.0, -1.0]),)))


def a_loop_within_an_error_state(p):
    acc = np.zeros((2, 2))
    with np.errstate(all="ignore"):
        for d in range(2):
            if np.trace(acc) <= 0.49:
                break
    return 1.0


FOUND.append((a_loop_within_an_error_state, (1.0,)))


def an_alias_swapped_and_written(u_tape):
    w = u_tape
    u_tape, w = (w, u_tape)
    w -= 1.52
    return 1.0


FOUND.append((an_alias_swapped_and_written, (np.array([1.0, 1.0, -1.0, -1.0]),)))


def a_flat_element_of_a_fortran_array(u):
    u.flat[3] = 1.0
    return np.sum(u)


FOUND.append((a_flat_element_of_a_fortran_array, (np.asfortranarray([[1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]),)))


def a_sum_before_an_in_place_change(acc):
    v = acc.sum(axis=0)
    acc += 0.5 * acc
    return v[2]


FOUND.append((a_sum_before_an_in_place_change, (np.array([[-1.0, -1.0, -1.0], [-1.0, -1.0, -1.0]]),)))


def both_of_a_helpers_result_that_nobody_reads(old, r):
    c = np.cumsum(old)
    return c


def a_helpers_result_that_nobody_reads(e, h):
    s = e
    s += e
    v = both_of_a_helpers_result_that_nobody_reads(e, h)
    return 1.0


FOUND.append((a_helpers_result_that_nobody_reads, (np.array([-1.0, 1.0, 1.0]), 1.0)))


def in_place_through_what_may_be_none(row):
    u = None
    for p in range(1, 3):
        if u is not None:
            u += 0.5
        u = row
    return np.sum(row)


FOUND.append((in_place_through_what_may_be_none, (np.array([-1.0, -1.0, 1.0]),)))


def a_view_that_is_none_at_first(h, acc):
    a = {"p": 0.19, "q": 1.0}
    t = None
    for new in range(0, 3, 2):
        if t is not None:
            a["p"] += t[0]
        t = acc[new]
    y = 1.0
    acc -= y
    h += a["p"]
    return h


FOUND.append((a_view_that_is_none_at_first, (1.0, np.array([[1.0, 1.0, 1.0], [1.0, 1.0, -1.0], [-1.0, -1.0, -1.0]]))))


def blend_of_rebound_from_none(row, new):
    acc = None
    for u in range(0, 3, 2):
        if acc is not None:
            row *= u
        acc = row
    return 1


def rebound_from_none(old):
    v = 1.0
    q = 0
    r = old
    q += blend_of_rebound_from_none(r, 1.58)
    return v


FOUND.append((rebound_from_none, (np.array([1.0, 1.0, 1.0]),)))


class ModelARepeatedListOfAnArray:
    def __init__(self, u, s):
        self.u = u


def a_repeated_list_of_an_array(old):
    y = [old[0].u] * 2
    y[0][:1] = 1.0
    return np.sum(old[0].u)


FOUND.append(
    (
        a_repeated_list_of_an_array,
        (
            [
                ModelARepeatedListOfAnArray(np.array([-1.0, -1.0, 1.0]), -1.0),
                ModelARepeatedListOfAnArray(np.array([-1.0, 1.0, 1.0]), -1.0),
            ],
        ),
    )
)


def a_slot_overwritten_under_a_loop_variable(v, q):
    for y in v:
        v[0] = q
        y[1] = 1.0
    return np.sum(q)


FOUND.append(
    (
        a_slot_overwritten_under_a_loop_variable,
        ([np.array([-1.0, -1.0, 1.0]), np.array([-1.0, 1.0, 1.0])], np.array([1.0, 1.0, 1.0])),
    )
)


class ModelAnAttributeThatWasAnArray:
    def __init__(self, u, s):
        self.u = u


def an_attribute_that_was_an_array(h):
    h[0].u = 1.0
    return np.sum(h[1].u)


FOUND.append(
    (
        an_attribute_that_was_an_array,
        (
            [
                ModelAnAttributeThatWasAnArray(np.array([1.0, -1.0]), -1.0),
                ModelAnAttributeThatWasAnArray(np.array([-1.0, -1.0]), 1.0),
            ],
        ),
    )
)


def items_read_while_the_dict_is_written(row):
    for old, new in row.items():
        row["q"], new = (new, row)
    return row["q"]


FOUND.append((items_read_while_the_dict_is_written, ({"p": -1.0, "q": -2.0},)))


def an_array_written_through_a_repeated_list(y):
    c = [y] * 2
    np.sin(c[1], out=y)
    return np.sum(y)


FOUND.append((an_array_written_through_a_repeated_list, (np.array([-1.0, 0.5]),)))


def a_row_concatenated_with_ints(r):
    e = r.copy()
    for p in range(3):
        r[:3] *= np.concatenate([np.array([p]), [0.63, e[3]]])
    return np.sum(r)


FOUND.append((a_row_concatenated_with_ints, (np.array([-1.0, -1.0, -1.0, 1.0]),)))


def an_element_that_the_test_of_a_while_reads_too(r):
    e = r
    while np.dot([1.0, e[1]], r[:2]) <= 0.69:
        r[:] = e[1]
    return np.sum(r)


FOUND.append((an_element_that_the_test_of_a_while_reads_too, (np.array([-1.0, 1.0, -1.0]),)))
