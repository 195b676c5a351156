"""Nothing that is named as money meets a float, in the whole program."""

import ast
import re
from collections.abc import Iterator

import pytest
from tests.tidy.source import Module, modules, planted

MONEY = re.compile(
    r"(^|_)(price|prices|amount|balance|balances|granted|available|held|spent|allowance|kopecks|refunded|charged)"
    r"(_requests|_kopecks)?$"
)
INEXACT = {"float", "round", "Decimal", "Fraction", "fsum"}


def is_money(node: ast.AST | None) -> bool:
    """Whether the last word of a name, an attribute or a key says so."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return bool(MONEY.search(name))
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return bool(MONEY.search(name))
        case ast.Call(func=function):
            return is_money(function)
        case ast.UnaryOp(operand=one):
            return is_money(one)
        case ast.BinOp(left=left, right=right):
            return is_money(left) or is_money(right)
    return False


def is_float(node: ast.AST | None) -> bool:
    """Whether it is a float's literal or type, or a quotient."""
    match node:
        case ast.Constant(value=float()) | ast.BinOp(op=ast.Div()):
            return True
        case ast.Name(id=name):
            return name in INEXACT - {"round"}
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in INEXACT
        case ast.BinOp(left=left, right=right):
            return is_float(left) or is_float(right)
    return False


def inexact(module: Module) -> list[str]:
    """Where money is divided, rounded, declared a float, set to one, or reckoned with one."""
    return [f"line {node.lineno}: {ast.unparse(node)}" for node in _meetings(module.tree)]


def _meetings(tree: ast.Module) -> Iterator[ast.expr | ast.stmt | ast.arg]:
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(left=left, op=ast.Div(), right=right) if is_money(left) or is_money(right):
                yield node
            case ast.BinOp(left=left, right=right) if is_money(node) and (is_float(left) or is_float(right)):
                yield node
            case ast.Call(args=arguments) if is_float(node) and any(map(is_money, arguments)):
                yield node
            case ast.AugAssign(target=target, op=operator, value=value) if is_money(target):
                if isinstance(operator, ast.Div) or is_float(value):
                    yield node
            case ast.AnnAssign(target=target, annotation=kind, value=value) if is_money(target):
                if is_float(kind) or is_float(value):
                    yield node
            case ast.Assign(targets=targets, value=value) if any(map(is_money, targets)) and is_float(value):
                yield node
            case ast.arg(annotation=kind) if is_money(node) and is_float(kind):
                yield node


def test_money_meets_no_float() -> None:
    """Storage is held to more: see test_whole_numbers."""
    found = {module.name: where for module in modules() if (where := inexact(module))}
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "price_requests / 2",
        "half = bucket.available / 2",
        "round(row['spent'])",
        "float(caller.balance())",
        "amount = 1.5",
        "amount_kopecks: float = 1",
        "def pay(price: float): ...",
        "total = -price * 0.5",
        "held /= 2",
        "spent += price * 1.1",
    ],
)
def test_the_rule_bites(text: str) -> None:
    """On each way in which they meet."""
    assert inexact(planted(text)) != []


@pytest.mark.parametrize("text", ["price_requests // 2", "wait_s = 0.5 * held_for_s", "amount = int(text)"])
def test_the_rule_leaves_whole_numbers_alone(text: str) -> None:
    """And what is no money."""
    assert inexact(planted(text)) == []
