"""Money is counted in whole numbers."""

import ast
import re

import pytest
from tests.tidy.source import Module, modules, planted

COUNTS_MONEY = (
    "domain/money.py",
    "domain/purse.py",
    "domain/caller.py",
    "domain/request.py",
    "ports/store.py",
    "storage/",
)
SECONDS = re.compile(r"_s$", re.IGNORECASE)
"""Names that are no money: units stand last in a name."""


def floats(module: Module) -> list[str]:
    """Every float that the module names, writes, or makes by dividing."""
    statements = [node for node in ast.walk(module.tree) if isinstance(node, ast.stmt | ast.arg)]
    counted = [one for one in statements if not any(SECONDS.search(name) for name in _names(one))]
    parts = [part for one in counted for part in ast.iter_child_nodes(one) if isinstance(part, ast.expr)]
    found = [node for part in parts for node in ast.walk(part) if isinstance(node, ast.expr)]
    return [f"line {node.lineno}: {ast.unparse(node)}" for node in found if _is_float(node)]


def _names(statement: ast.stmt | ast.arg) -> list[str]:
    if isinstance(statement, ast.arg):
        return [statement.arg]
    if isinstance(statement, ast.AnnAssign):
        return [ast.unparse(statement.target)]
    if isinstance(statement, ast.Assign):
        return [ast.unparse(target) for target in statement.targets]
    return []


def _is_float(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    if isinstance(node, ast.Name):
        return node.id in {"float", "Decimal", "Fraction"}
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _joins_paths(node)


def _joins_paths(node: ast.BinOp) -> bool:
    """Whether the slash is a path's: its right side is text, or a name of one."""
    right = node.right
    return isinstance(right, ast.JoinedStr) or ast.unparse(right) in {"name", "engine", "'sql'", "'schema'"}


@pytest.mark.parametrize(
    "module", [module for module in modules() if module.name.startswith(COUNTS_MONEY)], ids=lambda m: m.name
)
def test_money_is_never_a_float(module: Module) -> None:
    """Not as a type, not as a number, not as the result of a division."""
    assert floats(module) == []


@pytest.mark.parametrize(
    "text",
    [
        "price = 1.5",
        "def pay(price: float): ...",
        "share = whole / 2",
        "from decimal import Decimal\nDecimal(1)",
    ],
)
def test_the_rule_bites(text: str) -> None:
    """On a number, a type and a division."""
    assert floats(planted(text)) != []
