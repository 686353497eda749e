"""Two thousand random programs: none gets a wrong gradient, and whatever is raised is a refusal with a remedy."""

import pytest

from tests.fuzz.__main__ import judged

SEED, CHUNKS, EACH = 1_000_000, 20, 100


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_random_program_gets_a_wrong_gradient_or_an_error_of_its_own(chunk: int) -> None:
    first = SEED + chunk * EACH
    reports = [judged(seed) for seed in range(first, first + EACH)]
    failures = [report.text for report in reports if report.text]
    assert not failures, "\n\n".join(failures)
    count = {outcome: sum(report.outcome == outcome for report in reports) for outcome in ("right", "refused")}
    assert count["right"] >= 75 and count["refused"] <= 20, count
