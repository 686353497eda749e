"""What is refused says where and what to do; the table of syntax is complete."""

from __future__ import annotations

import gast
import pytest

from srcad.errors import UnsupportedSyntax
from srcad.frontend import syntax
from srcad.frontend.frame import EXPRESSIONS, STATEMENTS
from srcad.frontend.lower import lower_source


def node_classes():
    bases = (gast.mod, gast.stmt, gast.expr, gast.expr_context, gast.slice, gast.boolop, gast.operator, gast.unaryop)
    return (
        {name for name, value in vars(gast).items() if isinstance(value, type) and hasattr(value, "_field_types")}
        - {base.__name__ for base in bases}
        - {"AST", "cmpop", "excepthandler", "pattern", "type_ignore", "type_param"}
    )  # 3.13


def test_the_table_lists_every_node_class_of_gast():
    assert node_classes() - set(syntax.TABLE) == set()


def test_every_statement_and_expression_is_lowered_or_refused_as_the_table_says():
    for name, entry in syntax.TABLE.items():
        cls = getattr(gast, name, None)
        if cls is None:
            continue
        registered = cls in EXPRESSIONS or cls in STATEMENTS
        if issubclass(cls, gast.stmt) or (issubclass(cls, gast.expr) and name != "Starred"):
            accepted = entry.supported or name == "Match"
            handled = registered or name in ("Match", "With")
            assert accepted == handled, name


def test_every_refusal_has_a_reason_and_a_remedy():
    for construct, entry in (*syntax.TABLE.items(), *syntax.SITUATIONS.items()):
        assert entry.supported or (entry.reason and entry.remedy), construct
    assert "| Yield | refused |" in syntax.markdown()


REFUSED = {
    "x = yield 1": "Yield",
    "x = [(yield 1)]": "Yield",
    "yield from x": "YieldFrom",
    "class A: pass": "ClassDef",
    "async def g(): pass": "AsyncFunctionDef",
    "exec('y = 1')": "exec",
    "y = eval('x')": "eval",
    "y = locals()": "locals",
    "y = vars()": "vars",
    "del x; y = x": "del",
    "y = x; del y; return y": "del",
    "global COUNT; COUNT = x": "global",
    "np.pi = x": "module",
    "np.core.pi += x": "module",
    "y = super()": "super",
    "y = super().m(x)": "super outside",
    "import there_is_no_such_module": "import",
    "import math; math = x": "import",
    "g = (y for y in x)": "generator",
    "print(y for y in x)": "generator",
    "with x as np.pi: pass": "module",
}


@pytest.mark.parametrize("statement", REFUSED)
def test_refusals_point_at_the_place_and_give_a_remedy(statement):
    import numpy as np

    text = f"def f(x):\n    z = 1\n    {statement}\n    return x\n"
    with pytest.raises(UnsupportedSyntax, match=REFUSED[statement]) as refused:
        lower_source(text, "f", {"np": np}, f"<refused {statement}>")
    error = refused.value
    assert error.place.line == 3 and error.remedy
    assert statement in str(error) and "^" in str(error) and "Instead:" in str(error)


def test_coroutines_are_refused():
    with pytest.raises(UnsupportedSyntax, match="coroutine"):
        lower_source("async def f(x):\n    return x\n", "f", {}, "<coroutine>")


def test_a_cell_that_is_empty_is_refused():
    def outer():
        def inner(x):
            return x + later

        from srcad.frontend.lower import lower

        with pytest.raises(UnsupportedSyntax, match="later"):
            lower(inner)
        later = 1.0
        return inner, later

    outer()
