"""What evaluating one primitive may do besides giving a value.

Three questions, each answered for the callable of an `Op` and conservative where nothing is known of it:

- `is_pure(op)`: no effect that anybody can see. It may still raise, and it may allocate.
- `reads_memory(op)`: the value depends on what mutable operands hold, and not only on which objects they are.
- `makes_fresh(op)`: it makes a new mutable object, so that evaluating it twice is not evaluating it once.
- `shares(op)`: the result may share memory with an operand (a view, an element, a container holding it).

A function that has a rule in the registry is pure: a rule states what the function is as mathematics. The functions of
the run-time library are listed here one by one, so that a new one counts as having effects until somebody thinks of it.
"""

from __future__ import annotations

import builtins
import math
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad import runtime, runtime_rules, runtime_signals
from srcad.core import prims
from srcad.core.nodes import Op, Ref
from srcad.core.operators import hashable
from srcad.rules.registry import rule_for

Fn = Callable[..., Any]

ARITHMETIC: frozenset[Any] = frozenset(
    {
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.floordiv,
        operator.mod,
        operator.pow,
        operator.matmul,
        operator.neg,
        operator.pos,
        operator.invert,
        operator.and_,
        operator.or_,
        operator.xor,
        operator.lshift,
        operator.rshift,
    }
)
COMPARISONS: frozenset[Any] = frozenset(
    {
        operator.eq,
        operator.ne,
        operator.lt,
        operator.le,
        operator.gt,
        operator.ge,
        operator.is_,
        operator.is_not,
        operator.not_,
        operator.contains,
        operator.truth,
    }
)
MAKERS: frozenset[Any] = frozenset({prims.make_list, prims.make_set, prims.make_dict})
HOLDERS: frozenset[Any] = MAKERS | {prims.make_tuple, prims.make_slice, prims.each}
_CHOICES: frozenset[Any] = frozenset({prims.both, prims.either, prims.choose})
_READERS: frozenset[Any] = frozenset({operator.getitem, prims.get_attr, prims.unpack})
_TEXT: frozenset[Any] = frozenset({prims.make_string, prims.format_value})

_SCALAR_BUILTINS: frozenset[Any] = frozenset(
    {abs, all, any, bool, complex, divmod, float, hash, id, int, isinstance, issubclass, len, pow, repr, round, str}
    | {sum, max, min, type, callable, chr, ord, format, ascii, bin, hex, oct, hasattr, bytes, frozenset, range, slice}
)
_MAKING_BUILTINS: frozenset[Any] = frozenset({list, dict, set, sorted, bytearray})
_SHARING_BUILTINS: frozenset[Any] = frozenset({tuple, getattr, builtins.object, types.SimpleNamespace})
_PURE_METHODS: frozenset[Any] = frozenset(
    {list.index, list.count, list.copy, tuple.index, tuple.count, dict.get, dict.keys, dict.values, dict.items}
    | {dict.copy, float.is_integer, int.bit_length}
)

# NumPy functions that write into an argument, or have state.
_NUMPY_EFFECTS = {
    "copyto",
    "put",
    "putmask",
    "place",
    "put_along_axis",
    "fill_diagonal",
    "shuffle",
    "save",
    "savez",
    "savetxt",
    "savez_compressed",
    "seterr",
    "seterrcall",
    "setbufsize",
    "set_printoptions",
    "load",
    "loadtxt",
    "fromfile",
    "frompyfunc",
    "vectorize",
    "apply_along_axis",
    "apply_over_axes",
    "piecewise",
    "fromfunction",
    "fromiter",
    "info",
    "show_config",
    "show_runtime",
    "nditer",
    "test",
}
# NumPy functions whose result may be, hold or view an argument. Everything that is not a ufunc and not named in
# _NUMPY_FRESH is taken to be one of these.
_NUMPY_FRESH = {
    *(
        "sum mean prod max min amax amin std var median average ptp cumsum cumprod dot vdot inner outer kron cross"
    ).split(),
    *"where clip concatenate stack vstack hstack column_stack dstack tile repeat array copy zeros ones full".split(),
    *"zeros_like ones_like full_like empty empty_like arange linspace logspace geomspace eye identity diff".split(),
    *"argmax argmin argsort sort searchsorted any all count_nonzero allclose isclose array_equal shape ndim".split(),
    *"size trace tensordot convolve interp triu tril roll sinc nanmax nanmin nansum nanmean round around".split(),
    *"cross iscomplexobj isscalar take compress delete insert append pad bincount histogram polyval trapezoid".split(),
}
_ALLOCATING = {"zeros", "ones", "full", "empty", "zeros_like", "ones_like", "full_like", "empty_like", "copy", "array"}


def _numpy_names(names: set[str]) -> frozenset[Any]:
    return frozenset(getattr(np, name) for name in names if hasattr(np, name))


