"""What the front end accepts: the one table of every gast node class, and of the refusals that depend on the use.

`TABLE` has an entry for every node class of gast; `SITUATIONS` for constructs that are accepted in one place and
refused in another. Every refusal of the front end takes its words from here, and the documentation is made from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """How a construct is treated. `reason` and `remedy` are empty where it is supported without conditions."""

    supported: bool
    reason: str = ""
    remedy: str = ""


def _yes(note: str = "") -> Entry:
    return Entry(True, note)


def _no(reason: str, remedy: str) -> Entry:
    return Entry(False, reason, remedy)


_OLD = _no("it is not part of Python 3", "use Python 3 syntax")
_TYPE_SYNTAX = _no("type parameters are not values to compute with", "define the type outside of the function")
_ASYNC = _no("asynchronous code runs in an order that is not known before it runs", "compute in an ordinary function")
_GENERATOR = _no(
    "a generator's steps run when somebody else asks for them", "collect the values in a list and return the list"
)

TABLE: dict[str, Entry] = {
    # modules
    "Module": _yes(),
    "Interactive": _no("a function is differentiated, not a session", "put the code in a function"),
    "Expression": _no("a function is differentiated, not an expression", "put the expression in a function"),
    "FunctionType": _no("it is the signature of a type comment", "leave it out"),
    "Suite": _OLD,
    "TypeIgnore": _yes("a comment, which is not read"),
    # statements
    "FunctionDef": _yes("nested functions, with their closures"),
    "AsyncFunctionDef": _ASYNC,
    "ClassDef": _no("a class made anew in each call cannot be followed", "define the class outside of the function"),
    "Return": _yes("anywhere but in a finally block"),
    "Delete": _yes("of elements and attributes, and of names that are not read again"),
    "Assign": _yes(),
    "TypeAlias": _TYPE_SYNTAX,
    "AugAssign": _yes(),
    "AnnAssign": _yes("the annotation is not evaluated"),
    "Print": _OLD,
    "For": _yes(),
    "AsyncFor": _ASYNC,
    "While": _yes(),
    "If": _yes(),
    "With": _yes(),
    "AsyncWith": _ASYNC,
    "Match": _yes(),
    "Raise": _yes(),
    "Try": _yes(),
    "TryStar": _no("exception groups can run several handlers", "use except, one exception at a time"),
    "Assert": _yes(),
    "Import": _yes("the import is done when the function is read"),
    "ImportFrom": _yes("the import is done when the function is read; not *"),
    "Exec": _OLD,
    "Global": _yes("where the name is only read"),
    "Nonlocal": _yes("where the name is only read"),
    "Expr": _yes(),
    "Pass": _yes(),
    "Break": _yes("anywhere but in a finally block"),
    "Continue": _yes("anywhere but in a finally block"),
    # expressions
    "BoolOp": _yes(),
    "NamedExpr": _yes(),
    "BinOp": _yes(),
    "UnaryOp": _yes(),
    "Lambda": _yes(),
    "IfExp": _yes(),
    "Dict": _yes(),
    "Set": _yes(),
    "ListComp": _yes(),
    "SetComp": _yes(),
    "DictComp": _yes(),
    "GeneratorExp": _yes("where a builtin consumes it at once: sum, any, all, max, sorted, list, ..."),
    "Await": _ASYNC,
    "Yield": _GENERATOR,
    "YieldFrom": _GENERATOR,
    "Compare": _yes(),
    "Call": _yes(),
    "Repr": _OLD,
    "FormattedValue": _yes(),
    "Interpolation": _no("template strings are objects for other programs", "use an f-string"),
    "JoinedStr": _yes(),
    "TemplateStr": _no("template strings are objects for other programs", "use an f-string"),
    "Constant": _yes(),
    "Attribute": _yes(),
    "Subscript": _yes(),
    "Starred": _yes(),
    "Name": _yes(),
    "List": _yes(),
    "Tuple": _yes(),
    "Slice": _yes(),
    # contexts of names
    "Load": _yes(),
    "Store": _yes(),
    "Del": _yes(),
    "AugLoad": _OLD,
    "AugStore": _OLD,
    "Param": _yes(),
    # operators
    "And": _yes(),
    "Or": _yes(),
    "Add": _yes(),
    "Sub": _yes(),
    "Mult": _yes(),
    "MatMult": _yes(),
    "Div": _yes(),
    "Mod": _yes(),
    "Pow": _yes(),
    "LShift": _yes(),
    "RShift": _yes(),
    "BitOr": _yes(),
    "BitXor": _yes(),
    "BitAnd": _yes(),
    "FloorDiv": _yes(),
    "Invert": _yes(),
    "Not": _yes(),
    "UAdd": _yes(),
    "USub": _yes(),
    "Eq": _yes(),
    "NotEq": _yes(),
    "Lt": _yes(),
    "LtE": _yes(),
    "Gt": _yes(),
    "GtE": _yes(),
    "Is": _yes(),
    "IsNot": _yes(),
    "In": _yes(),
    "NotIn": _yes(),
    # parts
    "comprehension": _yes("not asynchronous"),
    "ExceptHandler": _yes(),
    "arguments": _yes(),
    "keyword": _yes(),
    "alias": _yes(),
    "withitem": _yes(),
    "match_case": _yes(),
    "MatchValue": _yes(),
    "MatchSingleton": _yes(),
    "MatchSequence": _yes(),
    "MatchMapping": _yes(),
    "MatchClass": _yes(),
    "MatchStar": _yes(),
    "MatchAs": _yes(),
    "MatchOr": _yes(),
    "type_ignore": _yes("ignored"),
    "TypeVar": _yes("ignored"),
    "ParamSpec": _yes("ignored"),
    "TypeVarTuple": _yes("ignored"),
}

SITUATIONS: dict[str, Entry] = {
    "a generator expression that escapes": _no(
        "a generator that escapes runs when somebody else asks for its values", "use a list comprehension"
    ),
    "an iterator that is kept": _no(
        "zip, map, filter, enumerate and reversed give their items once, when somebody asks for them",
        "make a list of it, list(...), or call it where it is gone through",
    ),
    "an array made of a generator": _no(
        "NumPy puts the generator itself into the array, not its values", "use a list comprehension"
    ),
    "an asynchronous comprehension": _ASYNC,
    "a write to a global name": _no(
        "the derivative must not change the module", "return the new value, or pass an object that holds it"
    ),
    "a write to a nonlocal name": _no(
        "the write reaches into another function's variables", "return the new value, or keep it in a list or object"
    ),
    "a write to an attribute of a module": _no(
        "the derivative must not change the module", "return the new value, or pass an object that holds it"
    ),
    "del of a name that is read again": _no(
        "whether the name exists then depends on the path", "leave the del out, or use another name"
    ),
    "a jump out of finally": _no(
        "a return, break or continue in finally discards the exception", "put it after the try statement"
    ),
    "a call of exec, eval, locals, globals, vars or dir": _no(
        "what it reads and writes is not in the source", "write the code out, or use a dict"
    ),
    "super as a value": _no("only a call of a method is followed", "write super().method(...)"),
    "super outside of a method": _no("the class is not known here", "call the base class's method by name"),
    "import of all names": _no("the names that it binds are not in the source", "import the names by name"),
    "an import that fails": _no(
        "the module must be there when the function is read", "import it outside of the function"
    ),
    "an imported name that is assigned": _no("a name is either a module or a value", "use another name"),
    "a class pattern with positions of an unknown class": _no(
        "which attributes the positions are is not known", "use keyword patterns, or a class of the module"
    ),
    "an exception type that is not defined": _no("the name means nothing when the function is read", "define it first"),
    "a cell that is empty": _no("the enclosing function has not assigned this name yet", "assign it first"),
}


def rows() -> Iterator[tuple[str, str, str, str]]:
    """The table as the documentation shows it: construct, supported or refused, reason or note, what to do instead."""
    for construct, entry in (*TABLE.items(), *SITUATIONS.items()):
        yield construct, "supported" if entry.supported else "refused", entry.reason, entry.remedy


def markdown() -> str:
    """The table as a page of documentation."""
    lines = ["| construct | | why, or where | instead |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows()]
    return "\n".join(lines) + "\n"
