"""The instruments themselves: the generator, the dual numbers, the judge and the shrinker."""

import ast
import inspect
import math
import re

import numpy as np
import pytest

from tests.fuzz import __main__ as command
from tests.fuzz import duals
from tests.fuzz.generate import program
from tests.fuzz.judge import Program, Verdict, differentiated, judge, reference
from tests.fuzz.scope import COLLIDING
from tests.fuzz.shrink import normal, shrunk, smaller

SEEDS = range(300)
TEXTS = [program(seed).text for seed in SEEDS]
SHOWN = [program(seed).shown() for seed in SEEDS]


def test_a_seed_always_gives_the_same_program() -> None:
    assert [program(seed) for seed in range(50)] == [program(seed) for seed in range(50)]
    assert len(set(TEXTS)) == len(TEXTS)


def test_programs_are_valid_python_with_a_function_f() -> None:
    for text in TEXTS:
        tree = ast.parse(text)
        assert any(isinstance(node, ast.FunctionDef) and node.name == "f" for node in tree.body)


def test_programs_are_short() -> None:
    lines = sorted(text.count("\n") for text in TEXTS)
    assert 8 <= lines[len(lines) // 10] and lines[9 * len(lines) // 10] <= 45


FEATURES = {
    "for over a range": r"for \w+ in range\(",
    "backwards": r"in range\(\d+, -?\d+, -\d\)",
    "enumerate": r"in enumerate\(",
    "zip": r"in zip\(",
    "items": r"in \w+\.items\(\)",
    "while": r"while ",
    "while with a test on data": r"while .*(<|>).* and ",
    "break": r"\bbreak\b",
    "continue": r"\bcontinue\b",
    "an early return": r"\n {8,}return ",
    "a ternary": r" if .* else ",
    "elif": r"\belif ",
    "a helper that returns a number": r"\bblend\(",
    "a procedure": r"\n +move\(",
    "a helper that returns a view": r"\bpick\(",
    "recursion over views": r"fold\(\w+\[:n // 2\]\)",
    "append": r"\.append\(",
    "a loop through a list that changes length": r"if len\(\w+\) < \d",
    "a test that computes what the body computes": r"while \w+ < \d+ and .* < .*:\n.*\n +\S+ \+= 0\.3 \* ",
    "pop": r"\.pop\(",
    "a store into an element": r"\w\[[^\]:]+\] = ",
    "an augmented store": r"\w\[[^\]]+\] [+*-]= ",
    "a store into a slice": r"\w\[[^\],]*:[^\],]*\] [+*-]?= ",
    "a store into a column": r"\[:, [^\]]+\] [+*-]?= ",
    "a mask": r"\[\S+ [<>] \S+\] [+*-]?= ",
    "an array of indices": r"\w\[\[\d.*\]\] [+*-]?= ",
    "augmented arrays": r"\n +\w+ [+*-]= ",
    "transposed": r"\.T\b",
    "reshape": r"\.reshape\(",
    "ravel": r"\.ravel\(\)",
    "a new axis": r"\[:, None\]",
    "an alias": r"\n +(\w+) = (?!\1)[a-z]\w*\n",
    "an alias in one branch": r"\n( *)if .*:\n\1    \w+ = \w+(\[.*\])?\n\1\w",
    "a swap": r"\n +(\w+), (\w+) = \2, \1\n",
    "arrays in a list": r"\[\w+, \w+\[.*\n",
    "arrays in a dict": r"\['[pq]'\]\[.*\] [+*-]?= ",
    "an object": r"= Model\(",
    "a method": r"\.step\(",
    "an array in an object is written": r"\.u\[[^\]]*\] [+*-]?= ",
    "an attribute is bound anew": r"\.[us] = ",
    "a number that is accumulated by key": r"\.get\('r', 0\.0\)",
    "out=": r"out=",
    "a closure": r"\n {4,}def |= lambda",
    "with": r"\bwith np",
    "try": r"\btry:",
    "match": r"\bmatch ",
    "a pair of results": r"\n +\w+, \w+ = both\(",
    "nested lists": r"\w\[[^\]]+\]\[[^\]]+\] [+*-]?= ",
    "a deque": r"collections\.deque",
    "a defaultdict": r"collections\.defaultdict",
    "objects in a list": r"\[Model\(",
    "an index that depends on data": r"np\.argm",
    "a loop that adds up": r"\n    (\w+) = 0\.0\n    for \w+ in range\(\d\):(\n {8,}.*)+\n {8}\1 [+-]= ",
    "a comprehension": r" for \w+ in \w+",
}


@pytest.mark.parametrize("feature", FEATURES)
def test_the_language_is_covered(feature: str) -> None:
    assert sum(re.search(FEATURES[feature], text) is not None for text in SHOWN) >= 2


def test_loops_have_else_and_nest() -> None:
    trees = [ast.parse(text) for text in TEXTS]
    loops = [node for tree in trees for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]
    assert sum(bool(loop.orelse) for loop in loops) >= 3
    assert (
        sum(
            any(isinstance(inner, (ast.For, ast.While)) for inner in ast.walk(loop) if inner is not loop)
            for loop in loops
        )
        >= 20
    )


def test_names_of_generated_code_are_taken_by_users() -> None:
    names = {node.id for text in TEXTS for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    assert set(COLLIDING) <= names


# ---------------------------------------------------------------- dual numbers


@pytest.mark.parametrize("name", duals.ELEMENTARY)
def test_dual_numbers_agree_with_differences(name: str) -> None:
    x, h = 0.7, 1e-6
    f = getattr(np, name)
    value, (slope,) = duals.derivative(getattr(duals.numpy, name), (x,))
    assert value == pytest.approx(f(x), rel=1e-14)
    assert slope == pytest.approx((f(x + h) - f(x - h)) / (2 * h), rel=1e-8)


@pytest.mark.parametrize(
    ("f", "at", "gradient"),
    [
        (lambda x, y: x * y + x / y - y, (2.0, 4.0), [4.25, 2.0 - 0.125 - 1.0]),
        (lambda x, y: 1.0 - x + 3.0 / y, (2.0, 4.0), [-1.0, -3.0 / 16]),
        (lambda x: x**3 + 2.0**x, (2.0,), [12.0 + 4.0 * math.log(2.0)]),
        (lambda x, y: x**y, (2.0, 3.0), [12.0, 8.0 * math.log(2.0)]),
        (lambda x: abs(x) + (-x) % 3.0, (-2.0,), [-2.0]),
        (lambda x: max(x, 1.0) * min(x, 1.0), (2.0,), [1.0]),
        (lambda v: v[0] * v[::-1][0], (np.array([2.0, 3.0]),), [3.0, 2.0]),
        (lambda v, s: s * v[v > 2.5].sum(), (np.array([2.0, 3.0]), 5.0), [0.0, 5.0, 3.0]),
        (lambda d: d["p"] ** 2 * d["q"][0], ({"p": 2.0, "q": [3.0]},), [12.0, 4.0]),
    ],
)
def test_dual_numbers_agree_with_closed_forms(f, at, gradient) -> None:
    assert duals.derivative(f, at)[1] == pytest.approx(gradient, rel=1e-14)


def test_arrays_of_dual_numbers_share_memory_as_arrays_of_floats_do() -> None:
    text = """
def f(a):
    b = a.reshape(-1)[::-1]
    b[0] = 0.0
    c = np.zeros_like(a)
    c.T[0] += a[:, 0]
    np.add.at(c, ([0, 0], [1, 1]), b[1:3])
    return np.sum(c * c) + np.sin(a[a > 2.5]).sum() + a.sum()
"""
    value, gradient = reference(Program(text, "(np.array([[1.0, 2.0], [3.0, 4.0]]),)"))
    assert gradient[3] == 0.0 and value == pytest.approx(1.0 + 9.0 + 25.0 + np.sin(3.0) + 6.0)


# ---------------------------------------------------------------- the judge


SQUARES = Program("def f(x):\n    x[0] *= x[1]\n    return np.sum(x * x)\n", "(np.array([1.5, 2.0, -1.0]),)")


def changed(change):
    """A way to differentiate that spoils srcad's."""

    def differentiate(f, args):
        derivative = differentiated(f, args)

        def spoilt(*given):
            return change(given, *derivative(*given))

        return spoilt

    return differentiate


def test_a_right_gradient_is_right() -> None:
    assert judge(SQUARES).outcome == "right"


def test_a_planted_wrong_gradient_is_caught() -> None:
    verdict = judge(SQUARES, changed(lambda args, value, gradient: (value, (gradient[0] + [0.0, 1e-5, 0.0],))))
    assert verdict.outcome == "wrong" and "gradient" in verdict.why


def test_a_planted_wrong_value_is_caught() -> None:
    verdict = judge(SQUARES, changed(lambda args, value, gradient: (value + 1e-7, gradient)))
    assert verdict.outcome == "wrong" and "value" in verdict.why


def test_a_changed_argument_is_caught() -> None:
    def change(args, value, gradient):
        args[0][2] += 1e-15
        return value, gradient

    verdict = judge(SQUARES, changed(change))
    assert verdict.outcome == "wrong" and "changes the arguments" in verdict.why


def test_a_second_call_that_differs_is_caught() -> None:
    calls = []

    def change(args, value, gradient):
        calls.append(value)
        return value + len(calls) - 1, gradient

    assert judge(SQUARES, changed(change)).why == "the value of the second call"


def test_an_error_in_the_derivative_is_a_crash() -> None:
    def change(args, value, gradient):
        raise IndexError("planted")

    verdict = judge(SQUARES, changed(change))
    assert verdict.outcome == "crash" and "planted" in verdict.why


def test_a_refusal_is_a_refusal() -> None:
    refused = Program("def f(x):\n    return math.nextafter(x, 2.0) * x\n", "(1.5,)")
    assert judge(refused).outcome in ("refused", "thrown")
    refused = Program("def f(x):\n    global y\n    y = x\n    return x * x\n", "(1.5,)")
    assert judge(refused).outcome == "refused"


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("def f(x):\n    return max(x, 0.0) * 2.0\n", "(0.0,)"),
        ("def f(x):\n    return x if x > 1.0 else 0.0\n", "(1.0,)"),
        ("def f(x):\n    return x[3]\n", "(np.array([1.0]),)"),
        ("def f(x):\n    while True:\n        x = x * 1.0\n", "(1.0,)"),
        ("def f(a):\n    a[:, 2] = a[1]\n    return np.sum(a * a)\n", "(np.arange(9.0).reshape(3, 3) + 0.5,)"),
    ],
)
def test_a_program_that_proves_nothing_is_thrown_away(text: str, arguments: str, monkeypatch) -> None:
    monkeypatch.setattr("tests.fuzz.judge.SECONDS", 1)
    assert judge(Program(text, arguments)).outcome == "thrown"


