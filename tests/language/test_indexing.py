"""Reading arrays by every kind of index."""

import numpy as np

from tests.cases import Programs

programs = Programs()

v = np.array([0.5, 1.0, 2.0, 3.0, 5.0])
A = np.arange(1.0, 13.0).reshape(3, 4)
C = np.linspace(0.1, 2.4, 24).reshape(2, 3, 4)


@programs.at(v)
def integers_from_both_ends(x):
    return x[0] * x[-1] + x[2] ** 2


@programs.at((A, 1), (A, -1))
def an_integer_variable(M, i):
    return M[i, 0] * M[i][1] + M[0, i]


@programs.at(A)
def a_row_and_a_column(M):
    return np.sum(M[1] ** 2) + np.sum(M[:, 2] * M[:, -1])


@programs.at(v)
def slices(x):
    return np.sum(x[1:3] ** 2) + np.sum(x[:-1] * x[1:]) + np.sum(x[2:]) * x[:2].sum()


@programs.at(v)
def slices_with_steps(x):
    return np.sum(x[::2] ** 2) + np.sum(x[1::3] ** 3) + np.sum(x[-4:4:2] * x[0])


@programs.at(v)
def negative_steps(x):
    return np.sum(x[::-1] * x) + np.sum(x[3:0:-1] ** 2) + np.sum(x[::-2] ** 3)


@programs.at((v, 1, 4), (v, 0, 0))
def bounds_that_are_variables(x, i, j):
    return np.sum(x[i:j] ** 2) + x[j - 1] * np.sum(x[i:])


@programs.at((v, slice(1, 4)))
def a_slice_object(x, window):
    return np.sum(x[window] ** 2) + np.sum(x[slice(None, None, 2)])


@programs.at(A)
def slices_in_two_dimensions(M):
    return np.sum(M[1:, ::2] ** 2) + np.sum(M[:2, 1:3] * M[1:, 2:]) + np.sum(M[::-1, 0] * M[:, 3])


@programs.at(C)
def an_ellipsis(x):
    return np.sum(x[..., 0] ** 2) + np.sum(x[0, ...] ** 3) + np.sum(x[1, ..., 2]) + np.sum(x[...] * 2)


@programs.at(v)
def newaxis(x):
    return np.sum(x[:, None] * x[None, :] ** 2) + np.sum(x[np.newaxis] ** 3)


@programs.at(C)
def ellipsis_and_newaxis_together(x):
    return np.sum(x[..., None, 1:3] ** 2) + np.sum(x[0, None, :, ::2] ** 3)


@programs.at(v)
def a_boolean_mask(x):
    return np.sum(x[x > 0.7] ** 2) + np.sum(x[np.array([True, False, True, False, False])])


@programs.at(A)
def a_boolean_mask_in_two_dimensions(M):
    return np.sum(M[M > 3.5] ** 2) + np.sum(M[M[:, 0] > 2] ** 3)


@programs.at(A)
def a_mask_beside_a_slice(M):
    keep = np.array([True, False, True])
    return np.sum(M[keep, 1:] ** 2) + np.sum(M[:, [True, False, False, True]])


@programs.at(v)
def an_array_of_integers(x):
    return np.sum(x[np.array([3, 0, 1])] * np.array([1.0, 2.0, 3.0]))


@programs.at(v)
def an_array_of_integers_with_duplicates(x):
    k = np.array([2, 2, 0, -1, 2])
    return np.sum(x[k] ** 2 * np.array([1.0, 2.0, 3.0, 4.0, 5.0]))


@programs.at(v)
def a_list_of_integers(x):
    return np.sum(x[[0, 2, 2]] * np.array([1.0, 2.0, 3.0])) ** 2


@programs.at((v, np.array([[0, 1], [1, 4]])))
def an_index_of_two_dimensions(x, k):
    return np.sum(x[k] @ x[k])


@programs.at(A)
def pairs_of_index_arrays(M):
    i = np.array([0, 1, 1, 2])
    j = np.array([3, 0, 0, 2])
    return np.sum(M[i, j] ** 2)


@programs.at(A)
def index_arrays_that_broadcast(M):
    i = np.array([[0], [2]])
    j = np.array([1, 1, 3])
    return np.sum(M[i, j] ** 2) + np.sum(M[np.arange(3), np.arange(3)])


@programs.at(A)
def an_index_array_beside_a_slice(M):
    k = np.array([2, 0, 2])
    return np.sum(M[k, 1:3] ** 2) + np.sum(M[:, k] ** 3) + np.sum(M[1, k])


@programs.at(C)
def index_arrays_around_a_slice(x):
    k = np.array([0, 1, 1])
    return np.sum(x[k, :, k] ** 2) + np.sum(x[0, :, k] ** 3)


@programs.at(A)
def an_index_of_an_index(M):
    return M[1][2:][0] ** 2 + M[1:, 1:][1][1] * M.T[0][2]


@programs.at(A)
def a_view_of_a_reshape(M):
    return np.sum(M.reshape(2, 6)[1, ::2] ** 2) + M.T[1:, 0][2]


@programs.at((v, np.array([4, 0, 2])))
def the_indices_are_computed(x, k):
    order = k[::-1] + 0
    s = 0.0
    for i in order:
        s = s * 0.5 + x[i] ** 2
    return s


@programs.at(v)
def the_position_of_the_largest(x):
    return x[np.argmax(x)] ** 2 + x[np.argmin(x)] * x[x.argmax() - 1]


@programs.at(A)
def a_tuple_as_an_index(M):
    where = (1, 2)
    return M[where] ** 2 + M[(0, 1)] * M[(2,)][3]


@programs.at(v)
def a_stencil_by_slices(x):
    for _ in range(3):
        inner = 0.5 * x[1:-1] + 0.25 * (x[:-2] + x[2:])
        x = np.concatenate([x[:1], inner, x[-1:]])
    return np.sum(x**2)


@programs.at((v, 0), (v, 2))
def an_element_in_a_branch(x, i):
    y = x[i] if i > 0 else x[i + 1] ** 2
    return y * x[0]


@programs.at(v)
def an_empty_slice_contributes_nothing(x):
    return np.sum(x[5:]) + np.sum(x[3:1]) + x[0]


@programs.at(A)
def an_element_in_nested_loops(M):
    s = 0.0
    for i in range(M.shape[0]):
        for j in range(i, M.shape[1]):
            s += M[i, j] * M[i, j - 1]
    return s


test_gradient = programs.test()
