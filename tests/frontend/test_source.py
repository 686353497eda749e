"""Finding the source of a function, and saying why it cannot be found."""

from __future__ import annotations

import functools
import linecache
import math
import os

import numpy as np
import pytest

from srcad.errors import SourceNotFound
from srcad.frontend.lower import lower
from srcad.frontend.source import find
from tests.frontend.interpret import function_of


def identity(function):
    return function


def test_two_lambdas_on_a_line_are_told_apart():
    first, second = (lambda x: x + 1), (lambda x: x * 10)
    nested = (lambda x: lambda x: x + 5)(0)
    for function in (first, second, nested):
        assert function_of(lower(function))(3.0) == function(3.0)


def test_lambdas_on_a_line_that_return_constants_or_hold_each_other_are_told_apart():
    k = 7
    made = [lambda x: 1.0, lambda x: 2.0, lambda x: 1, lambda x: k, lambda x: None or x, lambda x: lambda x: 3.0]
    for function in (*made, made[-1](0)):
        expected, got = function(5), function_of(lower(function))(5)
        assert callable(expected) == callable(got)
        assert callable(got) or (got, type(got)) == (expected, type(expected))


def test_a_lambda_over_several_lines_and_in_a_call():
    function = functools.partial(
        lambda x, y: x - y,
        1.0,
    ).func
    assert function_of(lower(function))(3.0, 1.0) == 2.0
    assert lower(function).name == "anonymous"


def test_a_lambda_with_captured_and_default_values():
    k = 2.0
    functions = [lambda x, i=i: x * i + k for i in range(3)]
    assert [function_of(lower(g))(1.0) for g in functions] == [2.0, 3.0, 4.0]


@identity
@functools.cache
def decorated(x):
    return x + 1


def test_a_decorated_function_is_read_below_its_decorators():
    assert function_of(lower(decorated.__wrapped__))(1.0) == 2.0


def test_a_method_and_its_columns():
    class Thing:
        def method(self, x):
            y = """
a string that starts at the margin
"""
            return x, y

    assert function_of(lower(Thing.method))(Thing(), 1.0) == Thing().method(1.0)
    source = find(Thing.method)
    assert source.place(source.node).text.strip() == "def method(self, x):"
    assert source.place(source.node.body[-1]).column == 12


def test_columns_count_characters():
    def f(x):
        return "é", x

    source = find(f)
    place = source.place(source.node.body[0].value.elts[1])
    assert place.text[place.column] == "x"


@pytest.mark.parametrize("function", [math.sin, np.sin, len, [].append, np.linalg.norm, 3.0])
def test_what_is_not_written_in_python(function):
    if function is np.linalg.norm:
        pytest.skip("a Python wrapper in some versions of NumPy")
    with pytest.raises(SourceNotFound, match="no Python source"):
        find(function)


def test_built_by_exec_and_typed_at_a_prompt():
    for file, why in (("<string>", "built by exec"), ("<stdin>", "typed at a prompt"), ("<odd>", "not a file")):
        names = {}
        exec(compile("def f(x):\n    return x\ng = lambda x: x\n", file, "exec"), names)
        for name in "fg":
            with pytest.raises(SourceNotFound, match=why):
                find(names[name])


def test_a_file_that_changed_or_went_away(tmp_path):
    path = tmp_path / "changing.py"
    text = "def f(x):\n    return x\n"
    path.write_text(text)
    names = {}
    exec(compile(text, str(path), "exec"), names)
    find(names["f"])
    path.write_text("# a new first line\n\ndef f(x):\n    return x\n")
    os.utime(path, (1, 1))
    with pytest.raises(SourceNotFound, match="changed"):
        find(names["f"])
    path.unlink()
    linecache.clearcache()
    with pytest.raises(SourceNotFound, match="does not exist"):
        find(names["f"])


@pytest.mark.parametrize("definition", ["def f(x):\n    return x * {}\n", "f = lambda x: x * {}\n"])
def test_a_body_that_changed_where_it_stands_is_not_what_runs(definition, tmp_path):
    path = tmp_path / "edited.py"
    names = {}
    path.write_text(definition.format(2))
    exec(compile(definition.format(2), str(path), "exec"), names)
    find(names["f"])
    for body in ("3", "2.0", "x", "abs(x)"):
        path.write_text(definition.format(body) + "# of another length\n")
        with pytest.raises(SourceNotFound, match="is not what runs(.|\n)*start Python anew"):
            find(names["f"])
    path.write_text(definition.format("2  # a comment"))
    find(names["f"])


def test_source_is_compiled_with_the_features_that_the_code_has(tmp_path):
    path = tmp_path / "annotated.py"
    head = "from __future__ import annotations\n\ndef f(x):\n"
    text = head + "    def g(y: unknown) -> unknown:\n        return y\n    return g\n"
    path.write_text(text)
    names = {}
    exec(compile(text, str(path), "exec"), names)
    find(names["f"])
    find(names["f"](1.0))
