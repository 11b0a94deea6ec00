"""Says which public docstrings break the rules of CONTRIBUTING.md, and exits with 1 if any does.

``Args:`` stands where a function takes three parameters or more, and a shape wherever an array is taken or returned:
as "shape (N, 3)", "(H, W)" or in words ("a number or an array of any shape").
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_MANY = 3
_ARRAYS = re.compile(r"\b(NDArray|ArrayLike|Array|Samples|Block|Image)\b")
_SHAPE = re.compile(r"\bshape|\([A-Z0-9][\w ]*(, ?[\w. +²()]+)+,?\)|\([A-Z],\)|scalar")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def faults(path: Path) -> Iterator[str]:
    """Each broken rule of a module, with its line."""
    tree = ast.parse(path.read_text("utf-8"))
    for function, is_route, holder in _public(tree):
        doc = ast.get_docstring(function) or ""
        if doc.startswith("See :"):
            # Another implementation of the same function, documented there.
            continue
        asked = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        asked = [name for name in asked if name.arg not in ("self", "cls")]
        place = f"{path.relative_to(ROOT)}:{function.lineno}: {function.name}"
        if len(asked) >= _MANY and "Args:" not in doc and not is_route:
            yield f"{place}: takes {len(asked)} parameters and lacks Args:"
        marked = " ".join(
            ast.unparse(note) for note in [*(name.annotation for name in asked), function.returns] if note
        )
        if _ARRAYS.search(marked) and not _SHAPE.search(doc + holder):
            yield f"{place}: takes or returns an array and says no shape"


def _public(tree: ast.Module) -> Iterator[tuple[Function, bool, str]]:
    """Functions and methods that others call, whether a framework reads their parameters, and their class's words."""
    for node in tree.body:
        if isinstance(node, Function) and not node.name.startswith("_") and not _is_overload(node):
            yield node, any("router" in ast.unparse(mark) for mark in node.decorator_list) or _is_command(node), ""
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            words = ast.get_docstring(node) or ""
            for inner in node.body:
                if isinstance(inner, Function) and not inner.name.startswith("_") and ast.get_docstring(inner):
                    yield inner, False, words


def _is_overload(function: Function) -> bool:
    """Whether this only narrows the types of the function below, which is documented there."""
    return any(ast.unparse(mark) == "overload" for mark in function.decorator_list)


def _is_command(function: Function) -> bool:
    """Whether the command line reads the parameters, each with a help text of its own."""
    return any("typer." in ast.unparse(name.annotation) for name in function.args.args if name.annotation)


def main() -> int:
    """Print what is wrong; returns the exit status."""
    modules = sorted(path for room in ("protocol", "binaural", "server") for path in (ROOT / room).rglob("*.py"))
    found = [fault for path in modules for fault in faults(path)]
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
