"""Text of gast statements: astor's generator, with the spacing that black gives.

astor decides about parentheses by precedence; this file changes how literals, powers, slices, tuples and f-strings are
written, and marks what `layout.py` needs to break long lines: operators carry how strongly they bind, and the values
of statements stand between `OPEN` and `CLOSE`, where parentheses may be added.
"""

from __future__ import annotations

import ast
import math
from typing import Any

import gast
from astor.code_gen import SourceGenerator, set_precedence
from astor.op_util import Precedence, get_op_symbol

from srcad.backend.layout import CLOSE, OPEN, TARGETS, TARGETS_END, Docstring, Marker, Operator, Remark, Text, laid_out
from srcad.errors import BackendError

WIDTH = 88
_TERNARY, _OR, _AND, _COMPARE = 1, 2, 3, 4
_BINDING: dict[type, int] = {
    ast.BitOr: 5,
    ast.BitXor: 6,
    ast.BitAnd: 7,
    ast.LShift: 8,
    ast.RShift: 8,
    ast.Add: 9,
    ast.Sub: 9,
    ast.Mult: 10,
    ast.Div: 10,
    ast.FloorDiv: 10,
    ast.Mod: 10,
    ast.MatMult: 10,
    ast.Pow: 11,
}


def text_of(nodes: list[Any], width: int = WIDTH) -> str:
    """The source text of gast statements, ending in a newline."""
    module = gast.gast_to_ast(gast.Module(body=nodes, type_ignores=[]))
    printer = Printer()
    printer.visit(module)
    lines: list[str] = []
    for indent, pieces in _logical_lines(printer.result):
        lines.extend(laid_out(pieces, indent, width))
    return "\n".join(lines) + "\n"


def _logical_lines(result: list[str]) -> list[tuple[int, list[str]]]:
    """The pieces that astor wrote, by logical line with its indentation."""
    lines: list[tuple[int, list[str]]] = []
    fresh = True
    for piece in result:
        if piece and not piece.strip("\n") and not isinstance(piece, (Text, Docstring)):
            fresh = True
            if len(piece) > 1 and lines:
                lines.append((0, [""]))
        elif fresh and not piece.strip(" ") and not isinstance(piece, Marker):
            lines.append((len(piece), []))
            fresh = False
        else:
            if fresh:
                lines.append((0, []))
                fresh = False
            if piece or isinstance(piece, Marker):
                lines[-1][1].append(piece)
    return [(indent, pieces) for indent, pieces in lines if pieces]


