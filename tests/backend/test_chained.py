"""Names that are None at first stand in one statement, as far as the width allows."""

import gast

from srcad.backend.chained import chain_nones
from srcad.backend.printer import WIDTH, text_of


def chained(source):
    definition = gast.parse(source).body[0]
    chain_nones(definition)
    return text_of([definition])


def test_what_follows_each_other_is_joined():
    apart = "    if x:\n        c = None\n        d = None\n    e = None\n"
    source = f"def f(x):\n    a = None\n    b = None\n    x = 2.0\n{apart}"
    assert chained(source) == (
        "def f(x):\n    a = b = None\n    x = 2.0\n    if x:\n        c = d = None\n    e = None\n"
    )


def test_attributes_and_other_values_stay_apart():
    source = "def f(x):\n    a = None\n    x.a = None\n    b = None\n    c = 0.0\n    d = 0.0\n"
    assert chained(source) == source


def test_no_line_gets_too_long():
    names = [f"a_rather_long_name_{i}" for i in range(12)]
    text = chained("def f():\n" + "".join(f"    {name} = None\n" for name in names))
    assert all(len(line) <= WIDTH for line in text.splitlines())
    assert text.count("None") == 4
    assert all(f"{name} = " in text for name in names)
