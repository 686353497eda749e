"""The benchmark prints what the project promises about time. How fast this machine is, is no matter of a test."""

import dispatch


def test_the_benchmark_measures_what_is_promised(capsys):
    measures = [
        dispatch.specialisation(turns=2),
        dispatch.dispatch(),
        dispatch.generated_over_hand(*dispatch.PROGRAMS[0]),
    ]
    assert [(m.target, m.unit) for m in measures] == [(100.0, "ms"), (2.0, "us"), (1.3, "times")]
    assert len(dispatch.PROGRAMS) == 3
    assert all(0.0 < m.value < 20 * m.target for m in measures)  # slower than that is another order of growth
    dispatch.show(measures)
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("specialise", "call", "power"))


def test_a_call_of_python_floats_looks_at_no_result():
    derivative = dispatch.srcad.grad(dispatch.product, argnums=(0, 1))
    derivative(2.0, 3.0)
    derivative._with_gradient = None  # type: ignore[method-assign]
    assert derivative(2.0, 3.0) == (3.0, 2.0)
