"""Each augmented store on each kind of target, and each change of a list: the bullets of the issue, one by one."""

from collections import defaultdict, deque

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import check

programs = Programs()
x4 = np.array([0.7, 1.3, 0.4, 1.9])
A23 = np.array([[0.7, 1.3, 0.4], [1.9, 0.6, 1.1]])


@programs.at((x4, 1.7), argnums=(0, 1))
def adds_on_an_element(x, v):
    x[1] += v
    x[-1] += v
    for i in range(len(x)):
        x[i] += v
    return np.sum(x * x) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def adds_on_slices(x, v):
    x[1:3] += v
    x[::2] += v
    x[::-1] += v
    return np.sum(x * x) * v


@programs.at((A23, 1.7), argnums=(0, 1))
def adds_on_rows_columns_masks_and_indices(x, v):
    x[0] += v
    x[:, 1] += v
    x[..., 2] += v
    x[x > 1.0] += v
    x[[0, 1], [1, 2]] += v
    x[1, [2, 2]] += v
    return np.sum(x * x) * v


@programs.at((A23, 1.7), argnums=(0, 1))
def adds_on_views(x, v):
    row = x[1]
    row += v
    part = x.T[1:]
    part += v
    flat = x.reshape(-1)[::2]
    flat += v
    return np.sum(x * x) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def adds_on_a_whole_array_that_has_two_names(x, v):
    y = x
    y += v
    x += v * x[::-1]
    return np.sum(x * y) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def adds_on_a_number_and_on_what_objects_and_lists_hold(x, v):
    s = x[0] * v
    s += v
    held = [x[1], x * v]
    d = {"a": x[2] * v}
    d["a"] += v
    kept = [s, d["a"]]
    kept[0] += v
    return s + d["a"] + kept[0] + np.sum(held[1])


@programs.at((x4, 1.7), argnums=(0, 1))
def subtracts_on_an_element(x, v):
    x[1] -= v
    x[-1] -= v
    for i in range(len(x)):
        x[i] -= v
    return np.sum(x * x) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def subtracts_on_slices(x, v):
    x[1:3] -= v
    x[::2] -= v
    x[::-1] -= v
    return np.sum(x * x) * v


@programs.at((A23, 1.7), argnums=(0, 1))
def subtracts_on_rows_columns_masks_and_indices(x, v):
    x[0] -= v
    x[:, 1] -= v
    x[..., 2] -= v
    x[x > 1.0] -= v
    x[[0, 1], [1, 2]] -= v
    x[1, [2, 2]] -= v
    return np.sum(x * x) * v


@programs.at((A23, 1.7), argnums=(0, 1))
def subtracts_on_views(x, v):
    row = x[1]
    row -= v
    part = x.T[1:]
    part -= v
    flat = x.reshape(-1)[::2]
    flat -= v
    return np.sum(x * x) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def subtracts_on_a_whole_array_that_has_two_names(x, v):
    y = x
    y -= v
    x -= v * x[::-1]
    return np.sum(x * y) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def subtracts_on_a_number_and_on_what_objects_and_lists_hold(x, v):
    s = x[0] * v
    s -= v
    held = [x[1], x * v]
    d = {"a": x[2] * v}
    d["a"] -= v
    kept = [s, d["a"]]
    kept[0] -= v
    return s + d["a"] + kept[0] + np.sum(held[1])


@programs.at((x4, 1.7), argnums=(0, 1))
def multiplies_on_an_element(x, v):
    x[1] *= v
    x[-1] *= v
    for i in range(len(x)):
        x[i] *= v
    return np.sum(x * x) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def multiplies_on_slices(x, v):
    x[1:3] *= v
    x[::2] *= v
    x[::-1] *= v
    return np.sum(x * x) * v


@programs.at((A23, 1.7), argnums=(0, 1))
def multiplies_on_rows_columns_masks_and_indices(x, v):
    x[0] *= v
    x[:, 1] *= v
    x[..., 2] *= v
    x[x > 1.0] *= v
    x[[0, 1], [1, 2]] *= v
    x[1, [2, 2]] *= v
    return np.sum(x * x) * v


@programs.at((A23, 1.7), argnums=(0, 1))
def multiplies_on_views(x, v):
    row = x[1]
    row *= v
    part = x.T[1:]
    part *= v
    flat = x.reshape(-1)[::2]
    flat *= v
    return np.sum(x * x) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def multiplies_on_a_whole_array_that_has_two_names(x, v):
    y = x
    y *= v
    x *= v * x[::-1]
    return np.sum(x * y) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def multiplies_on_a_number_and_on_what_objects_and_lists_hold(x, v):
    s = x[0] * v
    s *= v
    held = [x[1], x * v]
    d = {"a": x[2] * v}
    d["a"] *= v
    kept = [s, d["a"]]
    kept[0] *= v
    return s + d["a"] + kept[0] + np.sum(held[1])


