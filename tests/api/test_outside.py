"""What a program reads from outside may change between calls: a derivative notices."""

import types

import numpy as np

import srcad

SCALE = 2.0
TABLE = {"k": 3.0, "mode": "square", "inner": {"on": True}}
ROWS = [1.0, 2.0]


def helper(x):
    return SCALE * x


def uses_a_global(x):
    return helper(x) * x


class Settings:
    def __init__(self):
        self.k = 2.0
        self.mode = "square"
        self.f = lambda x: x

    def slope(self, x):
        return self.k * x

    @property
    def half(self):
        return self.k / 2


SETTINGS = Settings()


def uses_a_table(x):
    y = x**2 if TABLE["mode"] == "square" else x**3
    return y * TABLE["k"] if TABLE["inner"]["on"] else y


def uses_an_object(x):
    y = x**2 if SETTINGS.mode == "square" else x**3
    return SETTINGS.slope(y) + SETTINGS.half * x


def uses_an_argument(s, x):
    return s.slope(x) * s.half


def uses_rows(x):
    return x * ROWS[0] + len(ROWS) * x


def test_a_global_number(monkeypatch):
    g = srcad.grad(uses_a_global)
    assert g(3.0) == 12.0
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert g(3.0) == 30.0
    monkeypatch.setitem(globals(), "SCALE", np.array([1.0]))
    assert g(3.0) == 6.0


def test_a_global_function(monkeypatch):
    g = srcad.grad(uses_a_global)
    assert g(3.0) == 12.0
    monkeypatch.setitem(globals(), "helper", lambda x: x**2)
    assert g(3.0) == 27.0


def test_a_cell():
    k = 2.0

    def f(x):
        return k * x

    g = srcad.grad(f)
    assert g(1.0) == 2.0
    k = 7.0
    assert g(1.0) == 7.0


def test_items_of_a_global_dict(monkeypatch):
    g = srcad.grad(uses_a_table)
    assert g(2.0) == 12.0
    monkeypatch.setitem(TABLE, "k", 1.0)
    assert g(2.0) == 4.0
    monkeypatch.setitem(TABLE, "mode", "cube")
    assert g(2.0) == 12.0
    monkeypatch.setitem(TABLE, "k", 5)
    assert g(2.0) == 60.0
    monkeypatch.setitem(TABLE["inner"], "on", False)
    assert g(2.0) == 12.0


def test_items_of_a_global_list():
    g = srcad.grad(uses_rows)
    assert g(1.0) == 3.0
    ROWS.append(5.0)
    ROWS[0] = 4.0
    try:
        assert g(1.0) == 7.0
    finally:
        ROWS[:] = [1.0, 2.0]


def test_attributes_of_a_global_object(monkeypatch):
    g = srcad.grad(uses_an_object)
    assert g(2.0) == 9.0
    monkeypatch.setattr(SETTINGS, "k", 4.0)
    assert g(2.0) == 18.0
    monkeypatch.setattr(SETTINGS, "mode", "cube")
    assert g(2.0) == 50.0


def test_methods_and_properties_of_a_class(monkeypatch):
    for g, args in ((srcad.grad(uses_an_object), (2.0,)), (srcad.grad(uses_an_argument, 1), (SETTINGS, 2.0))):
        before = g(*args)
        with monkeypatch.context() as patch:
            patch.setattr(Settings, "slope", lambda self, x: 10.0 * self.k * x)
            assert g(*args) != before
            patch.setattr(Settings, "half", property(lambda self: self.k * 100))
            assert g(*args) == (280.0 if len(args) == 1 else 4000.0)
        assert g(*args) == before


def test_the_source_is_that_of_now(monkeypatch):
    g = srcad.grad(uses_a_table)
    g(2.0)
    before = g.source
    assert "**3" not in before.replace(" ", "") and before == g.source
    monkeypatch.setitem(TABLE, "mode", "cube")
    assert g.source != before


def test_vjp_notices_as_well(monkeypatch):
    assert srcad.vjp(uses_a_global, 3.0)[1](1.0) == (12.0,)
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    value, pullback = srcad.vjp(uses_a_global, 3.0)
    assert value == 45.0 and pullback(1.0) == (30.0,)


def test_a_change_of_something_else_generates_nothing_anew():
    module = types.ModuleType("m")
    g = srcad.grad(uses_a_global)
    bare = g.specialize(3.0)
    module.SCALE = 9.0
    TABLE["unused"] = 1.0
    try:
        assert g.specialize(4.0) is bare
    finally:
        del TABLE["unused"]
