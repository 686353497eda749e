"""Make a failing program short: drop and simplify parts of it while it still fails in the same way.

    shrunk(program, fails)

`fails` says whether a program fails in the way that is looked for. Each round tries every change of the syntax tree,
larger ones first: a definition, a parameter with its argument, a statement, a block in place of its statement, an
operand in place of its expression, a plain value in place of an expression. It ends when no change is left that
keeps the failure. Programs that the changes break are thrown away by the judge, so a change may be wild.
"""

from __future__ import annotations

import ast
import copy
import warnings
from collections.abc import Callable, Iterator

from tests.fuzz.judge import Program

TRIES = 3000


def shrunk(program: Program, fails: Callable[[Program], bool], tries: int = TRIES) -> Program:
    """The shortest program found that still fails."""
    best = normal(program)
    if not fails(best):
        return program
    seen = {best.text + best.arguments}
    again = True
    while again and tries > 0:
        again = False
        skip = 0
        while tries > 0:
            for at, candidate in enumerate(smaller(best)):
                if at < skip:
                    continue
                key = candidate.text + candidate.arguments
                if key in seen:
                    continue
                seen.add(key)
                tries -= 1
                if fails(candidate):
                    # What was tried before this place is tried again in the next round.
                    best, again, skip = candidate, True, at
                    break
                if tries <= 0:
                    break
            else:
                break
    return best


def normal(program: Program) -> Program:
    """The program as the tree prints it."""
    return Program(ast.unparse(ast.parse(program.text)) + "\n", program.arguments, program.seed)


def smaller(program: Program) -> Iterator[Program]:
    """Every program that one change makes out of this one."""
    tree = ast.parse(program.text)
    yield from _without_parameters(program, tree)
    yield from (Program(text, program.arguments, program.seed) for text in _edits(tree))
    for arguments in _simpler_arguments(program.arguments):
        yield Program(program.text, arguments, program.seed)


def _printed(tree: ast.Module) -> str | None:
    try:
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            compile(text, "<candidate>", "exec")
    except (SyntaxError, ValueError):
        return None
    return text


def _without_parameters(program: Program, tree: ast.Module) -> Iterator[Program]:
    arguments = ast.parse(program.arguments, mode="eval").body
    assert isinstance(arguments, ast.Tuple)
    for at in range(len(arguments.elts)):
        if len(arguments.elts) > 1:
            kept = copy.deepcopy(arguments)
            del kept.elts[at]
            copied = copy.deepcopy(tree)
            f = next(node for node in copied.body if isinstance(node, ast.FunctionDef) and node.name == "f")
            del f.args.args[at]
            if text := _printed(copied):
                yield Program(text, ast.unparse(kept), program.seed)


def _edits(tree: ast.Module) -> Iterator[str]:
    """The texts that one edit of the tree makes."""
    count = sum(1 for _ in ast.walk(tree))
    for kind in (_of_block, _of_expression):
        for at in range(count):
            for edit in range(12):
                copied = copy.deepcopy(tree)
                node = next(node for i, node in enumerate(ast.walk(copied)) if i == at)
                if not kind(node, edit):
                    break
                if text := _printed(copied):
                    yield text


def _of_block(node: ast.AST, edit: int) -> bool:
    """Drop or unwrap the statement number `edit` below a node; False: there is none."""
    for name in ("body", "orelse"):
        block = getattr(node, name, None)
        if not isinstance(block, list):
            continue
        if edit < 2 * len(block):
            at, unwrap = edit // 2, edit % 2
            statement = block[at]
            inner = [*getattr(statement, "body", []), *getattr(statement, "orelse", [])] if unwrap else []
            block[at : at + 1] = [] if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) else inner
            if not block and name == "body":
                block.append(ast.Pass())
            return True
        edit -= 2 * len(block)
    return False


def _of_expression(node: ast.AST, edit: int) -> bool:
    """Put something simpler in the place of the expression number `edit` that a node holds; False: there is none."""
    places = [
        (name, at, item)
        for name, value in ast.iter_fields(node)
        for at, item in enumerate(value if isinstance(value, list) else [value])
        if isinstance(item, ast.expr) and not isinstance(item, ast.Constant)
    ]
    for name, at, item in places:
        options = [child for child in ast.iter_child_nodes(item) if isinstance(child, ast.expr)]
        if isinstance(item, ast.Call) and item.args:
            options = list(item.args)
        if isinstance(getattr(item, "ctx", ast.Load()), ast.Load) and not isinstance(item, ast.Slice):
            options += [ast.Constant(1.0)] if not isinstance(item, ast.Name) else []
        else:
            options = [child for child in options if hasattr(child, "ctx") and not isinstance(item, ast.Attribute)]
            for child in options:
                child.ctx = ast.Store()  # type: ignore[attr-defined]
        if edit < len(options):
            value = getattr(node, name)
            if isinstance(value, list):
                value[at] = options[edit]
            else:
                setattr(node, name, options[edit])
            return True
        edit -= len(options)
    return False


def _simpler_arguments(arguments: str) -> Iterator[str]:
    """A number in place of an argument, and rounder numbers."""
    tree = ast.parse(arguments, mode="eval")
    assert isinstance(tree.body, ast.Tuple)
    for at, whole in enumerate(tree.body.elts):
        if not isinstance(whole, (ast.Constant, ast.UnaryOp)):
            tree.body.elts[at] = ast.Constant(1.5)
            yield ast.unparse(tree)
            tree.body.elts[at] = whole
    numbers = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    for node in numbers:
        before = node.value
        for value in (1.0, 2.0, 0.5, round(before, 1)):
            if before not in (1.0, 2.0, 0.5, value):
                node.value = value
                yield ast.unparse(tree)
        node.value = before