@programs.at((x4, 1.7), argnums=(0, 1))
def divides_on_an_element(x, v):
    x[1] /= v
    x[-1] /= v
    for i in range(len(x)):
        x[i] /= v
    return np.sum(x * x) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def divides_on_slices(x, v):
    x[1:3] /= v
    x[::2] /= v
    x[::-1] /= v
    return np.sum(x * x) * v


@programs.at((A23, 1.7), argnums=(0, 1))
def divides_on_rows_columns_masks_and_indices(x, v):
    x[0] /= v
    x[:, 1] /= v
    x[..., 2] /= v
    x[x > 1.0] /= v
    x[[0, 1], [1, 2]] /= v
    x[1, [2, 2]] /= v
    return np.sum(x * x) * v


@programs.at((A23, 1.7), argnums=(0, 1))
def divides_on_views(x, v):
    row = x[1]
    row /= v
    part = x.T[1:]
    part /= v
    flat = x.reshape(-1)[::2]
    flat /= v
    return np.sum(x * x) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def divides_on_a_whole_array_that_has_two_names(x, v):
    y = x
    y /= v
    x /= v * x[::-1]
    return np.sum(x * y) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def divides_on_a_number_and_on_what_objects_and_lists_hold(x, v):
    s = x[0] * v
    s /= v
    held = [x[1], x * v]
    d = {"a": x[2] * v}
    d["a"] /= v
    kept = [s, d["a"]]
    kept[0] /= v
    return s + d["a"] + kept[0] + np.sum(held[1])


@programs.at((x4, 1.7), argnums=(0, 1))
def raises_on_an_element(x, v):
    x[1] **= 2
    x[-1] **= 2
    for i in range(len(x)):
        x[i] **= 2
    return np.sum(x * x) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def raises_on_slices(x, v):
    x[1:3] **= 2
    x[::2] **= 2
    x[::-1] **= 2
    return np.sum(x * x) * v


@programs.at((A23, 1.7), argnums=(0, 1))
def raises_on_rows_columns_masks_and_indices(x, v):
    x[0] **= 2
    x[:, 1] **= 2
    x[..., 2] **= 2
    x[x > 1.0] **= 2
    x[[0, 1], [1, 2]] **= 2
    x[1, [2, 2]] **= 2
    return np.sum(x * x) * v


@programs.at((A23, 1.7), argnums=(0, 1))
def raises_on_views(x, v):
    row = x[1]
    row **= 2
    part = x.T[1:]
    part **= 2
    flat = x.reshape(-1)[::2]
    flat **= 2
    return np.sum(x * x) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def raises_on_a_whole_array_that_has_two_names(x, v):
    y = x
    y **= 2
    x **= 2
    return np.sum(x * y) * v


@programs.at((x4, 1.7), argnums=(0, 1))
def raises_on_a_number_and_on_what_objects_and_lists_hold(x, v):
    s = x[0] * v
    s **= 2
    held = [x[1], x * v]
    d = {"a": x[2] * v}
    d["a"] **= 2
    kept = [s, d["a"]]
    kept[0] **= 2
    return s + d["a"] + kept[0] + np.sum(held[1])


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_append(xs, v):
    ys = xs
    xs.append(v * v)
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_extend(xs, v):
    ys = xs
    xs.extend([v, v * xs[0]])
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_insert_first(xs, v):
    ys = xs
    xs.insert(0, v * v)
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_insert_inside(xs, v):
    ys = xs
    xs.insert(2, v * v)
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_insert_from_the_end(xs, v):
    ys = xs
    xs.insert(-1, v * v)
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_pop(xs, v):
    ys = xs
    v = v * xs.pop()
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_pop_first(xs, v):
    ys = xs
    v = v * xs.pop(0)
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_pop_from_the_end(xs, v):
    ys = xs
    v = v * xs.pop(-2)
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_del_an_item(xs, v):
    ys = xs
    del xs[1]
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_del_a_slice(xs, v):
    ys = xs
    del xs[1:3]
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_del_every_other(xs, v):
    ys = xs
    del xs[::2]
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_reverse(xs, v):
    ys = xs
    xs.reverse()
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_sort(xs, v):
    ys = xs
    xs.sort()
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_sort_backwards(xs, v):
    ys = xs
    xs.sort(reverse=True)
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_sort_by_a_key(xs, v):
    ys = xs
    xs.sort(key=lambda a: -a * a)
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_clear(xs, v):
    ys = xs
    xs.clear()
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_copy(xs, v):
    ys = xs
    xs = xs.copy()
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_item_assignment(xs, v):
    ys = xs
    xs[1] = v * xs[0]
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_slice_assignment(xs, v):
    ys = xs
    xs[1:3] = [v * xs[0]]
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_strided_assignment(xs, v):
    ys = xs
    xs[::2] = [v, v * v]
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_add_in_place(xs, v):
    ys = xs
    xs += [v, v * v]
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_repeat_in_place(xs, v):
    ys = xs
    xs *= 2
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(([0.7, 1.3, 0.4, 1.9], 1.7), argnums=(0, 1))
def a_list_remove(xs, v):
    ys = xs
    xs.remove(xs[2])
    s = v
    for i in range(len(ys)):
        s = s * 1.1 + ys[i] * (i + 1) * v
    return s


