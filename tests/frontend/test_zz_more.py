"""Random nestings of loops, branches, `try`, `with`, `match` and jumps do what Python does."""

from __future__ import annotations

import contextlib
import random

import pytest

from srcad.frontend.lower import lower_source
from tests.frontend.agree import same
from tests.frontend.interpret import function_of


class Writer:
    """Writes a function `f(bits, log)` whose conditions are taken from `bits` and whose steps are noted in `log`."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.steps = 0
        self.names = 0

    def function(self) -> str:
        body = self.block(1, False, False, 3)
        return "\n".join(["def f(bits, log):", "    x = 0", *body, "    log.append(x)", "    return 'end'"]) + "\n"

    def block(self, depth: int, loop: bool, final: bool, budget: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.random.randint(1, 3)):
            lines += self.statement(depth, loop, final, budget)
        return lines

    def statement(self, depth: int, loop: bool, final: bool, budget: int) -> list[str]:
        pad = "    " * depth
        self.steps += 1
        kinds = ["note", "note", "jump", "call"]
        if budget > 0:
            kinds += ["if", "if", "for", "while", "try", "finally", "with", "match"]
        kind = self.random.choice(kinds)

        def inside(in_loop: bool = loop, in_final: bool = final) -> list[str]:
            return self.block(depth + 1, in_loop, in_final, budget - 1)

        def maybe(head: str, in_loop: bool = loop) -> list[str]:
            return [pad + head, *inside(in_loop)] if self.random.random() < 0.4 else []

        match kind:
            case "note":
                return [f"{pad}log.append({self.steps})", f"{pad}x += {self.steps}"]
            case "call":
                return [f"{pad}x = may_fail(bits, x)"]
            case "jump":
                jumps = [f"return x + {self.steps}", "raise KeyError(x)"]
                jumps += ["break", "continue"] * 2 if loop else []
                if final:
                    return [f"{pad}pass"]
                return [f"{pad}if bits.pop():", f"{pad}    {self.random.choice(jumps)}"]
            case "if":
                return [f"{pad}if bits.pop():", *inside(), *maybe("elif bits.pop() and x > 3:"), *maybe("else:")]
            case "for":
                self.names += 1
                over = self.random.choice(["range(3)", "[1, 2]", "zip([1, 2], 'ab')"])
                return [f"{pad}for v{self.names} in {over}:", *inside(not final or True, final), *maybe("else:")]
            case "while":
                test = self.random.choice(["x % 7 < 4", "bits.pop()", "True"])
                stop = [f"{pad}    x += 1", f"{pad}    if len(log) > 60:", f"{pad}        break"]
                return [f"{pad}while {test}:", f"{pad}    log.append('while')", *stop, *inside(True), *maybe("else:")]
            case "try":
                name = f"{pad}except (ValueError, KeyError) as e:"
                more = [f"{pad}    log.append(str(e))"]
                again = [f"{pad}    if bits.pop():", f"{pad}        raise"] if self.random.random() < 0.3 else []
                last = maybe("else:")
                done = [f"{pad}finally:", *self.block(depth + 1, False, True, 0)] if self.random.random() < 0.3 else []
                return [f"{pad}try:", *inside(), name, *more, *again, *inside(), *last, *done]
            case "finally":
                return [f"{pad}try:", *inside(), f"{pad}finally:", *self.block(depth + 1, False, True, 0)]
            case "with":
                what = self.random.choice(["suppress(ValueError)", "nullcontext()"])
                return [f"{pad}with {what}:", *inside()]
            case _:
                cases = [f"{pad}    case {pattern}:" for pattern in ("0 | 1", "int(k) if bits.pop()", "_")]
                lines = [f"{pad}match x % 4:"]
                for case in cases[: self.random.randint(1, 3)]:
                    lines += [case, *self.block(depth + 2, loop, final, budget - 1)]
                return lines


def may_fail(bits: list[bool], x: int) -> int:
    if bits.pop() and bits.pop():
        raise ValueError(x)
    return x + 1


NAMES = {"may_fail": may_fail, "suppress": contextlib.suppress, "nullcontext": contextlib.nullcontext}


def outcome(function, bits):
    bits, log = list(bits), []
    try:
        value, error = function(bits, log), None
    except (ValueError, KeyError, IndexError) as raised:
        value, error = None, (type(raised), str(raised))
    return [value, error, log, len(bits)]


@pytest.mark.parametrize("seed", range(1000, 4000))
def test_random_programs(seed: int) -> None:
    text = Writer(seed).function()
    names = dict(NAMES)
    lowered = function_of(lower_source(text, "f", names, f"<random program {seed}>"))
    choices = random.Random(seed)
    for density in (0.1, 0.3, 0.5, 0.8):
        bits = [choices.random() < density for _ in range(300)]
        expected, got = outcome(names["f"], bits), outcome(lowered, bits)
        assert same(expected, got), f"{text}\nexpected {expected}\ngot      {got}"
