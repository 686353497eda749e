"""What it costs to generate a derivative: near linear in the length of the program, however deep it is nested."""

import linecache
import subprocess
import sys

import srcad
from srcad.transform.reverse.record import Recorder

FIRST_USE = """
import srcad
from srcad.rules.registry import all_rules
from tests.backend.test_generation_cost import square
srcad.grad(square)(1.0)
print(sum("template" in vars(rule) for rule in all_rules()), len(all_rules()))
"""


def square(x):
    return x * x + 1


def nested(depth):
    """A function of loops in loops, each left by `continue`, `break` and `return`."""
    lines = ["def f(x, n):", "    total = 0.0", "    y = x"]
    for level in range(depth):
        pad = "    " * (level + 1)
        lines += [f"{pad}for i{level} in range(n):", f"{pad}    y = y * x + i{level}"]
        lines += [f"{pad}    if y > {level + 3}.0:", f"{pad}        y = y / 2", f"{pad}        continue"]
        lines += [f"{pad}    z{level} = y * x", f"{pad}    if z{level} > 100.0:", f"{pad}        break"]
        lines += [f"{pad}    if total > 1000.0:", f"{pad}        return total * y", f"{pad}    total += z{level} * y"]
    lines.append("    return total * y")
    text, file = "\n".join(lines) + "\n", f"<nested {depth}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    names = {}
    exec(compile(text, file, "exec"), names)
    return names["f"]


def test_each_level_of_nesting_adds_to_the_walks_of_the_recorder_and_does_not_multiply_them(monkeypatch):
    count = 0
    walk = Recorder.block

    def counted(*args):
        nonlocal count
        count += 1
        return walk(*args)

    monkeypatch.setattr(Recorder, "block", counted)
    counts = []
    for depth in (2, 4):
        count = 0
        srcad.grad(nested(depth)).specialize(1.0, 2)
        counts.append(count)
    assert counts[1] < 5 * counts[0], counts


def test_a_rule_is_read_when_it_is_first_asked_for():
    shown = subprocess.run([sys.executable, "-c", FIRST_USE], capture_output=True, text=True, check=True).stdout
    read, known = map(int, shown.split())
    assert 0 < read < 10 < known