class Printer(SourceGenerator):  # type: ignore[misc]
    """Writes one module into `result`, piece by piece."""

    def __init__(self) -> None:
        super().__init__("    ")

    def _value(self, node: Any) -> None:
        """A value that may be put between parentheses to break it."""
        self.result.append(OPEN)
        self.visit(node)
        self.result.append(CLOSE)

    # ------------------------------------------------------------ statements

    def visit_Assign(self, node: Any) -> None:
        set_precedence(node, node.value, *node.targets)
        self.newline(node)
        for target in node.targets:
            several = isinstance(target, ast.Tuple) and len(target.elts) > 1 and len(node.targets) == 1
            if several:
                self.write("")  # starts the line
                self.result.append(TARGETS)
            self.write(target)
            if several:
                self.result.append(TARGETS_END)
            self.write(" = ")
        if isinstance(node.value, ast.Tuple) and not isinstance(node.targets[0], ast.Tuple):
            set_precedence(Precedence.highest, node.value)
        self._value(node.value)

    def visit_AugAssign(self, node: Any) -> None:
        set_precedence(node, node.value, node.target)
        self.statement(node, node.target, get_op_symbol(node.op, " %s= "))
        self._value(node.value)

    def visit_Return(self, node: Any) -> None:
        self.statement(node, "return")
        if node.value is not None:
            set_precedence(node, node.value)
            self.write(" ")
            self._value(node.value)

    def visit_Expr(self, node: Any) -> None:
        if isinstance(node.value, ast.Name) and node.value.id.startswith("#"):
            self.statement(node, Remark(node.value.id))
            return
        set_precedence(node, node.value)
        self.statement(node, "")
        self.visit(node.value)

    def visit_If(self, node: Any) -> None:
        word = "if "
        while True:
            set_precedence(node, node.test)
            self.statement(node, word)
            self._value(node.test)
            self.write(":")
            self.body(node.body)
            if not (len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)):
                break
            node, word = node.orelse[0], "elif "
        self.else_body(node.orelse)

    def visit_For(self, node: Any, is_async: bool = False) -> None:
        set_precedence(node, node.target, node.iter)
        self.statement(node, "for ", node.target, " in ")
        self._value(node.iter)
        self.write(":")
        self.body_or_else(node)

    def visit_While(self, node: Any) -> None:
        set_precedence(node, node.test)
        self.statement(node, "while ")
        self._value(node.test)
        self.write(":")
        self.body_or_else(node)

    def visit_FunctionDef(self, node: Any, is_async: bool = False) -> None:
        self.statement(node, f"def {node.name}", "(")
        self.visit_arguments(node.args)
        self.write(")", ":")
        body = list(node.body)
        self.indentation += 1
        first = body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            self.statement(first, Docstring(first.value.value))
            body = body[1:]
        self.write(*body)
        self.indentation -= 1
        if self.indentation:
            self.newline(extra=1)  # a nested function is followed by a blank line

    def visit_arguments(self, node: Any) -> None:
        written: list[str] = []

        def parameter(prefix: str, arg: Any = None, default: Any = None) -> None:
            self.write(", " if written else "", prefix)
            written.append(prefix)
            if arg is not None:
                self.write(arg)
            if default is not None:
                set_precedence(Precedence.Comma, default)
                self.write("=", default)

        positional = node.posonlyargs + node.args
        defaults = [None] * (len(positional) - len(node.defaults)) + node.defaults
        for position, (arg, default) in enumerate(zip(positional, defaults, strict=True)):
            parameter("", arg, default)
            if position + 1 == len(node.posonlyargs):
                parameter("/")
        if node.vararg is not None:
            parameter("*", node.vararg)
        elif node.kwonlyargs:
            parameter("*")
        for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            parameter("", arg, default)
        if node.kwarg is not None:
            parameter("**", node.kwarg)

    # ------------------------------------------------------------ operators

    def visit_BinOp(self, node: Any) -> None:
        op, left, right = node.op, node.left, node.right
        symbol = get_op_symbol(op, " %s ")
        with self.delimit(node, op) as delimiters:
            p = delimiters.p
            power = isinstance(op, ast.Pow)
            set_precedence(Precedence.Pow + 1 if power else p, left)
            set_precedence(Precedence.PowRHS if power else p + 1, right)
            if power and not isinstance(left, ast.UnaryOp) and _is_simple(left) and _is_simple(right):
                self.write(left, "**", right)
            else:
                self.write(left, Operator(symbol, _BINDING[type(op)]), right)

    def visit_UnaryOp(self, node: Any) -> None:
        with self.delimit(node, node.op) as delimiters:
            powered = isinstance(node.operand, ast.BinOp) and isinstance(node.operand.op, ast.Pow)
            set_precedence(Precedence.highest if powered else delimiters.p, node.operand)
            symbol = get_op_symbol(node.op)
            self.write(symbol, " " if symbol.isalpha() else "", node.operand)

    def visit_BoolOp(self, node: Any) -> None:
        binding = _OR if isinstance(node.op, ast.Or) else _AND
        with self.delimit(node, node.op) as delimiters:
            set_precedence(delimiters.p + 1, *node.values)
            for position, value in enumerate(node.values):
                if position:
                    self.write(Operator(get_op_symbol(node.op, " %s "), binding))
                self.write(value)

    def visit_Compare(self, node: Any) -> None:
        with self.delimit(node, node.ops[0]) as delimiters:
            set_precedence(delimiters.p + 1, node.left, *node.comparators)
            self.visit(node.left)
            for op, right in zip(node.ops, node.comparators, strict=True):
                self.write(Operator(get_op_symbol(op, " %s "), _COMPARE), right)

    def visit_IfExp(self, node: Any) -> None:
        with self.delimit(node) as delimiters:
            set_precedence(delimiters.p + 1, node.body, node.test)
            set_precedence(delimiters.p, node.orelse)
            self.write(node.body, Operator(" if ", _TERNARY), node.test, Operator(" else ", _TERNARY), node.orelse)

    # ------------------------------------------------------------ places

    def visit_Attribute(self, node: Any) -> None:
        number = isinstance(node.value, ast.Constant) and isinstance(node.value.value, (int, float, complex))
        if number and not isinstance(node.value.value, bool):
            self.write("(", node.value, ")", ".", node.attr)
        else:
            self.write(node.value, ".", node.attr)

    def visit_Subscript(self, node: Any) -> None:
        self.write(node.value, "[")
        index = node.slice
        if isinstance(index, ast.Tuple) and _needs_no_parentheses(index):
            self.comma_list(index.elts, len(index.elts) == 1)
        else:
            set_precedence(Precedence.highest if isinstance(index, ast.Tuple) else Precedence.Comma, index)
            self.visit(index)
        self.write("]")

    def visit_Slice(self, node: Any) -> None:
        bounds = [node.lower, node.upper, node.step]
        set_precedence(Precedence.Comma, *bounds)
        space = "" if all(bound is None or _is_trivial(bound) for bound in bounds) else " "
        if node.lower is not None:
            self.write(node.lower, space)
        self.write(":")
        if node.upper is not None:
            self.write(space, node.upper)
        if node.step is not None:
            self.write(space if node.upper is not None else "", ":", space, node.step)

    def visit_Tuple(self, node: Any) -> None:
        if len(node.elts) == 1:
            set_precedence(Precedence.highest, node)
        super().visit_Tuple(node)

    def visit_Dict(self, node: Any) -> None:
        set_precedence(Precedence.Comma, *[key for key in node.keys if key is not None], *node.values)
        with self.delimit("{}"):
            for position, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
                self.write(", " if position else "")
                if key is None:
                    set_precedence(Precedence.BitOr, value)
                    self.write("**", value)
                else:
                    self.write(key, ": ", value)

    def visit_Starred(self, node: Any) -> None:
        set_precedence(Precedence.BitOr, node.value)
        self.write("*", node.value)

    # ------------------------------------------------------------ literals

    def visit_Constant(self, node: Any) -> None:
        value = node.value
        if isinstance(value, (str, bytes)):
            self.write(Text(value))
        elif isinstance(value, float) and not math.isfinite(value):
            raise BackendError("a literal that is not finite has no text of its own")
        else:
            self.write("..." if value is Ellipsis else repr(value))

    def visit_JoinedStr(self, node: Any) -> None:
        self.write("".join(['f"', *map(self._field, node.values), '"']))

    def _field(self, part: Any) -> str:
        if isinstance(part, ast.Constant):
            return _inside_double_quotes(str(part.value)).replace("{", "{{").replace("}", "}}")
        inner = Printer()
        set_precedence(Precedence.Comma, part.value)
        inner.visit(part.value)
        text = "".join(str(p.in_single_quotes()) if isinstance(p, Text) else p for p in inner.result)
        text = " " + text if text.startswith("{") else text
        conversion = "" if part.conversion == -1 else "!" + chr(part.conversion)
        spec = ""
        if part.format_spec is not None:
            spec = ":" + "".join(map(self._field, part.format_spec.values))
        return "{" + text + conversion + spec + "}"


def _inside_double_quotes(value: str) -> str:
    text = repr(value)
    return text[1:-1] if text[0] == '"' else text[1:-1].replace("\\'", "'").replace('"', '\\"')


def _is_simple(node: Any) -> bool:
    """An operand that black writes close to `**`: a name, a number, a chain of attributes, `-1`."""
    match node:
        case ast.Name():
            return True
        case ast.Constant(value=value):
            return isinstance(value, (int, float, complex)) and not isinstance(value, bool)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return _is_simple(node.operand)
        case ast.Attribute(value=value):
            return isinstance(value, (ast.Name, ast.Attribute)) and _is_simple(value)
        case _:
            return False


def _is_trivial(node: Any) -> bool:
    """A bound of a slice that needs no spaces around the colon."""
    if isinstance(node, ast.UnaryOp):
        return not isinstance(node.op, ast.Not) and _is_trivial(node.operand)
    return isinstance(node, (ast.Name, ast.Constant))


def _needs_no_parentheses(index: Any) -> bool:
    if not index.elts or any(isinstance(item, ast.Starred) for item in index.elts):
        return False
    return len(index.elts) > 1 or isinstance(index.elts[0], ast.Slice)