@programs.at(({"a": 0.7, "b": 1.3}, 1.7), argnums=(0, 1))
def a_dict_in_every_way(d, v):
    e = d
    e["a"] = v * d["b"]
    s = d.setdefault("a", v) + d.setdefault("c", v * v)
    d.update({"b": d["b"] * v, "e": v})
    d.update(f=v * v)
    s += d.pop("e") * v + d.pop("none", v)
    s += d.get("a") * d.get("z", v)
    del d["c"]
    for k, w in e.items():
        s += w * (2.0 if k == "a" else v)
    return s + len(e) * v


@programs.at((x4, [0, 2, 0, 1]))
def accumulation_by_key(x, keys):
    total, groups = defaultdict(float), defaultdict(list)
    counts = {}
    for k, v in zip(keys, x):
        total[k] += v * v
        groups[k].append(v)
        counts[k] = counts.get(k, 0.0) + v
    return sum(total[k] * counts[k] for k in sorted(total)) + groups[0][0] * groups[0][1]


@programs.at(x4)
def a_set_of_ints(x):
    seen, s = {1}, 0.0
    for i in (0, 2, 0, 3, 2):
        if i in seen:
            continue
        seen.add(i)
        s += x[i] ** 2
    seen.discard(3)
    return s * len(seen) + sum(x[i] for i in sorted(seen))


@programs.at(x4)
def a_deque_of_both_ends(x):
    q = deque(x)
    q.rotate(1)
    q.appendleft(q.pop() * q[0])
    q.append(q.popleft() * 2.0)
    q.extend([x[0], x[1] * x[2]])
    return q[0] * q[1] + q[-1] * q[-2]


@programs.at(x4)
def integer_and_boolean_arrays_are_replayed(x):
    order, on = np.arange(4), np.zeros(4, dtype=bool)
    for i in range(3):
        order[i], order[i + 1] = order[i + 1], order[i]
        on[order[i]] = x[i] > 0.5
        x[order] *= 1.0 + on
    order[:] = order[::-1]
    return np.sum(x[order] * np.arange(4.0)) + np.sum(x[on] ** 2)


@programs.at((np.asfortranarray(A23), np.arange(8.0)[::2] + 0.5), argnums=(0, 1))
def fortran_order_and_strides(A, x):
    A[:, 0] *= x[:2]
    A.T[1] = x[1] * A[:, 2]
    x[1:] -= A.ravel()[:3] * x[:-1]
    return np.sum(A * A) + np.sum(x * x)


@programs.at((np.array(1.3), np.zeros(0)), argnums=(0, 1))
def arrays_of_no_dimension_and_of_no_items(a, e):
    b = np.array(a * a)
    b[...] = b * a
    b[()] += a
    e += 1.0
    e[:] = e * 2.0
    for i in range(len(e)):
        b += e[i]
    return b + np.sum(e)


test_gradient = programs.test()


def test_writes_into_float32_stay_float32():
    def f(x):
        y = np.zeros_like(x)
        y[1:] = x[:-1] * x[1:]
        y[0] += x[0]
        x *= y
        return np.sum(x * y)

    x = np.array([0.7, 1.3, 0.4], dtype=np.float32)
    kept = x.copy()
    value, gradient = srcad.value_and_grad(f)(x)
    want = srcad.grad(f)(x.astype(float))
    assert gradient.dtype == np.float32 and np.asarray(value).dtype == np.float32
    assert np.allclose(gradient, want, rtol=1e-5)
    assert np.array_equal(x, kept)
    check(f, x.astype(float))


def test_rows_repeated_by_a_product_are_one_row():
    def f(x):
        rows = [[0.0] * 3] * 2
        rows[0][1] = x * x
        rows[1][1] += x
        return rows[0][1] * rows[1][1] + rows[0][0]

    check(f, 1.3)


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_buffers_are_swapped_in_a_time_loop(steps):
    def f(u, steps):
        un = np.empty_like(u)
        for _ in range(steps):
            un[0], un[-1] = u[0], u[-1]
            un[1:-1] = u[1:-1] + 0.1 * u[1:-1] * (u[2:] - u[:-2])
            u, un = un, u
        return np.sum(u * u)

    check(f, np.array([0.7, 1.3, 0.4, 1.9]), steps)
