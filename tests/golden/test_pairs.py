"""What a forward half saves has the same name in the reverse half, in every source that is kept."""

import ast
from pathlib import Path

import pytest

KEPT = sorted(
    p for directory in ("golden", "programs/golden") for p in (Path(__file__).parents[1] / directory).glob("*.txt")
)


def test_there_are_sources():
    assert len(KEPT) > 30


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name.removesuffix(".py.txt"))
def test_both_halves_name_what_is_saved_alike(path):
    functions = {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
    for name, reverse in functions.items():
        taken = next((s for s in reverse.body if isinstance(s, ast.Assign) and ast.unparse(s.value) == "saved"), None)
        if taken is None:
            continue
        forward = functions[name.replace("_rev", "_fwd")]
        returned = forward.body[-1].value
        assert ast.unparse(returned.elts[-1]) == ast.unparse(taken.targets[0])
