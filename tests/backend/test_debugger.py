"""pdb steps through generated code and shows its source."""

import io
import pdb

import srcad


def power(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


def session(commands, call):
    """What pdb prints when it is given these commands at the first line of a call."""
    shown = io.StringIO()
    debugger = pdb.Pdb(stdin=io.StringIO("\n".join(commands) + "\n"), stdout=shown, nosigint=True, readrc=False)
    debugger.use_rawinput = False
    result = debugger.runcall(call)
    return result, shown.getvalue()


def test_pdb_steps_through_generated_code_and_lists_it():
    bare = srcad.grad(power).specialize(2.0, 3)
    lines = srcad.grad(power).source_for(2.0, 3).splitlines()
    first = next(line.strip() for line in lines if line.strip() == "y = 1.0")
    reverse = next(i for i, line in enumerate(lines, 1) if line.strip().startswith("d_x +="))
    result, shown = session(
        [
            "step",
            "step",
            "list",
            "next",
            "p y",
            f"break {reverse}",
            "continue",
            "p d_y",
            "where",
            "clear 1",
            "continue",
        ],
        lambda: bare(2.0, 3),
    )
    assert result == 12.0
    assert f"-> {first}" in shown and "def power_grad(x, n):" in shown  # where it stands, and the list
    assert shown.count("(Pdb) 1.0\n") == 2  # y, and d_y in the first reversed trip
    assert f"{bare.__code__.co_filename}({reverse})power_grad()" in shown
    assert f"-> {lines[reverse - 1].strip()}" in shown
