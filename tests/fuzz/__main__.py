"""Judge many random programs: `make fuzz N=10000 SEED=0`, or `python -m tests.fuzz N --seed S --processes P`.

Prints how many were right, refused (and why), thrown away, wrong, and crashed, and for each failure the short program
that shrinking leaves, with its seed, arguments, what was expected and what was found. Exits with 1 if any was wrong or
crashed. One seed alone: `python -m tests.fuzz 1 --seed S`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.fuzz.generate import program
from tests.fuzz.judge import Program, Verdict, judge
from tests.fuzz.shrink import shrunk

OUTCOMES = ("right", "refused", "thrown", "wrong", "crash")


@dataclass(frozen=True)
class Report:
    """What is kept of one program."""

    seed: int
    outcome: str
    cause: str
    text: str = ""


def cause(verdict: Verdict) -> str:
    """Why, without what differs from program to program: the names, the numbers."""
    what = re.sub(r"of the (first|second) call", "", verdict.why)
    what = re.sub(r"\b\w+ reaches it|\bd?_?\w*\d\w*\b|'[^']*'|\([^)]*\)", "…", what)
    return f"{verdict.outcome}: {what[:90]}"


def judged(seed: int, shrinks: bool = True) -> Report:
    """The report on the program of a seed."""
    made = program(seed)
    verdict = judge(made)
    if not verdict.failed:
        return Report(seed, verdict.outcome, cause(verdict))
    return Report(seed, verdict.outcome, cause(verdict), described(made, verdict, shrinks))


def described(made: Program, verdict: Verdict, shrinks: bool = True) -> str:
    """A failing program, shrunk, and what went wrong."""
    if shrinks:
        made = shrunk(made, lambda smaller: cause(judge(smaller)) == cause(verdict))
        verdict = judge(made)
    return (
        f"seed {made.seed}: {verdict.outcome}, {verdict.why}\n\n{made.shown()}\n"
        f"expected: {verdict.expected}\ngot:      {verdict.found}\n"
    )


def summary(reports: list[Report], seconds: float) -> str:
    """The tables of counts and of reasons."""
    counts = Counter(report.outcome for report in reports)
    lines = [f"{len(reports)} programs in {seconds:.0f} s", ""]
    lines += [f"  {outcome:8} {counts[outcome]:7}  {counts[outcome] / len(reports):7.2%}" for outcome in OUTCOMES]
    reasons = Counter(report.cause for report in reports if report.outcome != "right")
    return "\n".join([*lines, "", *(f"  {count:5}  {why}" for why, count in reasons.most_common(40))])


def reported(seeds: range, processes: int) -> Iterator[Report]:
    """The reports on many seeds, as they come; 0 processes: in this one."""
    if processes == 0:
        yield from map(judged, seeds)
        return
    with multiprocessing.Pool(processes) as pool:
        yield from pool.imap_unordered(judged, seeds, chunksize=10)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("n", type=int, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first; the next ones follow")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    start = time.monotonic()
    reports: list[Report] = []
    for report in reported(range(options.seed, options.seed + options.n), options.processes):
        reports.append(report)
        if report.text:
            print(f"{report.text}\n{'-' * 100}\n", flush=True)
    print(summary(reports, time.monotonic() - start))
    return int(any(report.outcome in ("wrong", "crash") for report in reports))


if __name__ == "__main__":
    sys.exit(main())
