"""What `grad` takes: every kind of callable with Python source behind it, and every way to name an argument of it."""

import functools
import inspect
import pickle
import threading

import numpy as np
import pytest

import srcad


def cube(x, y=2.0):
    return x**3 * y


def traced(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2.0 * function(*args, **kwargs)

    return wrapper


@traced
def wrapped(x, y=2.0, *, w=1.0):
    """Wrapped."""
    return x**2 * y * w


class Compiled:
    """As `numba.njit` makes: the function itself is in `py_func`."""

    def __init__(self, function):
        self.py_func = function
        self.__name__ = function.__name__

    def __call__(self, *args):
        raise AssertionError("the compiled function has no source")


class Shape:
    scale = 3.0

    def __init__(self, k):
        self.k = k

    @staticmethod
    def static(x):
        return x**2

    @classmethod
    def of_class(cls, x):
        return cls.scale * x**2

    @srcad.grad
    @staticmethod
    def static_inside(x):
        return x**3

    @srcad.grad(argnums=1)
    @classmethod
    def class_inside(cls, x):
        return cls.scale * x**3

    @classmethod
    @srcad.grad(argnums=1)
    def class_outside(cls, x):
        return cls.scale * x**3

    @srcad.value_and_grad(argnums=(0, 1))
    def both(self, x):
        return self.k * x**2

    def __call__(self, x):
        return self.k * x


class Wide(Shape):
    scale = 5.0

    def __call__(self, x):
        return super().__call__(x) * x


def test_static_and_class_methods():
    assert srcad.grad(Shape.static)(3.0) == 6.0
    assert srcad.grad(Shape(1.0).static)(3.0) == 6.0
    assert srcad.grad(Shape.of_class)(2.0) == 12.0
    assert srcad.grad(Wide.of_class)(2.0) == 20.0


def test_decorators_inside_a_class_in_either_order():
    assert Shape.static_inside(2.0) == 12.0 and Shape(1.0).static_inside(2.0) == 12.0
    assert Shape.class_inside(2.0) == 36.0 and Wide(1.0).class_inside(2.0) == 60.0
    assert Shape.class_outside(2.0) == 36.0 and Wide.class_outside(2.0) == 60.0
    value, (d_self, d_x) = Shape(2.0).both(3.0)
    assert value == 18.0 and d_self.k == 9.0 and d_x == 12.0


def test_callable_objects_and_inheritance():
    assert srcad.grad(Shape(4.0))(2.0) == 4.0
    assert srcad.grad(Wide(4.0))(2.0) == 16.0


def test_a_partial_of_a_partial_of_a_method():
    def f(a, b, c, d=1.0):
        return a * b**2 * c**3 * d

    inner = functools.partial(functools.partial(f, 2.0), d=5.0)
    assert srcad.grad(inner)(3.0, 1.0) == 60.0
    assert srcad.grad(inner, 1)(3.0, 1.0) == 270.0
    assert srcad.grad(inner, argnames="d")(3.0, 1.0) == 18.0
    assert srcad.grad(functools.partial(Shape(2.0).both.__func__.primal, Shape(2.0)))(3.0) == 12.0


def test_a_wrapper_is_differentiated_with_what_it_does():
    assert wrapped(3.0) == 36.0
    assert srcad.grad(wrapped)(3.0) == 24.0
    assert srcad.grad(wrapped, 1)(3.0, 2.0) == 18.0
    assert srcad.grad(wrapped, (1, 0))(3.0, y=2.0) == (18.0, 24.0)
    assert srcad.grad(wrapped, argnames="y")(3.0, 2.0) == 18.0
    assert srcad.grad(wrapped, argnames=("w", "x"))(3.0, w=1.0) == (36.0, 24.0)
    assert inspect.signature(srcad.grad(wrapped)) == inspect.signature(wrapped)
    assert srcad.grad(wrapped).__doc__ == "Wrapped."


def test_a_cached_function():
    assert srcad.grad(functools.lru_cache(cube))(1.0) == 6.0
    assert srcad.grad(functools.cache(cube), 1)(2.0) == 8.0


def test_a_compiled_function_is_read_through_py_func():
    assert srcad.grad(Compiled(cube))(1.0) == 6.0


def test_arguments_inside_star_args_and_kwargs():
    def f(x, *rest, scale=1.0, **options):
        return x * rest[0] ** 2 * scale * options["w"]

    assert srcad.grad(f, (2, 1))(2.0, 3.0, 4.0, w=1.0) == (0.0, 12.0)
    assert srcad.grad(f, 1)(2, 3, w=1.0) == 12.0
    assert srcad.grad(f, argnames="w")(2.0, 3.0, w=4) == 18.0
    assert srcad.grad(f, argnames=("scale", "x"))(2.0, 3.0, w=1.0) == (18.0, 9.0)
    with pytest.raises(srcad.ArgumentError) as caught:
        srcad.grad(f, 2)(2.0, 3.0, w=1.0)
    assert caught.value.remedy
    with pytest.raises(srcad.ArgumentError):
        srcad.grad(f, argnames="v")(2.0, 3.0, w=1.0)


def test_a_negative_argnum_of_a_bound_method_counts_its_own_parameters():
    class Model:
        def energy(self, x, y):
            return x * y**2

    assert srcad.grad(Model().energy, -1)(2.0, 3.0) == 12.0
    with pytest.raises(srcad.ArgumentError):
        srcad.grad(Model().energy, 2)


@pytest.mark.parametrize("fun", [len, np.sin, int, print, 3.0, "f", Shape])
def test_what_has_no_python_source_is_refused(fun):
    with pytest.raises(srcad.SrcadError) as caught:
        srcad.grad(fun)
    assert caught.value.remedy


def test_derivatives_of_partials_and_methods_pickle():
    for fun in (functools.partial(cube, y=3.0), Shape(2.0), Shape(2.0).static):
        again = pickle.loads(pickle.dumps(srcad.grad(fun)))
        assert again(2.0) == srcad.grad(fun)(2.0)
    assert pickle.loads(pickle.dumps(Shape.both)) is Shape.both


def test_many_threads_may_call_one_derivative_at_first():
    def f(x, v):
        total = 0.0
        for one in v:
            total += x * one
        return total

    g = srcad.grad(f)
    results = []

    def work(i):
        for size in range(1, 4):
            results.append(g(1.0 + i, [float(size)] * size) == size * size)
            results.append(g(1.0 + i, np.full(size, 2.0)) == 2.0 * size)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(results) == 48 and all(results)
