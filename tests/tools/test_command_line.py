"""`srcad show`: the generated source on standard output; whatever goes wrong is a message and exit status 2."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

import srcad
from srcad.tools.commands import app
from srcad.tools.highlight import print_code

MODEL = """
from math import sin

import numpy as np

import srcad


def product(x, y):
    return x * y


def total(x, a):
    return np.sum(x * a)


def opened(x):
    with open("data") as lines:
        for line in lines:
            x = x * float(line)
    return x


def refused(x):
    global count
    count = x
    return x * x


@srcad.grad(argnums=1)
def decorated(x, y):
    return x * y * y


class Spring:
    def __init__(self, k=1.0):
        self.k = k

    def force(self, x):
        return self.k * x * x

    @staticmethod
    def energy(x):
        return x * x / 2


constant = 3.0

if __name__ == "__main__":
    raise SystemExit("the main guard ran")
"""


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refusal(*arguments):
    """The message of a command that must fail as a person should see it fail."""
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def runs(source, name, *args):
    scope = {"np": np}
    exec(compile(source, "<shown>", "exec"), scope)
    return scope[name](*args)


def test_show_prints_source_that_runs(model):
    done = run("show", f"{model}:product")
    assert done.exit_code == 0, done.output
    assert runs(done.stdout, "product_grad", 2.0, 3.0) == 3.0


def test_show_with_respect_to_named_parameters(model):
    done = run("show", f"{model}:product", "--wrt", "x, y")
    assert runs(done.stdout, "product_grad", 2.0, 3.0) == (3.0, 2.0)
    done = run("show", f"{model}:product", "--wrt", "y")
    assert runs(done.stdout, "product_grad", 2.0, 3.0) == 2.0


def test_show_specialises_for_the_arguments_given(model):
    done = run("show", f"{model}:total", "--at", "np.ones(3), np.arange(3.0)")
    assert done.exit_code == 0, done.output
    np.testing.assert_array_equal(runs(done.stdout, "total_grad", np.ones(3), np.arange(3.0)), np.arange(3.0))


def test_show_of_a_function_that_is_already_a_gradient(model):
    done = run("show", f"{model}:decorated")
    assert runs(done.stdout, "decorated_grad", 2.0, 3.0) == 12.0
    done = run("show", f"{model}:decorated", "--wrt", "x")
    assert runs(done.stdout, "decorated_grad", 2.0, 3.0) == 9.0


def test_show_of_a_method(model):
    done = run("show", f"{model}:Spring.energy")
    assert done.exit_code == 0, done.output
    assert runs(done.stdout, "energy_grad", 3.0) == 3.0


def test_file_may_import_its_neighbours_and_read_data_beside_it(tmp_path):
    (tmp_path / "neighbour.py").write_text("def square(x):\n    return x * x\n")
    (tmp_path / "scale.txt").write_text("2.5")
    (tmp_path / "uses.py").write_text(
        textwrap.dedent("""
        from pathlib import Path
        from neighbour import square
        SCALE = float((Path(__file__).parent / "scale.txt").read_text())
        def f(x):
            return SCALE * square(x)
        """)
    )
    path_before = list(sys.path)
    done = run("show", f"{tmp_path / 'uses.py'}:f")
    assert done.exit_code == 0, done.output
    assert sys.path == path_before


def test_file_named_like_an_imported_module_does_not_take_its_place(tmp_path):
    (tmp_path / "numpy.py").write_text("def f(x):\n    return x * x\n")
    done = run("show", f"{tmp_path / 'numpy.py'}:f")
    assert done.exit_code == 0, done.output
    assert sys.modules["numpy"] is np


def test_refusal_of_srcad_is_a_located_message(model):
    said = refusal("show", f"{model}:refused")
    line = MODEL.splitlines().index("    count = x") + 1
    assert f'{model}", line {line}' in said
    assert "count = x" in said
    assert "^" in said


def test_missing_file(tmp_path):
    assert "there is no file" in refusal("show", f"{tmp_path / 'none.py'}:f")


def test_missing_function_lists_those_there_are(model):
    said = refusal("show", f"{model}:prodct")
    assert "no function 'prodct'" in said
    assert "product" in said


def test_target_without_a_function(model):
    assert "write FILE.py:FUNCTION" in refusal("show", model)


def test_target_that_is_not_a_function(model):
    assert "not a function but a float" in refusal("show", f"{model}:constant")


def test_name_that_is_no_parameter(model):
    assert "z" in refusal("show", f"{model}:product", "--wrt", "z")


def test_arguments_that_are_no_python(model):
    said = refusal("show", f"{model}:product", "--at", "2.0, np.ones(")
    assert 'File "--at"' in said
    assert "^" in said


def test_arguments_that_do_not_evaluate(model):
    assert "NameError" in refusal("show", f"{model}:product", "--at", "2.0, nothing")
    assert "ZeroDivisionError" in refusal("show", f"{model}:product", "--at", "2.0, 1/0")


def test_arguments_that_do_not_fit(model):
    said = refusal("show", f"{model}:product", "--at", "2.0")
    assert "missing a required argument: 'y'" in said


def test_file_that_is_no_python(tmp_path):
    path = tmp_path / "broken.py"
    path.write_text("def f(x):\n    return x +\n")
    said = refusal("show", f"{path}:f")
    assert f'{path}", line 2' in said
    assert "return x +" in said


def test_file_that_does_not_import(tmp_path):
    path = tmp_path / "missing.py"
    path.write_text("import math\nimport no_such_module_anywhere\n")
    said = refusal("show", f"{path}:f")
    assert f'{path}", line 2' in said
    assert "no_such_module_anywhere" in said
    assert "missing" not in sys.modules


def test_file_that_exits(tmp_path):
    path = tmp_path / "exits.py"
    path.write_text("raise SystemExit(0)\n")
    assert "does not import" in refusal("show", f"{path}:f")


def test_syntax_prints_the_table():
    done = run("syntax")
    assert done.exit_code == 0
    assert "`While`" in done.stdout
    assert "| `Yield` |" in done.stdout


def test_command_in_a_pipe_prints_plain_text(model):
    command = [sys.executable, "-m", "srcad.tools.cli", "show", f"{model}:product"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert runs(done.stdout, "product_grad", 2.0, 3.0) == 3.0
    command[-1] = f"{model}:nothing"
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("srcad: ")


def test_missing_typer_is_one_line_that_says_what_to_install():
    program = textwrap.dedent("""
        import sys
        sys.modules["typer"] = None
        from srcad.tools.cli import main
        main()
        """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'srcad[tools]'" in done.stderr


def test_code_is_highlighted_on_a_terminal_and_never_wrapped():
    with open("/dev/null", "w") as nowhere:
        console = Console(file=nowhere, force_terminal=True, width=20, color_system="standard", record=True)
        print_code("def f(x):\n    return x * x * x * x * x * x * x\n", console)
    styled = console.export_text(styles=True, clear=False)
    assert "\x1b[" in styled
    assert console.export_text().rstrip().splitlines() == ["def f(x):", "    return x * x * x * x * x * x * x"]


def test_show_is_the_source_of_the_derivative(model):
    done = run("show", f"{model}:product")
    assert srcad.grad is not None
    assert done.stdout.endswith("\n") and not done.stdout.endswith("\n\n")


def test_the_names_of_the_file_are_known_where_the_arguments_are_given(model):
    done = run("show", f"{model}:Spring.force", "--wrt", "x", "--at", "Spring(2.0), constant")
    assert done.exit_code == 0 and "for self: Spring, x: float" in done.stdout


def test_what_is_no_function_is_refused_with_a_remedy(model):
    assert "Instead: name a function, or a method" in refusal("show", f"{model}:constant")
