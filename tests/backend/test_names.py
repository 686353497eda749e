"""Printed names: the user's stay, nothing is captured, temporaries are readable."""

from __future__ import annotations

import math
import operator as o
import types

import numpy as np

from srcad.core import prims
from srcad.core.nodes import Assign, Lit, Op, Ref, Return, Var
from tests.backend.build import attr, function, op, printed, run

x, y = Var("x"), Var("y")


def source(*body, params: str = "x y") -> str:
    return printed(function("f", params, *body)).source


def test_a_temporary_takes_the_first_free_name() -> None:
    text = source(Assign("d_x", x), Assign("%d_x", y), Assign("%d_x_2", y), Return(Var("%d_x")))
    assert "d_x_2 = y\n    d_x_3 = y\n    return d_x_2\n" in text


def test_anonymous_temporaries_count_from_one_and_step_over_the_users() -> None:
    text = source(Assign("%t9", x), Assign("t2", y), Assign("%t4", y), Return(Var("%t9")))
    assert "t1 = x\n    t2 = y\n    t3 = y\n    return t1\n" in text


def test_what_belongs_to_an_anonymous_temporary_carries_its_number() -> None:
    text = source(Assign("%t7", x), Assign("%d_t7", y), Assign("%t7_tape", y), Assign("%d_t8", y), Return(Var("%t7")))
    assert "t1 = x\n    d_t1 = y\n    t1_tape = y\n    d = y\n" in text  # `t8` is gone
    text = source(Assign("%t7", x), Assign("t7", y), Assign("%d_t7", y), Return(Var("%t7")))
    assert "t1 = x\n    t7 = y\n    d_t7 = y\n" in text


def test_a_temporary_is_no_keyword_and_no_builtin() -> None:
    assert "for_2 = x\n    sum_2 = x\n" in source(Assign("%for", x), Assign("%sum", x), Return(x))


def test_a_name_of_several_words_becomes_an_identifier() -> None:
    assert "d_w_0 = x" in source(Assign("%d_w[0]", x), Return(x))


def test_a_local_variable_named_like_a_module_is_not_captured() -> None:
    program = function("f", "np math max", Return(op(o.add, op(np.sin, Var("np")), op(max, Var("math"), Var("max")))))
    emitted = printed(program)
    assert "return np_2.sin(np) + max_2(math, max)" in emitted.source
    assert emitted.namespace == {"np_2": np, "max_2": max}
    assert run(program, 0.0, 2.0, 3.0) == 3.0


def test_a_global_np_that_is_not_numpy_keeps_its_name() -> None:
    other = types.SimpleNamespace(pi=3)
    emitted = printed(function("f", "x", Return(op(np.multiply, attr(Ref("np", other), "pi"), x))))
    assert "return np_2.multiply(np.pi, x)" in emitted.source
    assert emitted.namespace == {"np": other, "np_2": np}


def test_one_object_has_one_name_and_two_constants_keep_theirs() -> None:
    def step(v):
        return v

    emitted = printed(
        function("f", "x", Return(op(step, op(prims.call, Ref("step", step), op(o.add, Ref("G", 3), Ref("H", 3))))))
    )
    assert "return step(step(G + H))" in emitted.source
    assert emitted.namespace == {"step": step, "G": 3, "H": 3}


def test_a_users_function_with_the_name_of_a_generated_one_is_kept_apart() -> None:
    def f(v):
        return v + 1

    program = function("f", "x", Return(op(f, x)))
    assert "return f_2(x)" in printed(program).source
    assert run(program, 1) == 2


def test_dotted_references_that_lead_nowhere_get_a_name_of_their_own() -> None:
    emitted = printed(function("f", "x", Return(op(o.mul, Ref("config.rate", 0.5), x))))
    assert "return config_rate * x" in emitted.source and emitted.namespace == {"config_rate": 0.5}


def test_data_reach_the_text_as_names_only() -> None:
    table = [1, "'''\nimport os"]
    emitted = printed(function("f", "x", Return(op(o.getitem, Ref("table", table), x))))
    assert "import" not in emitted.source and emitted.namespace["table"] is table


def test_well_known_functions_are_named_by_their_module() -> None:
    names = [math.sin, np.sin, np.linalg.norm, np.fft.fft, o.index, len, np.float64, types.SimpleNamespace]
    emitted = printed(function("f", "x", Return(op(prims.make_list, *[Ref("h", fn) for fn in names]))))
    assert "math.sin," in emitted.source
    for text in ("np.sin", "np.linalg.norm", "np.fft.fft", "operator.index", "len", "np.float64"):
        assert f"        {text},\n" in emitted.source
    assert "types.SimpleNamespace" in emitted.source


def test_names_are_allocated_for_each_function_alone() -> None:
    first = function("first", "x", Assign("%t5", x), Return(Var("%t5")))
    second = function("second", "x t1", Assign("%t5", x), Return(Op(o.add, (Var("%t5"), Lit(1)))))
    text = printed(first, second).source
    assert "t1 = x\n    return t1" in text and "t2 = x\n    return t2 + 1" in text
