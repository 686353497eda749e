"""What is refused: with the right error, at the right line of the right file, and with something to do instead."""

import itertools
import math
import re
import struct
import threading

import numpy as np
import pytest

import srcad
from tests.check import check, refused

COUNTER = 0.0
LOCK = threading.Lock()


async def asynchronous(x):
    return x * x


async def awaits_another(x):
    return await asynchronous(x)


def is_a_generator(x):
    y = x * x
    yield y
    yield y * x


def delegates(x):
    yield from is_a_generator(x)


def sums_a_generator_function(x):
    return sum(is_a_generator(x))


def a_generator_escapes(x):
    powers = (x**k for k in range(3))
    return powers


def writes_a_global(x):
    global COUNTER
    COUNTER = x * x
    return COUNTER * x


def augments_a_global(x):
    global COUNTER
    y = x * x
    COUNTER += 1.0
    return y


def calls_what_writes_a_global(x):
    y = x * x
    return writes_a_global(y)


def writes_a_nonlocal(x):
    total = 0.0

    def add(t):
        nonlocal total
        total += t
        return total

    add(x)
    return total


def executes(x):
    exec("y = 2 * x")
    return x * x


def evaluates(x):
    return eval("x * x")


def reads_locals(x):
    y = x * x
    return locals()["y"]


def deletes_and_reads_again(x, flag):
    y = x * x
    if flag:
        del y
    return y * x


def makes_a_class(x):
    class Local:
        scale = 2.0

    return x * Local.scale


def groups_of_exceptions(x):
    try:
        y = x * x
    except* ValueError:
        y = x
    return y


def returns_in_finally(x):
    try:
        y = x * x
    finally:
        return x  # noqa: B012
    return y


def has_no_rule(x):
    y = x * 2
    return math.nextafter(y, 10.0) * x


def has_no_rule_in_a_loop(x, n):
    for _ in range(n):
        x = math.nextafter(x, 10.0) * x
    return x


def has_no_rule_in_a_helper(x):
    return has_no_rule(x) + 1


def packs_bytes(x):
    return struct.unpack("d", struct.pack("d", x))[0] * x


def has_no_rule_but_inactive(x, n):
    return x * math.comb(n, 2) + math.isqrt(n) * x * x + math.ldexp(1.0, n)


def numpy_without_a_rule(v):
    return np.nextafter(v * v, 10.0).sum()


REFUSED_SYNTAX = [
    (asynchronous, "async def asynchronous"),
    (awaits_another, "await"),
    (is_a_generator, "yield y"),
    (delegates, "yield from"),
    (sums_a_generator_function, "yield y"),
    (a_generator_escapes, "x**k for k in range(3)"),
    (writes_a_global, "COUNTER"),
    (augments_a_global, "COUNTER"),
    (calls_what_writes_a_global, "COUNTER"),
    (writes_a_nonlocal, "total"),
    (executes, "exec("),
    (evaluates, "eval("),
    (reads_locals, "locals()"),
    (makes_a_class, "class Local"),
    (groups_of_exceptions, ""),
    (returns_in_finally, "return x  # noqa"),
]


@pytest.mark.parametrize(("f", "line"), REFUSED_SYNTAX, ids=lambda value: getattr(value, "__name__", ""))
def test_a_construct_is_refused_where_it_stands(f, line):
    if f is awaits_another:
        line = "a"  # at the `async def` or at the `await`
    refused(f, 2.0, error=srcad.UnsupportedSyntax, line_contains=line)


def test_del_of_an_active_name_that_is_read_again_is_refused():
    refused(deletes_and_reads_again, 2.0, False, error=srcad.UnsupportedSyntax, line_contains="y")


def test_nothing_ran_before_the_refusal():
    before = COUNTER
    refused(writes_a_global, 2.0, error=srcad.UnsupportedSyntax)
    assert before == COUNTER


