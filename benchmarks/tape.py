"""How much a gradient remembers: the bytes on the tapes of ten programs, beside those of adjoints written by hand.

A tape is a local variable whose name says that it keeps something for the way back: `x_tape`, `item_old`,
`step_saved`. They are weighed where the way back begins, which is where the first value is taken from a tape, or at
the end where nothing is taken. An array weighs its bytes, once however often it is kept, and nothing where a variable
of the program holds it anyway; a view that keeps no array of its own alive, and every number, weighs 8.

    python benchmarks/tape.py            print the table
    python benchmarks/tape.py --check    exit with status 1 where fewer than eight programs remember only what they need
"""

import copy
import re
import sys

import numpy as np

import srcad
from in_place import PROGRAMS

TAPE = re.compile(r"_(tape|old|saved|before)(_\d+)?$")
TARGET = 8


def owner(array):
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def weight(value, seen):
    """The bytes that a value keeps, beside what is in `seen`."""
    if isinstance(value, (list, tuple)):
        return sum(weight(item, seen) for item in value)
    if value is None:
        return 0
    if not isinstance(value, np.ndarray):
        return 8
    whole = owner(value)
    if id(whole) in seen:
        return 8 if value is not whole else 0
    seen.add(id(whole))
    return whole.nbytes


def weigh(frame):
    held = frame.f_locals
    seen = {id(owner(v)) for k, v in held.items() if isinstance(v, np.ndarray) and not TAPE.search(k)}
    return sum(weight(v, seen) for k, v in held.items() if TAPE.search(k))


def tape_bytes(function, args):
    """What `function` has on its tapes where its way back begins."""
    found = []

    def watch(frame, event, arg):
        if found:
            return
        if event == "c_call" and getattr(arg, "__qualname__", "") == "list.pop":
            while frame is not None and frame.f_code is not function.__code__:
                frame = frame.f_back
            if frame is not None:
                found.append(weigh(frame))
        elif event == "return" and frame.f_code is function.__code__:
            found.append(weigh(frame))

    args = copy.deepcopy(args)
    sys.setprofile(watch)
    try:
        result = function(*args)
    finally:
        sys.setprofile(None)
    return found[0], result


def main():
    print(f"{'program':18}{'generated':>10}{'by hand':>10}{'ratio':>8}")
    equal = 0
    for program, by_hand, args in PROGRAMS:
        made = srcad.grad(program).specialize(*args)
        generated, gradient = tape_bytes(made, args)
        needed, expected = tape_bytes(by_hand, args)
        np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-12, err_msg=program.__name__)
        equal += generated <= needed
        ratio = "equal" if generated == needed else f"{generated / needed:.2f}" if needed else "-"
        print(f"{program.__name__:18}{generated:10}{needed:10}{ratio:>8}")
    print(f"{equal} of {len(PROGRAMS)} remember only what they need; the target is {TARGET}")
    if "--check" in sys.argv and equal < TARGET:
        sys.exit(1)


if __name__ == "__main__":
    main()
