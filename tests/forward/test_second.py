"""Second derivatives of a sample of the programs of the language tests are right, or refused with a remedy."""

import random
from types import SimpleNamespace

import numpy as np
import pytest

import srcad
from tests.cases import every_entry
from tests.forward.second import check_second
from tests.language import test_found, test_lists, test_objects

ENTRIES = list(every_entry())
SAMPLE = random.Random(1).sample(ENTRIES, 100)
REFUSED: list[str] = []
MENDED = {
    "an_attribute_of_a_dataclass_made_here_is_scaled": test_found,
    "an_object_is_called": test_objects,
    "an_object_with_slots": test_objects,
    "del_of_an_item": test_lists,
    "insert_at_any_place": test_lists,
}


@pytest.mark.parametrize("entry", SAMPLE, ids=lambda entry: entry.function.__name__)
def test_the_tangent_of_a_gradient_is_right_or_refused(entry):
    try:
        check_second(entry)
    except srcad.SrcadError as wrong:
        REFUSED.append(entry.function.__name__)
        assert wrong.remedy


def test_few_are_refused():
    assert len(REFUSED) <= 15, REFUSED


@pytest.mark.parametrize("name", MENDED)
def test_containers_and_objects_to_second_order(name):
    entry = next(e for e in MENDED[name].programs.entries if e.function.__name__ == name)
    assert check_second(entry)


class Model:
    def __init__(self, a, b):
        self.a = a
        self.b = b


def energy(m):
    return m.a**2 * np.sum(m.b**3)


def test_the_tangent_of_the_gradient_of_an_object_has_its_form():
    model = Model(2.0, np.array([1.0, 2.0]))
    along = SimpleNamespace(a=1.0, b=np.array([0.5, 0.0]))
    gradient, tangent = srcad.jvp(srcad.grad(energy), (model,), (along,))
    assert gradient.a == 36.0
    assert tangent.a == pytest.approx(2 * 9 + 2 * 2 * 3 * 0.5)
    assert np.allclose(tangent.b, [2 * 2 * 3 + 4 * 6 * 0.5, 2 * 2 * 12])


COUNTED: list[float] = []


def counted(x):
    COUNTED.append(1.0)
    return np.array(x.tolist()) ** 2


@srcad.rule(counted, like="x")
def _(x, *, d_out):
    return 2 * x * d_out


def test_jacrev_runs_the_function_once():
    row = np.array([1.0, 2.0, 3.0])
    COUNTED.clear()
    assert np.allclose(srcad.jacrev(lambda x: counted(x) * x)(row), np.diag(3 * row**2))
    assert len(COUNTED) == 1
