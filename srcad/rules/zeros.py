"""NumPy's functions whose derivative is zero wherever it exists: tests, counts, positions, sizes, types."""

from __future__ import annotations

import numpy as np

from srcad import runtime_arrays
from srcad.core.kinds import BOOL, INT
from srcad.rules import layouts, shapes
from srcad.rules.operators import COLUMN, POSITIVE, ROW, TABLE
from srcad.rules.registry import call, zero
from srcad.rules.shapes import always

SORTED = np.array([0.5, 1.5, 2.5])

zero(np.shape, kind=layouts.shape_of, at=[(2.0,), (ROW,), (TABLE,), ([1.0, 2.0],)])
zero(np.ndim, kind=shapes.counted_dims, at=[(2.0,), (TABLE,)])
zero(np.size, kind=always(INT), at=[(2.0,), (TABLE,)])
zero(np.isnan, np.isinf, np.isfinite, np.signbit, np.logical_not, kind=shapes.compared, at=[(0.7,), (ROW,), (TABLE,)])
zero(np.logical_and, np.logical_or, np.logical_xor, kind=shapes.compared, at=[(0.7, 0.0), (ROW, COLUMN)])
zero(np.isclose, kind=shapes.compared, at=[(0.7, 0.8), (ROW, COLUMN)])
zero(np.allclose, np.array_equal, np.array_equiv, kind=always(BOOL), at=[(0.7, 0.8), (ROW, POSITIVE)])
zero(np.isscalar, np.isrealobj, np.iscomplexobj, kind=always(BOOL), at=[(0.7,), (ROW,)])
zero(np.any, np.all, kind=shapes.reduced, at=[(ROW,), (TABLE, 1), call(TABLE, axis=0, keepdims=True)])
zero(np.argmax, np.argmin, kind=shapes.reduced, at=[(ROW,), (TABLE, 1), call(TABLE, axis=0)])
zero(np.count_nonzero, kind=shapes.reduced, at=[(ROW,), (TABLE, 1)])
zero(np.argsort, at=[(ROW,), (TABLE, 1)])
zero(np.nonzero, np.flatnonzero, np.argwhere, at=[(ROW,), (TABLE,)])
zero(np.searchsorted, at=[(SORTED, 0.7), (SORTED, ROW)])
zero(np.digitize, at=[(ROW, SORTED)])
zero(np.lexsort, at=[((ROW, POSITIVE),)])
zero(np.result_type, at=[(ROW, 1.0)])
zero(np.shares_memory, np.may_share_memory, kind=always(BOOL), at=[(ROW, TABLE)])
zero(np.int64, np.int32, at=[(2.7,), (ROW,)])
zero(np.bool_, at=[(2.7,), (ROW,)])
zero(np.tril_indices, np.triu_indices, at=[(3,), (3, 1), call(3, m=2)])
zero(np.diag_indices, at=[(3,)])
zero(np.ix_, at=[([0, 2], [1])])
zero(runtime_arrays.unselected, at=[((ROW > 0, ROW < -1),), ((TABLE > 0, ROW > 0),)])
zero(np.unravel_index, kind=layouts.unraveled, at=[(4, (2, 3)), (np.array([4, 1]), (2, 3))])
zero(np.isin, at=[(np.array([0, 1]), np.array([1, 2]))])
zero(np.isneginf, np.isposinf, np.iscomplex, np.isreal, kind=shapes.compared, at=[(ROW,), (TABLE,)])
zero(np.nanargmax, np.nanargmin, kind=shapes.reduced, at=[(ROW,), (TABLE, 1)])
zero(np.argpartition, at=[(ROW, 1)])
zero(np.gcd, np.lcm, at=[(6, 4)])
zero(np.bitwise_count, at=[(6,)])
zero(np.tril_indices_from, np.triu_indices_from, at=[(TABLE,)])
zero(np.diag_indices_from, at=[(TABLE[:, :2],)])
zero(np.ravel_multi_index, at=[((1, 2), (2, 3))])
zero(np.mask_indices, at=[(3, np.triu)])
zero(np.broadcast_shapes, kind=layouts.common_shape, at=[((2, 3), (3,))])
zero(np.linalg.matrix_rank, kind=always(INT), at=[(TABLE,)])
zero(np.isfortran, np.iterable, kind=always(BOOL), at=[(TABLE,)])
zero(np.can_cast, np.issubdtype, kind=always(BOOL), at=[(np.float64, np.float32)])
zero(np.promote_types, at=[(np.float64, np.float32)])
zero(np.isdtype, kind=always(BOOL), at=[(np.dtype(float), "real floating")])
zero(np.common_type, np.min_scalar_type, at=[(TABLE,)])
zero(np.packbits, np.unpackbits, at=[(np.array([3, 7], dtype=np.uint8),)])
