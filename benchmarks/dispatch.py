"""What a gradient costs before, around and in the generated code.

Prints the time to specialise a function of thirty lines, what a call of a derivative costs over the bare generated
function, and how generated gradients compare with gradients written by hand. The two sides of a comparison take turns
in one run, and the best of several turns counts, so that a busy machine disturbs both alike.

    python benchmarks/dispatch.py            print the table
    python benchmarks/dispatch.py --check    exit with status 1 where a target is missed
"""

import math
import sys
import time
from dataclasses import dataclass
from timeit import Timer

import numpy as np

import srcad
from scalar_loops import PROGRAMS


@dataclass
class Measure:
    name: str
    value: float
    target: float
    unit: str
    note: str = ""

    @property
    def met(self):
        return self.value <= self.target


def thirty_lines(x, y):
    total = 0.0
    scale = x * y
    for i in range(10):
        u = x + i * scale
        v = y - i * scale
        if u > v:
            w = np.sin(u) * v
        elif u < 0.0:
            w = np.exp(u) + v
        else:
            w = u * u - v
        k = 0
        while k < 3 and w < 10.0:
            w = w * 1.5 + x
            k += 1
        if total > 1e3:
            break
        total += w / (1.0 + u * u)
    values = np.zeros(5)
    values[0] = x
    for j in range(1, 5):
        values[j] = values[j - 1] * y + np.cos(total)
        if values[j] > 3.0:
            values[j] = 3.0
    mean = total / 10.0
    largest = max(values[1], values[4])
    spread = math.sqrt(1.0 + np.sum((values - mean) ** 2))
    return mean * mean + largest * spread


def product(x, y):
    return x * y


def specialisation(turns=5):
    """Milliseconds of the first call of a fresh derivative; the best of several, and that of a cold process."""
    times = []
    for _ in range(turns):
        derivative = srcad.grad(thirty_lines, argnums=(0, 1))
        start = time.process_time()
        derivative(0.3, 0.7)
        times.append(1e3 * (time.process_time() - start))
    note = f"first in the process {times[0]:.0f} ms"
    return Measure("specialise a function of 30 lines", min(times[1:]), 100.0, "ms", note)


def interleaved(*functions, number, turns=9):
    """Seconds a call of each function: the best of several turns, taken in rotation."""
    timers = [Timer(function, timer=time.process_time) for function in functions]
    best = [float("inf")] * len(timers)
    for _ in range(turns):
        for i, timer in enumerate(timers):
            best[i] = min(best[i], timer.timeit(number) / number)
    return best


def dispatch():
    """Microseconds that a call costs over the bare generated function."""
    derivative = srcad.grad(product, argnums=(0, 1))
    bare = derivative.specialize(2.0, 3.0)
    assert derivative(2.0, 3.0) == bare(2.0, 3.0) == (3.0, 2.0)
    whole, inner = interleaved(lambda: derivative(2.0, 3.0), lambda: bare(2.0, 3.0), number=20_000)
    return Measure("call over the bare function", 1e6 * (whole - inner), 2.0, "us", f"bare {1e6 * inner:.2f} us")


def generated_over_hand(name, program, by_hand, argnums, args):
    """How many times the time of the gradient by hand the generated one takes."""
    generated = srcad.grad(program, argnums=argnums)
    np.testing.assert_allclose(generated(*args), by_hand(*args), rtol=1e-9)
    ours, theirs = interleaved(lambda: generated(*args), lambda: by_hand(*args), number=20, turns=15)
    note = f"{1e6 * ours:.0f} us, by hand {1e6 * theirs:.0f} us"
    return Measure(f"{name}: generated over hand-written", ours / theirs, 1.3, "times", note)


def measure():
    return [specialisation(), dispatch(), *(generated_over_hand(*program) for program in PROGRAMS)]


def show(measures):
    """A table, by rich where it is installed."""
    rows = [
        (m.name, f"{m.value:.2f} {m.unit}", f"{m.target:g} {m.unit}", "met" if m.met else "MISSED", m.note)
        for m in measures
    ]
    heads = ("measure", "value", "target", "", "")
    try:
        from rich.console import Console
        from rich.table import Table
    except ModuleNotFoundError:
        for row in (heads, *rows):
            print("{:<42} {:>12} {:>12} {:<7} {}".format(*row))
        return
    table = Table()
    for head, side in zip(heads, ("left", "right", "right", "left", "left"), strict=True):
        table.add_column(head, justify=side)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def main():
    measures = measure()
    show(measures)
    if "--check" in sys.argv[1:] and not all(m.met for m in measures):
        sys.exit(1)


if __name__ == "__main__":
    main()
