"""srcad beside what a person would write and what a user would otherwise pick.

python benchmarks/compare.py                measure all; write results.json, docs/benchmarks.md and its plots
python benchmarks/compare.py --check        measure the rows; exit with status 1 where a ratio is missed
python benchmarks/compare.py NAME ...       measure and print these programs alone
"""

import threads  # isort: skip  # before NumPy is loaded

import sys
import time

from gate import misses
from growth import growth
from measure import measure_row
from plots import draw
from program import NAMES, load
from results import machine, plain, ratio_table, table, write_json, write_page


def measured_rows(names):
    rows = {}
    for name in names:
        start = time.perf_counter()
        program = load(name)
        cells = {key: cell.to_json() for key, cell in measure_row(program).items()}
        rows[name] = {"title": program.title, "large_products": program.large_products, "cells": cells}
        failed = [f"{key} {cell['status']}" for key, cell in cells.items() if cell["status"] != "ok"]
        print(f"{name}: {time.perf_counter() - start:.0f} s", *failed, sep="; ", file=sys.stderr, flush=True)
    return rows


def main():
    check = "--check" in sys.argv[1:]
    names = [argument for argument in sys.argv[1:] if argument != "--check"]
    threads.pin_torch()
    found = {"machine": machine(), "rows": measured_rows(names or NAMES)}
    for field in ("seconds", "first_call", "peak_bytes"):
        print(f"\n{field.replace('_', ' ')}\n{plain(table(found['rows'], field))}")
    print(f"\ngeometric means of the ratios\n{plain(ratio_table(found['rows']))}")
    if check:
        wrong = misses(found)
        print("", *wrong, sep="\n")
        sys.exit(bool(wrong))
    if not names:
        found["growth"] = growth()
        write_json(found)
        write_page(found)
        draw(found)


if __name__ == "__main__":
    main()
