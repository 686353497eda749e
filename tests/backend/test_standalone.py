"""A saved module runs where there is NumPy and no srcad."""

from __future__ import annotations

import math
import operator as o
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special

from srcad import runtime
from srcad.backend.standalone import standalone
from srcad.core import prims
from srcad.core.nodes import Op, Ref, Return, Var
from srcad.errors import BackendError
from tests.backend import carried, programs
from tests.backend.build import function, op, printed
from tests.backend.test_layout import ruff

x = Var("x")


def saved(value: Any, params: str = "x") -> str:
    return standalone(printed(function("f", params, Return(value))), "A saved derivative.")


def runs(text: str, call: str, tmp_path: Path) -> str:
    """What a call prints in a Python that cannot import srcad."""
    script = tmp_path / "saved.py"
    block = "import sys\nsys.modules['srcad'] = None\n"
    script.write_text(text)
    command = f"{block}sys.path.insert(0, {str(tmp_path)!r})\nfrom saved import *\nimport numpy\nprint({call})"
    done = subprocess.run([sys.executable, "-I", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + text
    return done.stdout.strip()


def test_the_module_has_a_docstring_its_imports_and_the_functions(tmp_path: Path) -> None:
    text = standalone(printed(programs.sweep()), "The adjoint of sweep.\n\nWith respect to A.")
    assert text.startswith(
        '"""The adjoint of sweep.\n\nWith respect to A.\n"""\n\nimport numpy as np\n\n\ndef sweep_grad(A, T):\n'
    )
    assert runs(text, "sweep_grad(numpy.zeros(4), 1)", tmp_path) == "[1.75 0.   0.75 1.5 ]"
    assert ruff("check", text) == "" and ruff("format", text) == text


@pytest.mark.parametrize(
    "value",
    [
        9.81,
        -0.0,
        float("inf"),
        "it's",
        (1, (2.0,)),
        [1, [None, True]],
        {"a": 1, 2: ()},
        {1, 2},
        1 - 2j,
        np.float32(0.1),
        np.dtype("float32"),
        np.array([[1.0, -0.0], [np.nan, -np.inf]]),
        np.array([1, 2], dtype=np.int32),
        np.zeros((0, 3)),
        np.array(2.0),
        np.array([1 + 2j]),
        np.linspace(0, 1, 100),
    ],
    ids=repr,
)
def test_constants_are_written_exactly(value: Any) -> None:
    text = saved(Ref("G", value))
    space: dict[str, Any] = {}
    exec(text, space)
    got = space["f"](None)
    assert type(got) is type(value) and repr(got) == repr(value)
    if isinstance(value, np.ndarray):
        assert got.dtype == value.dtype and got.shape == value.shape and got.tobytes() == value.tobytes()
    assert ruff("check", text) == ""


def test_helpers_are_copied_with_the_helpers_they_use(tmp_path: Path) -> None:
    text = saved(op(runtime.unbroadcast_each, x, op(prims.make_list, 1.0, 2.0)))
    assert text.count("def unbroadcast(") == 1 and text.index("def unbroadcast(") < text.index("def unbroadcast_each(")
    assert "srcad" not in text
    assert runs(text, "f(numpy.ones(3))", tmp_path) == "[3.0, 3.0]"


@pytest.mark.parametrize(
    "name",
    sorted(name for name, value in vars(runtime).items() if callable(value) and value.__module__ == runtime.__name__),
)
def test_every_helper_can_be_carried(name: str) -> None:
    text = saved(Ref(name, getattr(runtime, name)))
    assert "srcad" not in text
    exec(text, {"__name__": "saved"})


def test_users_functions_and_classes_are_copied_with_what_they_read(tmp_path: Path) -> None:
    value = op(
        prims.make_list,
        op(carried.scaled, x),
        op(prims.call_method, op(carried.Model), "step", x),
        op(o.getitem, op(carried.Point, x, 2), 1),
    )
    text = saved(value)
    assert runs(text, "f(3.0)", tmp_path) == f"[{carried.scaled(3.0)}, {carried.Model().step(3.0)}, 2]"
    assert "SCALE = 2.5\n" in text and text.count("def inner(") == 1


def test_members_of_enumerations_and_functions_with_a_cache_are_carried(tmp_path: Path) -> None:
    text = saved(op(prims.make_tuple, Ref("Mode.SLOW", carried.Mode.SLOW), op(carried.recalled, x)))
    assert "Mode_SLOW = Mode.SLOW\n" in text and "@functools.cache\ndef recalled(n):\n" in text
    assert runs(text, "f(2)", tmp_path) == "(<Mode.SLOW: 2>, 5.0)"


def test_modules_of_python_and_scipy_are_imported(tmp_path: Path) -> None:
    value = op(prims.make_tuple, op(math.sin, x), op(scipy.special.erf, x), op(o.index, 3))
    text = saved(value)
    assert "import math\nimport operator\n\nfrom scipy import special\n\n\ndef f(x):\n" in text
    assert runs(text, "f(0.0)[0]", tmp_path) == "0.0"


def test_a_name_taken_by_a_variable_is_carried_under_its_other_name(tmp_path: Path) -> None:
    text = saved(op(prims.make_list, op(np.sin, Var("np")), op(max, Var("max"), 2)), "np max")
    assert "import numpy as np_2\n" in text and "max_2 = max\n" in text
    assert runs(text, "f(0.0, 1)", tmp_path) == "[np.float64(0.0), 2]"


def test_a_function_under_another_name_keeps_its_source(tmp_path: Path) -> None:
    text = saved(Op(carried.step, (Var("step"),)), "step")
    assert "step_2 = step\n" in text
    assert runs(text, "f(1)", tmp_path) == "2"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Ref("model", carried.MODEL), "model is an object of Model"),
        (Ref("double", carried.double), "double is <lambda>"),
        (Ref("wrapped", carried.wrapped), "wrapped is decorated.<locals>.wrapper"),
        (Ref("reads", carried.reads_a_model), "MODEL is an object of Model"),
        (Ref("carried", carried), "module tests.backend.carried"),
        (Ref("big", np.zeros(1000)), "big is an array of 1000 numbers"),
        (Ref("names", np.array(["a"])), "dtype <U1"),
        (Ref("many", list(range(1000))), "many has 1000 items"),
        (Ref("output", sys.stdout), "output is an object of"),
        (Ref("method", carried.MODEL.step), "method is an object of method"),
        (op(prims.make_list, Ref("SCALE", 3), op(carried.scaled, x)), "SCALE stands for two different things"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_name(value: Any, message: str) -> None:
    with pytest.raises(BackendError, match=message):
        saved(value)