_NP_EFFECTS = _numpy_names(_NUMPY_EFFECTS)
_NP_FRESH = _numpy_names(_NUMPY_FRESH)
_NP_ALLOCATING = _numpy_names(_ALLOCATING)
_NP_SCALARS: frozenset[Any] = frozenset({np.ndim, np.shape, np.size, np.isscalar, np.iscomplexobj, np.allclose})
_RUNTIME_FRESH: frozenset[Any] = frozenset(
    {runtime.shadow_of, runtime.copied, runtime.empty_shadow, runtime.object_shadow, runtime.scatter}
    | {runtime.laid_out}
)
_RUNTIME: frozenset[Any] = _RUNTIME_FRESH | {
    runtime.unbroadcast,
    runtime.unbroadcast_each,
    runtime.above,
    runtime.split_extreme,
    runtime.unconcatenate,
    runtime.product_of_others,
    runtime.matmul_left,
    runtime.matmul_right,
    runtime.dot_left,
    runtime.dot_right,
    runtime.inner_left,
    runtime.inner_right,
    runtime.unsort,
    runtime.diagonal_view,
    runtime.digamma,
    runtime.astype,
    runtime.flatten,
    runtime.tolist,
    runtime.item,
    runtime.item_before,
    runtime.attribute_before,
    runtime.has_own,
    runtime.mirrored,
    runtime_rules.given_parts,
    *(f for f in vars(runtime_signals).values() if getattr(f, "__module__", None) == runtime_signals.__name__),
}
_FRESH: frozenset[Any] = MAKERS | _MAKING_BUILTINS | _NP_ALLOCATING | _RUNTIME_FRESH | {list.copy, dict.copy}
_MATH: frozenset[Any] = frozenset(f for f in vars(math).values() if callable(f))

# What changes its first operand, and nothing else; the other operands may end up inside it.
MUTATORS: frozenset[Any] = frozenset(
    {prims.push, prims.pop}
    | {list.append, list.extend, list.insert, list.clear, list.reverse, list.pop, list.remove}
    | {dict.update, dict.pop, dict.setdefault, dict.clear, dict.popitem, dict.__setitem__, list.__setitem__}
    | {set.add, set.discard, set.remove, set.update, set.clear, set.pop}
    | {runtime.add_into, runtime.restore_item, runtime.restore_attribute}
    | {np.add.at, np.subtract.at, np.copyto, np.put, np.place, np.putmask, np.fill_diagonal}
)
# What looks at shapes and addresses, and raises where they are not as expected.
CHECKS: frozenset[Any] = frozenset(
    {
        runtime.refuse_overlap,
        runtime.refuse_twice,
        runtime_rules.expect,
        runtime_rules.expect_shape,
        runtime_rules.expect_pair,
    }
)
# Those among them that do nothing else than that, and cannot raise: without a reader, they need not happen.
APPENDERS: frozenset[Any] = frozenset({prims.push, list.append, set.add})

_PURITY: dict[Any, bool] = {}


def is_check(op: Op) -> bool:
    """It looks at shapes or addresses alone, and raises where they are not as expected."""
    return hashable(op.fn) and op.fn in CHECKS


def is_pure(op: Op) -> bool:
    """Evaluating the primitive has no effect besides its value (its operands are judged on their own)."""
    if op.kwargs and any(key in ("out", "where") or key == "**" for key, _ in op.kwargs):
        return False
    fn = op.fn
    if fn is prims.call:
        return _makes_record(op)
    if not hashable(fn):
        return False
    known = _PURITY.get(fn)
    if known is None:
        known = _is_pure_function(fn)
        # A rule may be registered later, so that only "pure" is settled for good.
        if known:
            _PURITY[fn] = known
    return known


def _makes_record(op: Op) -> bool:
    """The call of a namedtuple's class, which does nothing but hold its operands."""
    callee = op.args[0] if op.args else None
    if not isinstance(callee, Ref) or not isinstance(callee.value, type):
        return False
    cls = callee.value
    return issubclass(cls, tuple) and hasattr(cls, "_fields") and cls.__init__ is object.__init__


def _is_pure_function(fn: Any) -> bool:
    if fn in MUTATORS or fn in _NP_EFFECTS:
        return False
    if fn in ARITHMETIC or fn in COMPARISONS or fn in HOLDERS or fn in _CHOICES or fn in _READERS or fn in _TEXT:
        return True
    if fn in _SCALAR_BUILTINS or fn in _MAKING_BUILTINS or fn in _SHARING_BUILTINS or fn in _PURE_METHODS:
        return True
    if fn in _MATH or isinstance(fn, np.ufunc) or rule_for(fn) is not None:
        return True
    if fn in _RUNTIME:
        return True
    module = getattr(fn, "__module__", None) or ""
    if isinstance(fn, types.MethodDescriptorType) and getattr(fn, "__objclass__", None) is str:
        return True
    return module in ("numpy", "numpy.linalg") and not isinstance(fn, types.MethodType)


def makes_fresh(op: Op) -> bool:
    """It makes a mutable object whose identity is the point of making it."""
    fn = op.fn
    return (
        fn in MAKERS
        or fn in _MAKING_BUILTINS
        or fn in _NP_ALLOCATING
        or fn in _RUNTIME_FRESH
        or fn in (list.copy, dict.copy)
    )


def reads_memory(op: Op) -> bool:
    """The value depends on what mutable operands hold at this moment."""
    return not hashable(op.fn) or op.fn not in HOLDERS and op.fn is not operator.is_ and op.fn is not operator.is_not


def shares(op: Op) -> bool:
    """The result may be, hold or view an operand."""
    fn = op.fn
    if not hashable(fn):
        return True
    if fn in COMPARISONS or fn in _SCALAR_BUILTINS or fn in _TEXT or fn in _MATH or fn in _NP_SCALARS:
        return fn in (max, min, sum)  # of a list of arrays, one of them
    if fn in (
        runtime.shadow_of,
        runtime.copied,
        runtime.laid_out,
        runtime.empty_shadow,
        runtime.above,
        runtime.digamma,
    ):
        return False
    if isinstance(fn, np.ufunc) or fn in _NP_FRESH:
        return bool(op.kwargs) and any(key in ("out", "copy") for key, _ in op.kwargs)
    return fn not in ARITHMETIC
