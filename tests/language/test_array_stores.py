"""Stores into arrays: elements, slices, blocks, masks, integer arrays, plain and augmented, the old values used."""

import numpy as np

from tests.cases import Programs

programs = Programs()
x5 = np.array([0.5, 1.0, 2.0, -1.0, 0.3])
x6 = np.array([0.5, 1.2, 2.0, -1.0, 0.3, 0.8])
m34 = np.array([[0.5, 1.0, 2.0, -1.0], [0.3, 0.7, -0.4, 1.1], [1.3, -0.6, 0.9, 0.2]])
w5 = np.array([1.0, -2.0, 0.5, 3.0, 1.5])


# ---------------------------------------------------------------- elements and slices


@programs.at(x5)
def elements_from_both_ends(x):
    y = x * x
    y[0] = y[1] * y[-1]
    y[-1] = np.sin(y[0])
    y[-2] = 3.0
    y[2] = y[2] * y[2] * y[0]
    return np.sum(y * x)


@programs.at((x5, 2), (x5, -1), argnums=0)
def an_element_at_an_index_given(x, i):
    x[i] = x[i] * x[0] + x[1]
    return np.sum(x * x)


@programs.at(x6)
def slices_with_strides(x):
    y = x * 1.0
    y[::2] = y[1::2] * x[::2]
    y[1:5:3] = y[0:2] ** 2
    y[4:0:-2] = y[:2] * y[1:3]
    y[-3:] = y[:3] + 1.0
    return np.sum(y * x)


@programs.at(x6)
def slices_with_negative_steps(x):
    y = np.zeros(6)
    y[::-1] = x
    y[4::-1] = y[1:] * x[1:]
    y[:2] = y[:2][::-1] * y[3:5]
    return np.sum(y * y)


@programs.at(x6, np.array([0.3, 0.4, 0.9]))
def slices_beyond_the_ends(x):
    y = x * x
    y[2:100] = 0.5
    y[50:] = 9.0
    y[-100:1] = x[:1] * x[1:2]
    return np.sum(y * x)


@programs.at(m34)
def rows_columns_and_blocks(A):
    B = A * A
    B[0] = A[1] * B[2]
    B[:, 1] = B[:, 0] * B[:, 2]
    B[1:, 2:] = B[:2, :2] * A[1:, 2:]
    B[2, ::2] = B[0, 1::2] ** 2
    B[-1, -1] = B[0, 0] * B[1, 1]
    return np.sum(B * A)


@programs.at(m34)
def ellipsis_and_newaxis(A):
    B = A * 1.0
    B[..., 0] = B[..., 1] * A[..., 2]
    B[1, ...] = B[0] * B[2]
    B[...] = B * B
    B[None] = A[None] * B
    B[:, None, 2] = B[:, None, 0] * 2.0
    return np.sum(B * A)


@programs.at(m34.reshape(2, 3, 2))
def three_dimensions(A):
    B = np.zeros_like(A)
    B[0] = A[1]
    B[:, 1] = A[:, 0] * B[:, 2]
    B[1, :, 0] = A[0, :, 1] * A[1, :, 0]
    B[..., 1] *= A[..., 0]
    B[0, 1:, ::-1] += B[1, :2] * A[0, 1:]
    return np.sum(B * A)


@programs.at((x5, 2.0))
def the_whole_is_stored(x, s):
    y = x * x
    z = y * s
    y[...] = z * y
    y[:] = y + s
    z[...] = s
    z[:] = s * s * z
    return np.sum(y * x) + np.sum(z)


@programs.at((m34, np.array([1.0, 2.0, -0.5, 0.3]), 0.7))
def right_sides_broadcast(A, v, s):
    B = A * 1.0
    B[0] = s
    B[1:] = v * B[0]
    B[:, 1:2] = B[:, :1] * s
    B[:2, :] = v[1] * s
    B[:, 2:] = B[2, 2:]
    B[2] += s * s
    return np.sum(B * A)


@programs.at((m34, np.array([[1.0], [2.0], [-0.5]])))
def right_sides_of_more_and_of_fewer_dimensions(A, c):
    B = A * A
    B[:, 1:] = c * 2.0
    B[0] = B[1:2] * c[0]
    B[1:2] *= B[0]
    return np.sum(B * A)


@programs.at((x5, 3.0))
def a_list_is_stored(x, s):
    y = x * 1.0
    y[1:4] = [s, 2.0, x[0]]
    y[[0, 4]] = [s * s, x[1]]
    return np.sum(y * x)


