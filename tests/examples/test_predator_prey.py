"""The main job: the fit of the predator-prey model to the fur record."""

import numpy as np
import pytest

import predator_prey
import srcad


@pytest.fixture(scope="module")
def record():
    return predator_prey.load()


@pytest.fixture(scope="module")
def fitted(record):
    _, hare, lynx = record
    return predator_prey.fit(hare, lynx)


def test_the_record_has_a_row_a_year_from_1900_to_1920(record):
    year, hare, lynx = record
    assert list(year) == list(range(1900, 1921))
    assert (hare[0], lynx[0], hare[-1], lynx[-1]) == (30.0, 4.0, 24.7, 8.6)


def test_simulation_conserves_the_quantity_of_lotka_and_volterra():
    alpha, beta, gamma, delta = 0.5, 0.02, 0.9, 0.02
    hares, lynxes = map(np.array, predator_prey.simulate(alpha, beta, gamma, delta, 30.0, 4.0, samples=21, steps=50))
    conserved = delta * hares - gamma * np.log(hares) + beta * lynxes - alpha * np.log(lynxes)
    np.testing.assert_allclose(conserved, conserved[0], rtol=1e-6)


def test_gradient_of_the_loss_agrees_with_differences(record):
    _, hare, lynx = record
    at = np.log(predator_prey.START)
    ours = srcad.grad(predator_prey.loss)(at, hare, lynx)
    np.testing.assert_allclose(ours, predator_prey.finite_differences(at, hare, lynx), rtol=1e-6, atol=1e-6)


def test_fit_finds_the_rates(fitted):
    parameters, report = fitted
    assert report.success
    assert report.fun == pytest.approx(2.0187, abs=1e-3)
    # The posterior means of Howard (2009) and Carpenter (2018) are 0.55, 0.028, 0.80, 0.024.
    assert parameters[:4] == pytest.approx([0.540, 0.0272, 0.796, 0.0237], rel=2e-2)
    assert parameters[4:] == pytest.approx([34.6, 5.84], rel=2e-2)


def test_gradient_vanishes_at_the_fit(record, fitted):
    _, hare, lynx = record
    gradient = srcad.grad(predator_prey.loss)(np.log(fitted[0]), hare, lynx)
    assert np.abs(gradient).max() < 1e-2


def test_program_prints_rates_adjoint_and_check_and_plots(tmp_path, monkeypatch, capsys):
    import plotting

    monkeypatch.setattr(plotting, "OUTPUT", tmp_path)
    predator_prey.main()
    printed = capsys.readouterr().out
    for name in predator_prey.NAMES:
        assert name in printed
    assert "adjoint" in printed
    assert "d_alpha" in printed
    assert "differences" in printed
    assert str(tmp_path / "predator_prey.png") in printed
    assert (tmp_path / "predator_prey.png").read_bytes().startswith(b"\x89PNG")
