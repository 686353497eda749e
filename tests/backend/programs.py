"""Core programs built by hand: the three of the design and one of every statement."""

from __future__ import annotations

import operator as o

import numpy as np

from srcad.core import prims
from srcad.core.nodes import (
    Assign,
    Comment,
    Do,
    For,
    Handler,
    If,
    Lit,
    Op,
    Param,
    Program,
    Raise,
    Ref,
    Return,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
)
from tests.backend.build import attr, function, op

x, y, n, i, A, T = (Var(name) for name in "x y n i A T".split())
one, zero = Lit(1), Lit(0)


def polynomial() -> Program:
    """The adjoint of `x**2 * y + y + 2`."""
    return function("f_grad", "x y", Return(op(o.mul, op(o.mul, 2, x), y)))


def power() -> Program:
    """The adjoint of a loop of products."""
    tape, d_x, d_y = Var("%y_tape"), Var("%d_x"), Var("%d_y")
    return function(
        "power_grad",
        "x n",
        Assign("y", Lit(1.0)),
        Assign("%y_tape", op(prims.make_list)),
        For("i", zero, n, one, (Do(op(prims.push, tape, y)), Assign("y", op(o.mul, y, x)))),
        Assign("%d_x", Lit(0.0)),
        Assign("%d_y", Lit(1.0)),
        For(
            "i",
            zero,
            n,
            one,
            (
                Comment("y = y * x"),
                Assign("y", op(prims.pop, tape)),
                Assign("%d_x", op(o.mul, d_y, y), accumulate=True),
                Assign("%d_y", op(o.mul, d_y, x)),
            ),
            reverse=True,
        ),
        Return(d_x),
        doc="The gradient of power with respect to x.",
    )


def sweep() -> Program:
    """The adjoint of an in-place stencil."""
    d_A, d = Var("%d_A"), Var("%d")
    inner = For(
        "i",
        one,
        op(o.sub, n, 1),
        one,
        (
            Assign("%d", op(o.truediv, op(o.getitem, d_A, i), 2)),
            Store(d_A, i, Lit(0.0)),
            Store(d_A, op(o.sub, i, 1), d, accumulate=True),
            Store(d_A, op(o.add, i, 1), d, accumulate=True),
        ),
        reverse=True,
    )
    return function(
        "sweep_grad",
        "A T",
        Assign("n", op(o.getitem, attr(A, "shape"), 0)),
        Assign("%d_A", op(np.ones_like, A)),
        For("t", zero, T, one, (inner,), reverse=True),
        Return(d_A),
    )


def statements() -> Program:
    """One of every statement."""
    done, t = Var("%done"), Var("%t1")
    return Program(
        "everything",
        (
            Param("x", "pos"),
            Param("y", default=Lit(-1.0)),
            Param("rest", "star"),
            Param("key", "key", Lit(None)),
            Param("options", "starstar"),
        ),
        (
            Comment("A comment\n  over two lines"),
            Unpack(("a", "b"), op(prims.make_tuple, y, x)),
            Unpack(("first", "others", "last"), op(prims.unpack, Var("rest"), 3, 1)),
            Assign("a", op(o.iadd, Var("a"), 1)),
            Assign("c", op(o.iadd, Var("a"), 1)),
            Assign("a", op(o.neg, x), accumulate=True),
            Store(Var("others"), op(prims.make_slice, 1, None, None), op(prims.make_list)),
            Store(Var("others"), zero, op(o.imul, op(o.getitem, Var("others"), 0), 2)),
            Store(Var("options"), Lit("k"), op(o.neg, x), accumulate=True),
            Store(x, Lit("rate"), Lit(2), attr=True),
            Assign("pair", op(prims.make_tuple, x, y)),
            If(
                op(o.lt, x, y),
                (Comment("nothing to do"),),
                (If(op(o.is_, Var("key"), None), (Assign("a", Lit(0)),), (Do(op(print, x)),)),),
            ),
            If(x, (), (Do(op(print, y)),)),
            Assign("%done", Lit(False)),
            For("j", x, y, Lit(2), (Assign("%done", op(o.gt, Var("j"), 3)),), "%done", reverse=True),
            While((Assign("%t1", op(o.mul, x, x)),), op(o.lt, t, 9), (Assign("x", op(o.add, x, 1)),), None),
            While((Do(op(print, x)),), op(o.lt, x, 9), (Assign("%done", Lit(True)),), "%done"),
            With(op(np.errstate, divide="ignore"), (Assign("z", op(o.truediv, one, x)),), "state"),
            Try(
                (Do(op(o.delitem, Var("others"), 0)),),
                (
                    Handler(
                        op(prims.make_tuple, Ref("KeyError", KeyError), Ref("IndexError", IndexError)),
                        "error",
                        (Raise(op(ValueError, "bad"), Var("error")),),
                    ),
                    Handler(None, None, (Raise(None),)),
                ),
                (Do(op(print, done)),),
            ),
            Return(Op(prims.make_tuple, (x, y))),
        ),
        doc='Do "everything".',
    )


STATEMENTS_TEXT = '''\
def everything(x, /, y=-1.0, *rest, key=None, **options):
    """Do "everything"."""
    # A comment over two lines
    a, b = y, x
    first, *others, last = rest
    a += 1
    c = operator.iadd(a, 1)
    a -= x
    others[1:] = []
    others[0] *= 2
    options["k"] -= x
    x.rate = 2
    pair = (x, y)
    if x < y:
        # nothing to do
        pass
    elif key is None:
        a = 0
    else:
        print(x)
    if not x:
        print(y)
    done = False
    for j in reversed(range(x, y, 2)):
        done = j > 3
        if done:
            break
    while x * x < 9:
        x = x + 1
    while True:
        print(x)
        if not x < 9:
            break
        done = True
        if done:
            break
    with np.errstate(divide="ignore") as state:
        z = 1 / x
    try:
        del others[0]
    except (KeyError, IndexError) as error:
        raise ValueError("bad") from error
    except:
        raise
    finally:
        print(done)
    return x, y
'''