@programs.at(x5)
def constants_cut_the_derivative(x):
    y = x * x
    y[1:3] = 0.0
    y[3] = 2
    y[x > 0.9] = 1.0
    return np.sum(y * y)


# ---------------------------------------------------------------- masks and integer arrays


@programs.at(x5, -x5)
def masks(x):
    y = x * x
    y[x > 0.4] = 2.0
    y[x < 0] = x[x < 0] * y[0]
    mask = y < 1.0
    y[mask] = np.sin(y[mask]) * y[mask]
    y[~mask] *= x[~mask]
    return np.sum(y * x)


@programs.at(x5)
def a_mask_stores_a_number(x):
    y = x * x
    y[y > 0.5] = y[0] * x[1]
    y[np.isnan(y)] = x[0]
    return np.sum(y * y)


@programs.at(m34)
def masks_of_matrices(A):
    B = A * A
    B[A < 0] = A[0, 0]
    B[A[:, 0] > 0.4] = B[1] * A[0]
    B[:, A[0] > 0.9] *= A[:, :2]
    B[1, A[1] > 0] = 2 * A[1, A[1] > 0] ** 2
    return np.sum(B * A)


@programs.at(x5)
def a_mask_that_is_changed_later(x):
    y = x * x
    mask = x > 0.4
    y[mask] = y[mask] * x[mask]
    mask[0] = False
    mask[3] = True
    y[mask] = np.sin(y[mask])
    mask[:] = ~mask
    y[mask] *= y[mask]
    return np.sum(y * x)


@programs.at(x5)
def integer_arrays(x):
    y = x * x
    i = np.array([0, 2, 4])
    y[i] = x[i] * y[1]
    y[[1, 3]] = y[[3, 1]]
    y[i[:2]] += y[i[1:]]
    y[np.arange(2)] = np.sin(y[:2])
    y[[-1]] = y[[0]] * x[[1]]
    return np.sum(y * x)


@programs.at(x5)
def the_last_of_equal_indices_wins(x):
    y = x * x
    y[[0, 0, 1, 0]] = x[:4] * 2.0
    i = np.array([2, 3, 2, -2])
    y[i] = x[i] * y[:4]
    y[[4, 4]] = y[0]
    y[[1, 1]] *= x[2:4]
    return np.sum(y * x)


@programs.at(m34)
def integer_arrays_of_matrices(A):
    B = A * A
    B[[0, 2], [1, 3]] = A[[1, 1], [0, 2]] * B[0, 0]
    B[[0, 1]] = B[[1, 0]]
    B[:, [0, 3]] = B[:, [3, 0]] * A[:, 1:3]
    B[[2, 2], 1] = A[0, :2]
    B[np.array([0, 1])[:, None], np.array([2, 3])] += A[:2, :2]
    B[1, [0, 0]] = A[2, 1:3]
    return np.sum(B * A)


@programs.at(m34)
def ix_and_diagonal_indices(A):
    B = A * A
    B[np.ix_([0, 2], [1, 3])] = A[:2, :2] * 2
    i = np.arange(3)
    B[i, i] = A[i, i + 1] * B[i, i]
    B[i, i] += 3.0
    return np.sum(B * A)


@programs.at((x5, np.array([0, 2, 2])), argnums=0)
def an_index_array_that_is_overwritten_later(x, i):
    y = x * x
    for k in range(2):
        y[i] = y[i] * x[i + 1]
        i[0] = 3 - k
        y[i[0]] *= y[1]
        i[1:] = i[:2]
    return np.sum(y * x)


# ---------------------------------------------------------------- augmented


@programs.at((x5, 1.7))
def every_augmented_operator_on_elements(x, s):
    y = x * 1.0
    y[0] += s * y[1]
    y[1] -= y[0] * y[2]
    y[2] *= y[1] + s
    y[3] /= y[2]
    y[4] **= 2
    y[4] **= s
    y[0] *= y[0]
    return np.sum(y * x)


@programs.at((np.abs(x6) + 0.2, 1.7))
def every_augmented_operator_on_slices(x, s):
    y = x * 1.0
    y[1:] += s * x[:-1]
    y[:3] -= y[3:]
    y[::2] *= x[1::2]
    y[::-1] /= x
    y[2:4] **= 2
    y[1:3] = np.abs(y[1:3])
    y[1:3] **= s
    y[:] *= s
    return np.sum(y * x)


