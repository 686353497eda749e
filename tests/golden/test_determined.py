"""Generated source depends on the program alone: not on the hashes of strings, on addresses, or on what came before."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import srcad
from tests.cases import every_entry
from tests.check import smooth_positions
from tests.golden.programs import PROGRAMS
from tests.language.test_choices import a_state_machine

ROOT = Path(__file__).parents[2]
EVERY = 5  # one in so many of the programs of the language tests


def sources(backwards: bool = False) -> dict[str, str]:
    """The source of the golden programs, and of a few hundred others, by name."""
    chosen = [(program, argnums, points[0]) for program, argnums, points in PROGRAMS]
    for entry in [entry for entry in every_entry() if "kwargs" not in entry.options][::EVERY]:
        point = entry.points[0]
        args = point if type(point) is tuple else (point,)
        chosen.append((entry.function, entry.options.get("argnums", smooth_positions(args)), args))
    made = {}
    for program, argnums, args in chosen[::-1] if backwards else chosen:
        name = f"{program.__module__}.{program.__qualname__}"
        made[name] = srcad.grad(program, argnums).source_for(*copy.deepcopy(args))
    return made


def in_a_fresh_process(seed: int) -> dict[str, str]:
    program = (
        "import builtins; builtins._ = 0  # as at a prompt\n"
        "import json, tests.golden.test_determined as t; print(json.dumps(t.sources(backwards=True)))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_source_is_the_same_in_another_process_with_other_hashes_and_in_another_order():
    here = sources()
    for seed in (1, 2):
        there = in_a_fresh_process(seed)
        assert there.keys() == here.keys()
        assert [name for name, source in here.items() if there[name] != source] == []


def test_source_does_not_depend_on_where_things_lie_in_memory():
    args = (2.0, [0, 1, 2, 3])
    kept, found = [], set()
    for size in range(60):
        kept.append([object() for _ in range(37 * size % 101)])  # the next objects lie elsewhere
        found.add(srcad.grad(a_state_machine).source_for(*copy.deepcopy(args)))
    assert len(found) == 1
