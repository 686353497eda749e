"""Everything that the tests of the language generate is clean under ruff."""

import pytest

from tests.lint import complaints, generated


@pytest.fixture(scope="package", autouse=True)
def what_is_generated_is_clean_under_ruff(tmp_path_factory):
    sources: dict[str, str] = {}
    with generated(sources):
        yield
    assert complaints(tmp_path_factory.mktemp("generated"), sources) == ""