@pytest.mark.parametrize(
    ("f", "args", "line", "name"),
    [
        (has_no_rule, (2.0,), "math.nextafter(y, 10.0)", "nextafter"),
        (has_no_rule_in_a_loop, (2.0, 3), "math.nextafter(x, 10.0)", "nextafter"),
        (has_no_rule_in_a_helper, (2.0,), "math.nextafter(y, 10.0)", "nextafter"),
        (packs_bytes, (2.0,), "struct.pack", "pack"),
        (numpy_without_a_rule, (np.ones(2),), "np.nextafter", "nextafter"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_an_active_value_in_a_function_without_a_rule_is_refused(f, args, line, name):
    refused(f, *args, error=srcad.MissingRule, line_contains=line, message_contains=name)


def test_a_function_without_a_rule_is_fine_where_nothing_is_active():
    check(has_no_rule_but_inactive, 2.0, 5)


def test_an_error_is_shown_with_a_caret_under_the_column():
    refusal = refused(has_no_rule, 2.0, error=srcad.MissingRule)
    lines = str(refusal).splitlines()
    (caret,) = [i for i, line in enumerate(lines) if line.strip() == "^"]
    assert lines[caret - 1][lines[caret].index("^") :].startswith("math.nextafter")


def test_a_refusal_is_repeated_on_the_next_call():
    g = srcad.grad(has_no_rule)
    for _ in range(2):
        with pytest.raises(srcad.MissingRule):
            g(2.0)


def built_by_exec(file="<string>"):
    space = {}
    exec(compile("def built(x):\n    return x * x\n", file, "exec"), space)
    return space["built"]


def test_a_function_built_by_exec_says_so():
    refusal = refused(built_by_exec(), 2.0, error=srcad.SourceNotFound, message_contains="built", placed=False)
    assert "exec" in str(refusal)


def test_a_function_typed_at_a_prompt_says_so():
    f = built_by_exec("<stdin>")
    refused(f, 2.0, error=srcad.SourceNotFound, message_contains="prompt", placed=False)


def test_a_builtin_says_that_it_is_written_in_c():
    refused(math.nextafter, 2.0, 3.0, error=srcad.SourceNotFound, message_contains="nextafter", placed=False)


def test_a_helper_without_source_is_refused_at_its_call():
    helper = built_by_exec()

    def f(x):
        y = x * x
        return helper(y) * x

    refused(f, 2.0, error=srcad.SourceNotFound, line_contains="helper(y)")


def test_a_lambda_among_others_on_its_line_is_found_or_refused():
    fs = [lambda x: x * x, lambda x: x**3, lambda y: y + 1]
    for f, slope in zip(fs, (4.0, 12.0, 1.0), strict=True):
        try:
            assert srcad.grad(f)(2.0) == pytest.approx(slope)
        except srcad.SourceNotFound as refusal:
            assert refusal.remedy


@pytest.mark.parametrize("argument", ["text", None, {1, 2}, True, 1 + 2j, object(), math.sin])
def test_an_argument_that_holds_no_float_cannot_be_differentiated(argument):
    def f(x):
        return 1.0

    with pytest.raises(srcad.SrcadError) as caught:
        srcad.grad(f)(argument)
    assert caught.value.remedy


def test_every_error_is_a_srcad_error_and_says_more_than_its_name():
    for f in (has_no_rule, writes_a_global, built_by_exec()):
        with pytest.raises(srcad.SrcadError) as caught:
            srcad.grad(f)(2.0)
        assert caught.value.message and len(str(caught.value)) > 20


def a_temporary_of_unknown_kind(x):
    return sum(v * x for v in {1: x, "a": "b"}.values() if v)


def an_endless_iterator(x):
    total = 0.0
    for i, v in zip(itertools.count(1), [x, x * x]):
        total += i * v
    return total


class Swallows:
    def __init__(self, k):
        self.k = k

    def __enter__(self):
        return self.k

    def __exit__(self, kind, value, trace):
        return kind is not None


def a_context_that_may_swallow(x):
    with Swallows(x) as k:
        y = k * x
    return y


class closing(Swallows):
    """It has the name of a context manager that swallows nothing."""


def a_context_of_a_known_name_that_may_swallow(x):
    with closing(x) as k:
        if k > 1:
            return k * x
    return x


def test_a_context_manager_that_may_swallow_an_exception_is_refused():
    refused(a_context_that_may_swallow, 2.0, error=srcad.UnsupportedSyntax, line_contains="with Swallows")
    refused(
        a_context_of_a_known_name_that_may_swallow, 2.0, error=srcad.UnsupportedSyntax, line_contains="with closing"
    )


def test_an_endless_iterator_is_refused():
    refused(an_endless_iterator, 2.0, error=srcad.UnsupportedSyntax, message_contains="has no end")


def test_a_refusal_never_names_a_temporary():
    refusal = refused(a_temporary_of_unknown_kind, 2.0, error=srcad.KindError)
    assert not re.search(r"\bt\d+\b|%|@", refusal.message), refusal.message