@programs.at((np.abs(x5) + 0.2, w5, 1.7))
def every_augmented_operator_on_a_whole_array(x, w, s):
    y = x * 1.0
    y += w * w
    y *= x
    y /= w
    y /= s
    y *= y
    y **= s
    y -= s * w
    y **= 2
    return np.sum(y * w)


@programs.at((np.abs(m34) + 0.3, np.array([0.4, 2.0, 1.5, 0.9]), 1.3))
def augmented_with_broadcasting(A, v, s):
    A *= v
    A += v[0]
    A[:, 1:] *= v[1:]
    A[1] /= s
    A[:2] -= A[2]
    A[:, 0:1] += s
    A += A[0]
    A *= s
    return np.sum(A * A)


@programs.at(x5, -x5)
def every_augmented_operator_on_masks(x):
    y = x * x
    m = x > 0.4
    y[m] += x[m]
    y[m] *= y[m]
    y[~m] -= x[0]
    y[m] /= x[m]
    y[x > 0] **= 2
    return np.sum(y * x)


@programs.at((x5, w5))
def every_augmented_operator_on_integer_arrays(x, w):
    y = x * x
    i = np.array([3, 0, 1])
    y[i] += w[:3]
    y[i] *= w[i] * y[i]
    y[[0, 0, 2]] -= w[2:]
    y[[4, 2]] /= w[:2]
    y[[1, 1, 2]] **= 2
    return np.sum(y * x)


@programs.at(x5)
def augmented_by_itself(x):
    y = x * 1.0
    y += y
    y *= y
    y[1:] += y[1:] * y[1:]
    y[0] += y[0]
    y -= 0.5 * y
    return np.sum(y * x)


@programs.at((3.0, x5))
def augmented_by_an_int_and_by_a_constant(s, x):
    y = x * s
    y += 1
    y *= 2
    y -= 0.5
    y /= 4
    y[1:] *= 3
    return np.sum(y * y)


# ---------------------------------------------------------------- overlapping in one statement


@programs.at(x5)
def the_right_side_reads_what_is_written(x):
    y = x * x
    y[1:] = y[:-1]
    y[:-1] = y[1:] * y[:-1]
    y[1:] += y[:-1]
    y[::-1] = y * 2.0
    y[::-1] *= y
    y[:3] = y[2:][::-1]
    return np.sum(y * x)


@programs.at(m34[:, :3])
def a_matrix_is_transposed_in_place(A):
    A[...] = A.T
    A[:, 0] = A[0]
    A += A.T
    A *= A.T
    return np.sum(A * np.arange(9.0).reshape(3, 3))


@programs.at(m34)
def rows_are_swapped(A):
    A[0], A[1] = A[1].copy(), A[0].copy()
    A[[0, 2]] = A[[2, 0]]
    A[:, [0, 1]] = A[:, [1, 0]]
    A[[0, 1, 2]] = A[[1, 2, 0]] * A[[0, 0, 0]]
    A[1, 0], A[0, 1] = A[0, 1], A[1, 0]
    return np.sum(A * A * np.arange(12.0).reshape(3, 4))


@programs.at(m34)
def rows_are_swapped_as_views_which_loses_one(A):
    A[0], A[1] = A[1], A[0]
    return np.sum(A * A * np.arange(12.0).reshape(3, 4))


@programs.at((m34, 1, 2), (m34, 0, 0), argnums=0)
def rows_at_given_indices_are_swapped(A, i, j):
    t = A[i].copy()
    A[i] = A[j] * 2
    A[j] = t
    A[[i, j]] = A[[j, i]]
    return np.sum(A * A * np.arange(12.0).reshape(3, 4))


# ---------------------------------------------------------------- old values


@programs.at(x5)
def an_old_value_is_needed_through_a_copy(x):
    old = x.copy()
    x[1:] = x[:-1] * x[1:]
    kept = x[2:4].copy()
    x[:] = x * old
    x[2:4] *= kept
    return np.sum(x * old) + np.sum(kept * kept)


@programs.at(x5)
def a_view_shows_the_new_value(x):
    view = x[1:3]
    s = np.sum(view * view)
    x[1] = x[0] * x[2]
    t = np.sum(view * view)
    x[:] = 2.0 * x
    return s * t + np.sum(view)


@programs.at(x5)
def a_nonlinear_use_before_each_overwriting(x):
    y = x * 1.0
    total = 0.0
    for k in range(4):
        total += y[k] * y[k + 1] * np.sin(y[0])
        y[k] = total
        y[1:] *= y[k]
    return total + np.sum(y)


test_gradient = programs.test()
