"""The program's own text, parsed once for all house rules."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "slovomat"
TESTS = ROOT / "tests"
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Module:
    """One file. `name`: its path below src/slovomat, or below the root for tests."""

    name: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """How long it is."""
        return self.text.count("\n")

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def public(self) -> Iterator[tuple[str, Definition]]:
        """Public classes and functions of the module, and public methods of such classes."""
        yield from _public(self.tree.body, "")

    def strings(self) -> Iterator[ast.Constant]:
        """Every string that is no docstring and no lone string of explanation."""
        told = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                yield node


def _public(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{prefix}{node.name}.")


@cache
def modules() -> tuple[Module, ...]:
    """The program."""
    return _read(PACKAGE, PACKAGE)


@cache
def modules_of_tests() -> tuple[Module, ...]:
    """The tests."""
    return tuple(module for module in _read(TESTS, ROOT) if Path(module.name).name.startswith("test_"))


def planted(text: str, name: str = "planted.py") -> Module:
    """A module that a rule is tried on: a rule that finds nothing anywhere may be blind."""
    text = dedent(text)
    return Module(name, text, ast.parse(text))


def _read(folder: Path, base: Path) -> tuple[Module, ...]:
    files = sorted(file for file in folder.rglob("*.py"))
    texts = ((file.relative_to(base).as_posix(), file.read_text("utf-8")) for file in files)
    return tuple(Module(name, text, ast.parse(text)) for name, text in texts)
