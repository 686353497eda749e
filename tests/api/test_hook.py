"""`srcad.hook`: what a function does to a cotangent on the way back."""

import numpy as np
import pytest

import srcad

ROW = np.array([0.5, 2.0])
NOTED = []


def note(d):
    NOTED.append(d)


def stop_on_nan(d):
    if not np.isfinite(d).all():
        raise FloatingPointError("the cotangent is not finite")
    return d


def long_one(d):
    for _ in range(2):
        d = np.where(d > 1, 1.0, d)
        d = np.where(d < -1, -1.0, d)
        d = d + 0.0
        d = d * 1.0
        d = d - 0.0
        low, high = np.min(d), np.max(d)
        if low < -1 or high > 1:
            raise ValueError("not clipped")
    return d


def clipped(x):
    y = srcad.hook(np.sin(x), lambda d: np.clip(d, -0.5, 0.5))
    return np.sum(3 * y)


def test_a_cotangent_is_changed_and_the_value_is_not():
    gradient = srcad.value_and_grad(clipped)
    value, made = gradient(ROW)
    assert value == pytest.approx(np.sum(3 * np.sin(ROW)))
    assert np.allclose(made, 0.5 * np.cos(ROW))
    assert "np.clip(" in gradient.source
    assert np.allclose(srcad.vjp(clipped, ROW)[1](1.0)[0], made)


def test_forward_mode_passes_the_tangent_on():
    assert srcad.jvp(clipped, (ROW,), (np.ones(2),))[1] == pytest.approx(np.sum(3 * np.cos(ROW)))


def test_a_print_leaves_the_cotangent_as_it_is(capsys):
    gradient = srcad.grad(lambda x: srcad.hook(x * x, print) * 2)
    assert gradient(3.0) == 12.0
    assert float(capsys.readouterr().out) == 2.0
    noting = srcad.grad(lambda x: srcad.hook(x * x, note) * 2)
    assert noting(3.0) == 12.0
    assert NOTED == [2.0]


def test_a_body_with_a_test_is_written_out():
    gradient = srcad.grad(lambda x: np.sum(np.sqrt(srcad.hook(x * x, stop_on_nan))))
    assert np.allclose(gradient(ROW), 1.0)
    assert 'FloatingPointError("the cotangent is not finite")' in gradient.source
    with pytest.raises(FloatingPointError), np.errstate(all="ignore"):
        gradient(np.array([0.0, 1.0]))


def test_a_long_body_is_called_by_its_name():
    gradient = srcad.grad(lambda x: np.sum(5 * srcad.hook(x, long_one)))
    assert np.allclose(gradient(ROW), 1.0)
    assert "long_one(" in gradient.source


def scaled_in_a_loop(x):
    total = 0.0
    for i in range(3):
        x = srcad.hook(x * x, lambda d: 2 * d * (i + 1))  # noqa: B023 - it is called for this trip
        total += x
    return total


def test_a_hook_reads_what_it_captures_as_it_was():
    def by_hand(x):  # the chain of scales, from the last trip to the first
        values = [x, x**2, x**4]
        d = 0.0
        for i in (2, 1, 0):
            d = (d + 1.0) * 2 * (i + 1) * 2 * values[i]
        return d

    assert srcad.grad(scaled_in_a_loop)(1.1) == pytest.approx(by_hand(1.1))
    assert srcad.grad(srcad.grad(scaled_in_a_loop))(1.1) == pytest.approx(
        (by_hand(1.1 + 1e-6) - by_hand(1.1 - 1e-6)) / 2e-6
    )


def test_a_hook_of_a_global_that_changes(monkeypatch):
    gradient = srcad.grad(lambda x: srcad.hook(x, scale) * 2)
    assert gradient(1.0) == 6.0
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert gradient(1.0) == 10.0


SCALE = 3.0


def scale(d):
    return SCALE * d


def test_refusals():
    def written(x):
        y = srcad.hook(x, scale)
        y[0] = 2.0 * y[1]
        return np.sum(y * x)

    with pytest.raises(srcad.AliasError, match="hook a copy"):
        srcad.grad(lambda x: written(x * 1.0))(ROW)

    def doubles(d):
        d *= 2
        return d

    with pytest.raises(srcad.AliasError, match="writes into"):
        srcad.grad(lambda x: np.sum(srcad.hook(x, doubles)))(ROW)
    with pytest.raises(srcad.KindError, match="hook the floats and arrays in it"):
        srcad.grad(lambda x: srcad.hook([x, x], print)[0])(1.0)
    with pytest.raises(srcad.KindError, match="return the cotangent"):
        srcad.grad(lambda x: srcad.hook(x, lambda d: "no"))(1.0)
    with pytest.raises(srcad.SrcadError, match="shape"):
        srcad.grad(lambda x: np.sum(srcad.hook(x, lambda d: np.sum(d))))(ROW)
