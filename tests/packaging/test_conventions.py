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


@pytest.mark.parametrize("expression, x, gradient", ROWS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_gradient_at_the_point_is_as_documented(expression, x, gradient, tmp_path):
    path = tmp_path / "row.py"
    path.write_text(f"import math\nimport numpy as np\n\n\ndef f(x):\n    return {expression}\n")
    spec = importlib.util.spec_from_file_location("row", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    derivative = srcad.grad(module.f)
    if gradient.endswith("Error"):
        with pytest.raises(getattr(builtins, gradient)):
            derivative(float(x))
    else:
        np.testing.assert_equal(float(derivative(float(x))), float(gradient))
