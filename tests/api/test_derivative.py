"""What `grad` returns: a callable that looks like the function, shows its source, respecialises, pickles and saves."""

import ast
import copy
import functools
import inspect
import json
import linecache
import math
import pickle
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

import numpy as np
import pytest

import srcad

SCALE = 2.0


def f(x, y=3.0):
    """The polynomial of the first page."""
    return x**2 * y + y + 2


def annotated(x: float, v: np.ndarray, n: int = 2) -> float:
    return x * np.sum(v**n)


def power(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


def scaled(t):
    return SCALE * math.sin(t)


def whole(v, x):
    """A program with a helper, a global, a branch, a loop and an array."""
    total = scaled(x)
    for i, t in enumerate(v):
        if t > 1:
            total = total * t + i
        else:
            total += np.exp(t)
    return total


def divides(x, y):
    z = x / y
    return z * z


@srcad.grad
def decorated(x, y):
    """Decorated without arguments."""
    return x**2 * y


@srcad.grad(argnums=(0, 1))
def decorated_with_argnums(x, y):
    return x**2 * y


@srcad.grad(argnames="w")
def decorated_with_argnames(x, w):
    return x * w**3


@srcad.value_and_grad
def decorated_with_value(x):
    return x**3


class Model:
    def __init__(self, k):
        self.k = k
        self.n = 3

    def energy(self, x):
        return self.k * x**2

    @srcad.grad(argnums=1)
    def force(self, x):
        """The slope."""
        return self.k * x**2

    @srcad.grad(argnames="x")
    def force_by_name(self, x):
        return self.k * x**2

    @srcad.grad
    def by_self(self, x):
        return self.k * x**2

    @staticmethod
    @srcad.grad
    def static(x):
        return x**3


def test_it_is_a_derivative():
    for made in (srcad.grad(f), srcad.value_and_grad(f), decorated, decorated_with_argnums):
        assert isinstance(made, srcad.Derivative)


def test_the_decorator_forms():
    assert decorated(3.0, 4.0) == 24.0
    assert decorated_with_argnums(3.0, 4.0) == (24.0, 9.0)
    assert decorated_with_argnames(2.0, 3.0) == 54.0
    assert decorated_with_value(2.0) == (8.0, 12.0)


def test_it_looks_like_the_function():
    g = srcad.grad(f)
    assert g.__name__ == "f" and g.__qualname__ == "f" and g.__module__ == __name__
    assert g.__doc__ == "The polynomial of the first page."
    assert g.__wrapped__ is f
    assert inspect.signature(g) == inspect.signature(f)
    assert inspect.unwrap(g) is f
    assert callable(g)


def test_the_primal_is_the_program():
    assert srcad.grad(f).primal(3.0, 4.0) == f(3.0, 4.0)
    assert decorated.primal(3.0, 4.0) == 36.0


def test_value_and_grad_of_a_derivative():
    assert srcad.grad(f).value_and_grad(3.0, 4.0) == (42.0, 24.0)
    assert decorated_with_argnums.value_and_grad(3.0, 4.0) == (36.0, (24.0, 9.0))


def test_the_repr_says_what_it_is():
    text = repr(srcad.grad(f, (0, 1)))
    assert "grad" in text and "f" in text and "0x" not in text
    assert "x" in text or "0" in text


def test_methods_are_bound():
    model = Model(2.0)
    assert model.force(3.0) == 12.0
    assert model.force_by_name(3.0) == 12.0
    assert Model.force(model, 3.0) == 12.0
    assert Model.static(2.0) == 12.0 and model.static(2.0) == 12.0
    assert Model.force.__doc__ == "The slope."


def test_the_first_argument_of_a_method_is_self():
    found = Model(2.0).by_self(3.0)
    assert found.k == 9.0 and found.n is None


def test_grad_of_a_bound_method():
    model = Model(2.0)
    g = srcad.grad(model.energy)
    assert g(3.0) == 12.0
    model.k = 5.0
    assert g(3.0) == 30.0


def test_grad_of_an_unbound_method():
    assert srcad.grad(Model.energy, 1)(Model(2.0), 3.0) == 12.0


def test_grad_of_a_callable_object():
    class Callable:
        def __init__(self, k):
            self.k = k

        def __call__(self, x):
            return self.k * x * x

    assert srcad.grad(Callable(2.0))(3.0) == 12.0


def test_grad_of_a_lambda():
    assert srcad.grad(lambda x: x**3)(2.0) == 12.0


def test_grad_of_a_nested_function_and_a_partial():
    import functools

    k = 5.0

    def inner(x, y):
        return x * x * y * k

    assert srcad.grad(inner)(2.0, 3.0) == 60.0
    assert srcad.grad(functools.partial(inner, y=3.0))(2.0) == 60.0
    assert srcad.grad(functools.partial(inner, 2.0))(3.0) == 20.0


def test_it_respecialises_on_new_kinds():
    def square(x):
        return (x * x).sum() if isinstance(x, np.ndarray) else x * x

    g = srcad.grad(square)
    for _ in range(2):
        assert g(3.0) == 6.0
        assert g(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]
        assert g(np.array([[1.0], [2.0]])).tolist() == [[2.0], [4.0]]
        assert g(3) == 6.0
        assert g(np.ones(1)).tolist() == [2.0]
        assert g(np.array([1, 2])).tolist() == [2.0, 4.0]


def test_a_broadcast_of_one_row_is_told_from_many():
    def g(A, b):
        return ((A + b) ** 2).sum()

    d = srcad.grad(g, 1)
    for shape in [(3,), (1, 3), (2, 3), (2, 1), (1, 1), (1,), ()]:
        found = d(np.ones((2, 3)), np.ones(shape))
        assert found.shape == shape and found.sum() == pytest.approx(24.0)


def test_kinds_inside_structures_are_seen():
    def g(p):
        return p["a"] * p["b"] if "b" in p else p["a"] ** 2

    d = srcad.grad(g)
    assert d({"a": 3.0}) == {"a": 6.0}
    assert d({"a": 3.0, "b": 4.0}) == {"a": 4.0, "b": 3.0}
    assert d({"a": 3.0, "b": 4}) == {"a": 4.0, "b": None}
    assert d({"a": 3.0}) == {"a": 6.0}


def test_constants_among_the_arguments_are_seen():
    def g(x, how, shift=None):
        y = x**2 if how == "square" else x**3
        return y if shift is None else y + shift * x

    d = srcad.grad(g)
    assert d(2.0, "square") == 4.0
    assert d(2.0, "cube") == 12.0
    assert d(2.0, "square", 3.0) == 7.0
    assert d(2.0, "square") == 4.0
    assert d(2.0, "square", None) == 4.0


def test_functions_among_the_arguments_are_seen():
    def g(x, h):
        return h(x) * x

    d = srcad.grad(g)
    assert d(2.0, lambda t: t * t) == 12.0
    assert d(2.0, lambda t: t + 1) == 5.0
    assert d(2.0, scaled) == pytest.approx(2 * math.sin(2) + 4 * math.cos(2))


def test_the_source_is_python_that_says_what_it_is():
    source = srcad.grad(f).source
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert functions[-1].name == "f_grad" or "f_grad" in [node.name for node in functions]
    (made,) = [node for node in functions if node.name == "f_grad"]
    doc = ast.get_docstring(made)
    assert doc is not None and "f" in doc and "x" in doc and "float" in doc


def test_the_source_before_any_call_says_that_it_assumes_floats():
    source = srcad.grad(f).source
    assert "float" in source
    assert "assum" in source.lower()


def test_the_source_before_any_call_uses_the_annotations():
    source = srcad.grad(annotated).source
    assert "np" in source and "def annotated_grad" in source


class Spring:
    stiffness = 2.0

    def __init__(self, rest):
        self.rest = rest

    @classmethod
    def energy(cls, x):
        return cls.stiffness * x**2

    def force(self, x):
        return self.stiffness * (x - self.rest) ** 2


def test_the_source_before_any_call_knows_what_is_bound():
    cases = [
        (Spring.energy, "cls: Spring, x: float"),
        (Spring(1.0).force, "self: Spring, x: float"),
        (functools.partial(Spring.force, Spring(1.0)), "self: Spring, x: float"),
    ]
    for function, kinds in cases:
        g = srcad.grad(function)
        assumed = g.source
        assert kinds in " ".join(assumed.split())
        given = g.source_for(3.0)
        assert assumed.split('"""')[2] == given.split('"""')[2]


def test_the_source_after_a_call_is_that_of_the_call():
    g = srcad.grad(annotated)
    g(2.0, np.ones((2, 3)), 3)
    assert g.source == g.source_for(2.0, np.ones((2, 3)), 3)
    assert g.source_for(2.0, np.ones((2, 3)), 3) != g.source_for(2.0, 3.0, 3)


def test_source_for_runs_nothing(capsys):
    def loud(x):
        print("loud")
        return x * x

    assert "loud" in srcad.grad(loud).source_for(2.0)
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(shutil.which("ruff") is None and not (Path(sys.executable).parent / "ruff").exists(), reason="ruff")
def test_the_source_is_clean_for_ruff(tmp_path):
    """The text names what its namespace holds (np, the function's globals); all else is clean, to 88 columns."""
    ruff = shutil.which("ruff") or str(Path(sys.executable).parent / "ruff")
    for name, derivative, args in [
        ("f", srcad.grad(f, (0, 1)), (3.0, 4.0)),
        ("power", srcad.grad(power), (2.0, 3)),
        ("whole", srcad.grad(whole, (0, 1)), (np.array([0.5, 2.0]), 0.3)),
    ]:
        bare = derivative.specialize(*args)
        (tmp_path / f"{name}.py").write_text(derivative.source, encoding="utf-8")
        given = sorted(
            key for key in bare.__globals__ if not key.startswith("__") and f"def {key}(" not in derivative.source
        )
        done = subprocess.run(
            [ruff, "check", "--isolated", "--no-cache", "--line-length", "88", "--extend-select", "E501"]
            + ["--config", f"builtins={given}", str(tmp_path / f"{name}.py")],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout


def test_each_reverse_step_is_headed_by_the_line_it_reverses():
    source = srcad.grad(power).source_for(2.0, 3)
    assert "# y = y * x" in source


def test_specialize_gives_the_bare_function():
    g = srcad.grad(f)
    bare = g.specialize(3.0, 4.0)
    assert inspect.isfunction(bare)
    assert bare(3.0, 4.0) == 24.0 and bare(1.0, 5.0) == 10.0
    assert g.specialize(7.0, 8.0).__code__ is bare.__code__


def test_inspect_finds_the_source_of_the_generated_code():
    bare = srcad.grad(power).specialize(2.0, 3)
    text = inspect.getsource(bare)
    assert text.startswith("def power_grad(") and text.strip() in srcad.grad(power).source_for(2.0, 3)
    first = linecache.getline(bare.__code__.co_filename, bare.__code__.co_firstlineno)
    assert first.startswith("def power_grad(")


def test_a_traceback_shows_the_generated_line():
    g = srcad.grad(divides)
    assert g(1.0, 2.0) == 0.5
    with pytest.raises(ZeroDivisionError) as caught:
        g(1.0, 0.0)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert frames[-1].line and "y" in frames[-1].line
    assert frames[-1].name.startswith("divides")


def test_it_pickles_when_the_function_does():
    g = srcad.grad(f, (0, 1))
    g(3.0, 4.0)
    again = pickle.loads(pickle.dumps(g))
    assert isinstance(again, srcad.Derivative)
    assert again(3.0, 4.0) == (24.0, 10.0) and again.__name__ == "f"
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(srcad.grad(lambda x: x))


def test_it_can_be_copied():
    assert copy.copy(srcad.grad(f))(3.0, 4.0) == 24.0
    assert copy.deepcopy(srcad.grad(f))(3.0, 4.0) == 24.0


def run_saved(path, name, *arguments):
    """Call a function of a saved module in a Python that cannot import srcad."""
    program = (
        "import sys, json, importlib.util\n"
        "sys.modules['srcad'] = None\n"
        "import numpy as np\n"
        "spec = importlib.util.spec_from_file_location('saved', sys.argv[1])\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        "result = getattr(module, sys.argv[2])(*[eval(a) for a in sys.argv[3:]])\n"
        "flat = result if isinstance(result, tuple) else (result,)\n"
        "print(json.dumps([np.asarray(r).tolist() for r in flat]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path), name, *arguments],
        capture_output=True,
        text=True,
        cwd=Path(path).parent,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_saved_module_runs_without_srcad(tmp_path):
    g = srcad.grad(power)
    assert g(2.0, 3) == 12.0
    path = tmp_path / "power_saved.py"
    g.save(path)
    assert run_saved(path, "power_grad", "2.0", "3") == [12.0]


def test_a_saved_module_carries_helpers_globals_and_arrays(tmp_path):
    g = srcad.grad(whole, (0, 1))
    v = np.array([0.5, 2.0, 1.5])
    d_v, d_x = g(v, 0.3)
    path = tmp_path / "whole_saved.py"
    g.save(str(path))
    found = run_saved(path, "whole_grad", "np.array([0.5, 2.0, 1.5])", "0.3")
    assert np.allclose(found[0], d_v) and found[1] == pytest.approx(d_x)


def test_an_unknown_backend_is_refused():
    with pytest.raises(srcad.SrcadError) as caught:
        srcad.grad(f, backend="fortran")(3.0, 4.0)
    assert "fortran" in str(caught.value) and caught.value.remedy
    assert srcad.grad(f, backend="python")(3.0, 4.0) == 24.0


def test_something_that_cannot_be_called_is_refused():
    with pytest.raises((srcad.SrcadError, TypeError)):
        srcad.grad(3.0)(2.0)


def test_a_derivative_of_a_derivative_is_right_or_refused():
    def cube(x):
        return x**3

    try:
        assert srcad.grad(srcad.grad(cube))(2.0) == pytest.approx(12.0)
    except srcad.SrcadError as refusal:
        assert refusal.remedy


def test_check_grads_accepts_what_is_right():
    srcad.check_grads(f, (3.0, 4.0))
    srcad.check_grads(f, (3.0, 4.0), order=1, modes=("rev",))
    srcad.check_grads(whole, (np.array([0.5, 2.0]), 0.3), order=1, modes=("rev",))
    srcad.check_grads(lambda x, y: x * y, args=(2.0, 3.0), order=1)


def test_check_grads_rejects_what_is_wrong():
    def jumps(x):
        return x + math.floor(x)

    srcad.check_grads(jumps, (2.5,))
    with pytest.raises(AssertionError):
        srcad.check_grads(jumps, (2.0,))


def test_check_grads_knows_its_modes():
    with pytest.raises(srcad.SrcadError):
        srcad.check_grads(f, (3.0, 4.0), modes=("sideways",))


def test_the_source_is_that_of_the_latest_call():
    g = srcad.grad(annotated)
    for _ in range(2):
        for args in ((2.0, np.ones(3), 2), (2.0, 3.0, 2), (2.0, np.ones((1, 2)), 2)):
            g(*args)
            assert g.source == g.source_for(*args)


def test_an_array_that_turns_out_to_have_several_numbers_is_refused_at_every_call():
    def picked(v, n):
        return v[:n]

    g = srcad.grad(picked)
    for _ in range(3):
        assert g(np.ones(3), 1).tolist() == [1.0, 0.0, 0.0]
        with pytest.raises(srcad.NonScalarOutput):
            g(np.ones(3), 2)
