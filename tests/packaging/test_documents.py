"""The documents are current: their code runs, and prints what they say it prints."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))

import refresh  # noqa: E402


@pytest.mark.parametrize("name", refresh.PAGES)
def test_code_of_the_page_prints_what_the_page_says(name):
    text = (ROOT / name).read_text()
    assert refresh.refreshed_once(name, text) == text, "run make docs, and read the change"


def test_syntax_page_is_current():
    assert (ROOT / refresh.SYNTAX).read_text() == refresh.syntax_page(), "run make docs"


def test_the_page_of_numpy_is_current_and_complete():
    import numpy as np

    text = (ROOT / refresh.NUMPY).read_text()
    if not np.__version__.startswith("2.4."):
        pytest.skip("the page is of NumPy 2.4: other versions have other callables")
    assert text == refresh.numpy_page(), "run make docs"
    for module in (np, np.linalg, np.fft):
        listed = text.split(f"## `{module.__name__}`\n")[1].split("\n## ")[0]
        for name in module.__all__:
            if callable(getattr(module, name)) and not name.startswith("_"):
                assert f"| `{name}` |" in listed, f"docs/numpy.md says nothing of {module.__name__}.{name}"


def test_the_page_of_scipy_is_current():
    import scipy
    from scipy import special

    text = (ROOT / refresh.SCIPY).read_text()
    assert all(f"| `{name}` |" in text for name in ("erf", "norm.logpdf", "cho_solve", "lfilter", "simpson", "spsolve"))
    if not hasattr(special, "softplus"):
        pytest.skip(f"the page is of SciPy 1.15 and later, this is {scipy.__version__}: some functions are newer")
    assert text == refresh.scipy_page(), "run make docs"


def test_links_between_documents_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in refresh.re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_error_is_documented():
    import srcad.errors

    text = (ROOT / "docs" / "errors.md").read_text()
    for name, value in vars(srcad.errors).items():
        if isinstance(value, type) and issubclass(value, srcad.errors.SrcadError):
            assert f"`{name}`" in text, f"docs/errors.md says nothing of {name}"
