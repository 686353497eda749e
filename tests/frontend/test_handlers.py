"""`try`, `with` and what leaves them."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from srcad.core.nodes import Handler, Try, walk
from srcad.errors import UnsupportedSyntax
from srcad.frontend.lower import lower
from tests.frontend.agree import agree


def fail(x, kind=ValueError):
    if x < 0:
        raise kind(x)
    return x


@contextlib.contextmanager
def noted(log, name):
    log.append(("enter", name))
    try:
        yield name
    finally:
        log.append(("exit", name))


def test_except_with_else_and_finally():
    def f(x, log):
        try:
            y = fail(x)
            y = y + fail(x - 1, KeyError)
        except ValueError as e:
            log.append(("value", str(e)))
            y = -1
        except (KeyError, TypeError):
            log.append("key")
            y = -2
        else:
            log.append("else")
        finally:
            log.append("finally")
        return y

    program = agree(f, (2, []), (0.5, []), (-1, []))
    handlers: list[Handler] = [h for s in walk(program.body) if isinstance(s, Try) for h in s.handlers]
    assert len(handlers) == 2


def test_an_exception_that_no_handler_takes():
    def f(x, log):
        try:
            return fail(x, KeyError)
        except ValueError:
            return "value"
        finally:
            log.append("finally")

    agree(f, (1, []), (-1, []))


def test_raising_again_and_raising_from():
    def f(x):
        try:
            fail(x)
        except ValueError as error:
            try:
                fail(x, KeyError)
            except KeyError:
                if x == -1:
                    raise
            if x == -2:
                raise
            raise RuntimeError("from") from error
        return x

    agree(f, (1,), (-1,), (-2,), (-3,))


def test_return_in_try_with_and_without_the_rest():
    def f(x):
        try:
            return fail(x)
        except ValueError:
            pass
        return "after"

    def g(x):
        try:
            if x > 5:
                return "big"
            y = fail(x)
        except ValueError:
            if x == -1:
                return "minus one"
            y = 0
        else:
            if x == 3:
                return "three"
        y += 1
        return y

    def h(x):
        try:
            return fail(x)
        except ValueError:
            x = -x
        except KeyError:
            x = 7
        return x + 1

    agree(f, (1,), (-1,))
    agree(g, (6,), (-1,), (-2,), (3,), (4,))
    agree(h, (1,), (-5,))


def test_jumps_out_of_try_in_loops():
    def f(xs):
        out = []
        for x in xs:
            try:
                if x == 0:
                    continue
                if x == 9:
                    break
                out.append(fail(x))
                if x == 7:
                    return out, "seven"
            except ValueError:
                if x == -5:
                    return out, "minus five"
                if x == -6:
                    break
                out.append("caught")
                continue
            finally:
                out.append("finally")
            out.append("end")
        else:
            out.append("else")
        return out

    agree(f, ([1, 0, -1, 2],), ([1, 9, 3],), ([1, 7, 3],), ([-5],), ([-6, 1],), ([],))


def test_return_in_try_finally_inside_of_loops():
    def f(n, log):
        for i in range(n):
            while True:
                try:
                    log.append(i)
                    if i == 2:
                        return "returned", log
                    break
                finally:
                    log.append("finally")
        return "done"

    agree(f, (2, []), (5, []))


def test_a_value_assigned_before_the_exception_is_kept():
    def f(x):
        a, b = 0, 0
        ys = []
        try:
            a, b = 1, fail(x)
            ys = [fail(v) for v in (1, x)]
            a = 5 if fail(x) else 6
        except ValueError:
            return a, b, ys
        return "fine", a, b, ys

    agree(f, (1,), (-1,))


def test_bare_except_and_nested_try():
    def f(x):
        try:
            try:
                fail(x)
            except KeyError:
                return "not here"
            finally:
                x += 1
        except:  # noqa: E722
            return "outer", x
        return x

    agree(f, (1,), (-3,))


def test_the_name_of_a_handler_may_be_reused():
    def f(x):
        e = 1
        try:
            fail(x)
        except ValueError as err:
            e = err.args
        return e

    agree(f, (1,), (-1,))


def test_with_statements():
    def f(x, log):
        with noted(log, "a") as a, noted(log, "b"):
            log.append(a)
            if x > 0:
                return "inside", x
            x -= 1
        with noted(log, "c") as (log[0]):
            pass
        for i in range(3):
            with np.errstate(all="ignore"):
                if i == 1:
                    continue
                if x < -3:
                    break
                x = x - i
        with np.errstate(divide="ignore"):
            return float(np.float64(1.0) / x), log

    agree(f, (1, []), (0, []), (-3, []))


def test_a_context_manager_that_swallows_the_exception():
    def f(x):
        with contextlib.suppress(ValueError):
            return fail(x)
        return "swallowed"

    agree(f, (1,), (-1,))


@pytest.mark.parametrize("jump", ["return 1", "break", "continue"])
def test_a_jump_out_of_finally_is_refused(jump):
    from srcad.frontend.lower import lower_source

    text = f"def f(x):\n    for i in x:\n        try:\n            pass\n        finally:\n            {jump}\n"
    with pytest.raises(UnsupportedSyntax, match="finally") as refused:
        lower_source(text, "f", {}, f"<finally {jump}>")
    assert refused.value.place.text.strip() == jump


def test_exception_groups_are_refused():
    def f(x):
        try:
            return x
        except* ValueError:
            x = 1

    with pytest.raises(UnsupportedSyntax, match="TryStar"):
        lower(f)


def test_an_exception_type_that_does_not_exist_is_refused():
    def f(x):
        try:
            return x
        except MissingError:  # noqa: F821
            return 0

    with pytest.raises(UnsupportedSyntax, match="MissingError"):
        lower(f)


def test_a_return_that_an_exception_from_finally_cuts_short():
    def f(x, log):
        for i in range(3):
            try:
                try:
                    if i == 1:
                        return "returned"
                    if i == 2:
                        break
                finally:
                    fail(x - i)
            except ValueError:
                log.append(i)
        with contextlib.suppress(ValueError):
            try:
                if x < 3:
                    return "two"
            finally:
                fail(x - 2)
        return "end", log

    agree(f, (9, []), (0, []), (1, []), (2, []), (-1, []))
