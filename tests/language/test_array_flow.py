"""Stores under control flow: branches, loops left early, early returns, no trips; helpers and recursion over views."""

import numpy as np

from tests.cases import Programs

programs = Programs()
x4 = np.array([0.5, 1.2, 2.0, -1.0])
x6 = np.array([0.5, 1.2, 2.0, -1.0, 0.3, 0.8])
m34 = np.array([[0.5, 1.0, 2.0, -1.0], [0.3, 0.7, -0.4, 1.1], [1.3, -0.6, 0.9, 0.2]])


@programs.at(x4, -x4)
def a_store_in_one_branch(x):
    y = x * x
    if x[0] > 0:
        y[1] = y[0] * x[2]
        y[2:] *= 2.0
    y[0] = y[1] * y[3]
    return np.sum(y * x)


@programs.at(x4, -x4)
def stores_of_different_places_in_branches(x):
    y = x * x
    if x[1] > 0:
        y[0] = y[1] * y[2]
    elif x[2] < -1.5:
        y[1:] = y[:-1] * x[1:]
    else:
        y[...] = 1.0
    return np.sum(y * y)


@programs.at(x6, -x6)
def stores_under_a_test_on_each_element(x):
    for i in range(len(x)):
        if x[i] < 0:
            x[i] = x[i] * x[i]
        elif x[i] > 0.9:
            x[i] **= 2
            if i > 0:
                x[i - 1] += x[i]
    return np.sum(x * x)


@programs.at((x6, 2.0), (x6, 100.0), (x6, 0.1), argnums=0)
def a_while_with_a_break(x, limit):
    k = 0
    while k < 10:
        x[k % 6] = x[k % 6] * x[(k + 1) % 6] + 0.3
        if np.sum(x * x) > limit:
            break
        x[0] += x[k % 6] ** 2
        k += 1
    return np.sum(x * x * x)


@programs.at((x6, 2.5), (x6, 50.0), (x6, 0.1), argnums=0)
def a_store_before_an_early_return(x, limit):
    y = np.zeros(7)
    for i in range(6):
        y[i + 1] = y[i] + x[i] * x[i]
        if y[i + 1] > limit:
            return y[i + 1] * y[i]
        x[i] = y[i + 1]
    return np.sum(x * y[1:])


@programs.at((x6, 0), (x6, 1), (x6, 3), argnums=0)
def loops_of_zero_trips(x, n):
    y = x * x
    for i in range(n):
        y[i] = y[i] * y[i + 1]
        for j in range(i):
            y[j] += y[i] * x[j]
    while n > 5:
        y[0] = 0.0
    return np.sum(y * y)


@programs.at((x6, 3), (x6, 0), argnums=0)
def a_continue_skips_a_store(x, k):
    for i in range(5):
        if i == k:
            continue
        x[i + 1] = x[i] * x[i + 1]
    return np.sum(x * x)


@programs.at(x6)
def prefix_sums_and_products(x):
    for i in range(1, 6):
        x[i] += x[i - 1]
    for i in range(4, -1, -1):
        x[i] *= x[i + 1]
    return np.sum(x)


@programs.at(m34)
def gaussian_elimination(A):
    for k in range(2):
        for i in range(k + 1, 3):
            factor = A[i, k] / A[k, k]
            A[i, k:] -= factor * A[k, k:]
    return A[0, 0] * A[1, 1] * A[2, 2] + np.sum(A[:, 3])


@programs.at(m34, m34[::-1].copy())
def elimination_with_row_swaps(A):
    for k in range(2):
        pivot = k + np.argmax(np.abs(A[k:, k]))
        if pivot != k:
            A[[k, pivot]] = A[[pivot, k]]
        for i in range(k + 1, 3):
            A[i] -= A[i, k] / A[k, k] * A[k]
    return A[0, 0] * A[1, 1] * A[2, 2] + np.sum(A[:, 3] ** 2)


@programs.at(x6, x6[::-1].copy())
def a_bubble_sort(x):
    for i in range(len(x)):
        for j in range(len(x) - 1 - i):
            if x[j] > x[j + 1]:
                x[j], x[j + 1] = x[j + 1], x[j]
    return np.sum(x * np.arange(6.0) * x)


@programs.at((x6, 3), (x6, 0), argnums=0)
def a_buffer_is_overwritten_completely_each_step(x, n):
    work = np.empty_like(x)
    for _ in range(n):
        work[...] = np.sin(x)
        x[1:] = work[:-1] * work[1:]
    return np.sum(x * x)


@programs.at(x6)
def an_array_is_made_anew_in_each_trip(x):
    total = 0.0
    for i in range(3):
        y = np.zeros(2)
        y[0] = x[i] * x[i + 1]
        y[1] = y[0] * x[i]
        total += np.sum(y * y)
    return total