# ---------------------------------------------------------------- the shrinker


def test_the_shrinker_leaves_what_a_wrong_derivative_needs() -> None:
    """A derivative that is wrong for every program with a `tanh`: little more than a `tanh` is left."""

    def differentiate(f, args):
        derivative = differentiated(f, args)
        off = 1.0 if "tanh" in inspect.getsource(f) else 0.0
        return lambda *given: (derivative(*given)[0] + off, derivative(*given)[1])

    seed = next(
        seed for seed in SEEDS if "tanh" in TEXTS[seed].split("def f(")[1] and judge(program(seed)).outcome == "right"
    )
    short = shrunk(program(seed), lambda smaller: judge(smaller, differentiate).outcome == "wrong")
    assert short.seed == seed and judge(short, differentiate).outcome == "wrong"
    assert short.text.count("\n") <= 4 and "tanh" in short.text, short.text


def test_every_shorter_program_is_valid_python() -> None:
    for seed in sorted(SEEDS, key=lambda seed: len(TEXTS[seed]))[10:13]:
        candidates = list(smaller(normal(program(seed))))
        assert len(candidates) > 20
        for candidate in candidates:
            ast.parse(candidate.text)
            ast.parse(candidate.arguments, mode="eval")


def test_a_program_that_does_not_fail_is_left_alone() -> None:
    assert shrunk(SQUARES, lambda smaller: False) is SQUARES


# ---------------------------------------------------------------- the command


def test_the_command_prints_short_programs_and_counts_and_fails(monkeypatch, capsys) -> None:
    def planted(made: Program) -> Verdict:
        return Verdict("wrong" if "np.sin" in made.text else "right", "the gradient of the first call", 1.0, 2.0)

    monkeypatch.setattr(command, "judge", planted)
    monkeypatch.setattr("sys.argv", ["fuzz", "3", "--seed", "0", "--processes", "0"])
    status = command.main()
    printed = capsys.readouterr().out
    wrong = sum("np.sin" in text for text in TEXTS[:3])
    assert wrong and status == 1 and "3 programs" in printed
    assert f"  wrong    {wrong:7}" in printed and printed.count("expected: 1.0\ngot:      2.0") == wrong
