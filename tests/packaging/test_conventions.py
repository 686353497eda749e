"""docs/conventions.md is true: each row of its table is a program, a point and a gradient."""

import builtins
import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

import srcad

PAGE = Path(__file__).parents[2] / "docs" / "conventions.md"
ROWS = re.findall(r"^\| `(.+?)` \| `(.+?)` \| `(.+?)` \|", PAGE.read_text(), re.MULTILINE)


def test_table_is_read():
    assert len(ROWS) > 20


def function_of(expression, tmp_path):
    path = tmp_path / "row.py"
    path.write_text(f"import math\nimport numpy as np\n\n\ndef f(x):\n    return {expression}\n")
    spec = importlib.util.spec_from_file_location("row", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


@pytest.mark.parametrize("expression, x, gradient", ROWS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_gradient_at_the_point_is_as_documented(expression, x, gradient, tmp_path):
    derivative = srcad.grad(function_of(expression, tmp_path))
    if gradient.endswith("Error"):
        with pytest.raises(getattr(builtins, gradient)):
            derivative(float(x))
    else:
        np.testing.assert_equal(float(derivative(float(x))), float(gradient))


@pytest.mark.parametrize("expression, x, gradient", ROWS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_forward_mode_agrees_but_for_the_side_not_taken(expression, x, gradient, tmp_path):
    f = function_of(expression, tmp_path)
    chosen_out = gradient == "nan" and ("np.where" in expression or "np.select" in expression)
    if gradient.endswith("Error"):
        with pytest.raises(getattr(builtins, gradient)):
            srcad.jvp(f, (float(x),), (1.0,))
    else:
        tangent = srcad.jvp(f, (float(x),), (1.0,))[1]
        np.testing.assert_equal(float(tangent), 0.0 if chosen_out else float(gradient))