@programs.at(x6)
def a_name_holds_a_new_array_after_a_store(x):
    y = x
    for i in range(3):
        y[i] = y[i + 1] * y[i]
        y = y * 1.5
    y[0] = y[1]
    return np.sum(x * x) + np.sum(y)


def halved(x):
    n = len(x)
    if n == 1:
        x[0] = x[0] * x[0]
        return
    halved(x[: n // 2])
    halved(x[n // 2 :])
    x[0] += x[n - 1]
    x[1:] *= x[0]


@programs.at(x6, x6[:1], x6[:3])
def recursion_over_views(x):
    halved(x)
    return np.sum(x * x)


def middle(x):
    return x[1:-1]


@programs.at(x6)
def a_helper_returns_a_view_that_is_written(x):
    y = x * x
    m = middle(y)
    m *= x[1:-1]
    middle(m)[0] = m[0] * y[0]
    return np.sum(y * x)


def fill_both(a, b, s):
    a[:] = s * b
    b[0] = a[0] * a[1]


@programs.at((x6, 1.5))
def a_helper_writes_into_two_parameters(x, s):
    y = x * x
    z = np.zeros(6)
    fill_both(z, y, s)
    fill_both(y, z, y[0])
    return np.sum(y * z)


@programs.at(m34)
def nested_functions_write_into_what_they_capture(A):
    B = np.zeros_like(A)

    def row(i):
        B[i] = A[i] * A[i, 0]

    def all_rows():
        for i in range(3):
            row(i)

    all_rows()
    B[0] *= B[1]
    row(2)
    return np.sum(B * B)


@programs.at(x6)
def a_comprehension_over_views(x):
    y = x * x
    parts = [y[i : i + 2] for i in range(0, 6, 2)]
    for part in parts:
        part[0] = part[0] * part[1]
    y[1] = 3.0
    return sum([np.sum(part * part) for part in parts])


@programs.at((x6, np.array([2, 0, 1])), argnums=0)
def integer_state_is_replayed(x, order):
    count = np.zeros(3, dtype=int)
    for k in range(6):
        j = order[k % 3]
        count[j] += 1
        x[k] = x[k] * x[j] * count[j]
        order[k % 3] = (order[k % 3] + 1) % 3
        if count[j] > 1:
            count[...] = 0
    return np.sum(x * x)


@programs.at(x6)
def boolean_state_is_replayed(x):
    done = np.zeros(6, dtype=bool)
    for _ in range(3):
        best = 0
        for i in range(6):
            if not done[i] and (done[best] or x[i] > x[best]):
                best = i
        done[best] = True
        x[~done] += 0.1 * x[best] * x[best]
    return np.sum(x * x * done)


@programs.at((x6, np.array([2, 0, 1])), argnums=0)
def an_index_array_is_shuffled_by_an_object_that_is_not_known(x, order):
    rng = np.random.default_rng(0)
    y = x * x
    a = y[order[0]] * x[1]
    rng.shuffle(order)
    return a + y[order[0]] * x[2]


@programs.at((x6, np.array([2, 0, 1])), argnums=0)
def an_index_array_is_sorted_by_the_method_of_the_class(x, order):
    y = x * x
    a = y[order[0]] * x[1]
    np.ndarray.sort(order)
    return a + y[order[0]] * x[2]


@programs.at(x4 * 0.5)
def an_element_is_overwritten_in_a_later_trip_of_a_loop_backwards(x):
    total = 0.0
    for i in reversed(range(3)):
        here = x[i]
        total += here * here * here
        x[i + 1] = total * here
    for i in reversed(range(3, 0, -1)):
        here = x[i]
        total += here * here * here
        x[i - 1] = total * here
    return total + np.sum(x * x)


# ---------------------------------------------------------------- writes into what a helper gave


def moved_by(x, y, dt):
    d = x * y
    x += dt * d
    return d


def moved_by_two(x, y, dt):
    moves = [x * y, x * 2]
    x += dt * moves[0] * moves[1]
    return moves


def moved_by_views(x, y, dt):
    d = x * y
    x += dt * d
    return d[1:], d.reshape(2, 2)


@programs.at((x4, x4 + 1, 0.3))
def the_result_of_a_helper_is_written_to(x, y, dt):
    d = moved_by(x, y, dt)
    d *= 2
    kept = []
    for _ in range(2):
        kept.append(moved_by(x, y, dt))
        kept[-1] *= 2
    return np.sum(x * x)


@programs.at((x4, x4 + 1, 0.3))
def parts_of_the_result_of_a_helper_are_written_to(x, y, dt):
    moves = moved_by_two(x, y, dt)
    moves[0] *= 2
    moves[1] = moves[0]
    tail, square = moved_by_views(x, y, dt)
    tail *= 2
    square[0] *= tail[0]
    return np.sum(x * x) + np.sum(moves[1] * y)


test_gradient = programs.test()
