"""Imports run one way, and at run time srcad needs NumPy, gast, astor and the standard library alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import srcad

PACKAGE = Path(srcad.__file__).parent

# Earlier layers know nothing of later ones. Layers in one row may use each other.
LAYERS = (
    {"errors", "core"},
    {"rules", *(path.stem for path in PACKAGE.glob("runtime*.py"))},
    {"analysis"},
    {"transform"},
    {"frontend", "backend"},
    {
        "arguments",
        "assumed",
        "backends",
        "callables",
        "calling",
        "choice",
        "promotion",
        "copies",
        "derivative",
        "driver",
        "forms",
        "pullback",
        "stopped",
        "tangent",
        "validity",
    },
    {"api", "checking", "custom", "higher", "hooks", "jacobians", "numerical", "own"},
    {"tools"},
)
RANK = {layer: rank for rank, row in enumerate(LAYERS) for layer in row}

NEEDED = {"numpy", "gast", "astor", "srcad"}
OF_TOOLS = {"typer", "rich"}  # the extra `tools`
OPTIONAL = {"scipy"}  # of the rules for it, which wait until the program has imported it, and of their page


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def layer_of(path):
    """The layer of a file of the package; None for the package's own `__init__`."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return None if first == "__init__" else first


def imported(path):
    """Every module that a file imports, at its top or inside a function, except for the type checker alone."""
    found = []
    for node in runtime_nodes(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                found += [name.name for name in names]
            case ast.ImportFrom(module="srcad", level=0, names=names):
                found += [f"srcad.{name.name}" for name in names]
            case ast.ImportFrom(module=str(module), level=0):
                found.append(module)
            case ast.ImportFrom():
                pytest.fail(f"{path}: a relative import")
    return found


def runtime_nodes(node):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from runtime_nodes(child)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_file_imports_no_later_layer(path):
    layer = layer_of(path)
    if layer is None:
        return
    assert layer in RANK, f"{layer} is in no layer"
    for name in imported(path):
        if name.startswith("srcad."):
            used = name.split(".")[1]
            if used in RANK:
                assert RANK[used] <= RANK[layer], f"{layer} imports {name}, which is of a later layer"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_file_imports_what_is_declared(path):
    waits = path.parent.name in ("rules", "tools") and path.stem.split("_")[0] in OPTIONAL
    compiles = path.parent.name == "compiled" or path.stem.startswith("numba_")
    allowed = NEEDED | (OF_TOOLS if layer_of(path) == "tools" else set()) | (OPTIONAL if waits else set())
    allowed |= {"numba"} if compiles else set()
    for name in imported(path):
        top = name.split(".")[0]
        assert top in allowed or top in sys.stdlib_module_names, f"{path} imports {name}"


def test_import_of_srcad_loads_neither_tools_nor_their_libraries():
    program = "import srcad, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    for name in ("typer", "rich", "scipy", "matplotlib", "numba", "jinja2"):
        assert name not in loaded
    program = "import srcad, sys; print(*[name for name in sys.modules if name.startswith('srcad.tools')])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.split() == []
