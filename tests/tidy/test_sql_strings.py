"""No SQL is put together from strings: values travel beside a statement, never in it."""

import ast
import re
from collections.abc import Iterator

import pytest
from tests.tidy.imported import Imported
from tests.tidy.source import PACKAGE, Module, modules, planted
from tests.tidy.test_sql import DRIVERS

VERBS = re.compile(r"execute\w*|fetch\w*|prepare|cursor|copy_from_query")
SQL = re.compile(
    r"\b(SELECT\s|INSERT\s+INTO\s|DELETE\s+FROM\s|UPDATE\s+\S+\s+SET\s|(CREATE|DROP|ALTER)\s+(TABLE|INDEX|DATABASE)\s"
    r"|(FROM|WHERE|VALUES|RETURNING|ORDER BY)\s)|\bPRAGMA\s"
)
MAKERS = {"format", "format_map", "join", "replace", "translate", "substitute", "sub"}
REASONS = {
    "storage/statements.py": "makes a named query's form for many items, of its own text alone",
}
"""Who may build one out of the project's own texts, and why."""


def is_built(node: ast.expr) -> bool:
    """Whether the text is put together at run time."""
    match node:
        case ast.JoinedStr(values=parts):
            return any(isinstance(part, ast.FormattedValue) for part in parts)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return any(
                isinstance(side, ast.Constant | ast.JoinedStr) or is_built(side) for side in (left, right)
            )
        case ast.Call(func=ast.Attribute(attr=maker)):
            return maker in MAKERS
        case ast.IfExp(body=one, orelse=other):
            return is_built(one) or is_built(other)
    return False


def text_of(node: ast.expr) -> str:
    """The literal parts of a text."""
    parts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    return " ".join(part for part in parts if isinstance(part, str))


def built(module: Module) -> list[str]:
    """Where text that reads like SQL is put together, or a driver is given text that was."""
    places = {*_like_sql(module.tree)}
    if Imported(module.tree).modules() & DRIVERS:
        places |= {*_executed(module.tree)}
    return [f"line {line}" for line in sorted(places)]


def _like_sql(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and is_built(node) and SQL.search(text_of(node)):
            yield node.lineno


def _executed(tree: ast.Module) -> Iterator[int]:
    made = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and is_built(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=verb), args=[text, *_]) if VERBS.fullmatch(verb):
                if (
                    isinstance(text, ast.BinOp)
                    or is_built(text)
                    or (isinstance(text, ast.Name) and text.id in made)
                ):
                    yield node.lineno


def test_no_sql_is_built() -> None:
    """Who does has a reason, and nobody stands in the list without need."""
    found = {module.name: where for module in modules() if (where := built(module))}
    assert {name: where for name, where in found.items() if name not in REASONS} == {}
    assert {name for name in REASONS if (PACKAGE / name).exists()} - found.keys() == set()


@pytest.mark.parametrize(
    "text",
    [
        'tx.run(f"SELECT * FROM items WHERE id = {id}")',
        'text = "DELETE FROM items WHERE id = %s" % id',
        'text = "UPDATE items SET value = " + value',
        'text = "SELECT {} FROM items".format(column)',
        'import asyncpg\nawait connection.fetchval(f"{call}()")',
        'import sqlite3\nwhole = " ".join(parts)\nconnection.execute(whole)',
        "import asyncpg\nawait connection.prepare(text % values)",
        'import asyncpg\nawait connection.execute("LISTEN " + channel)',
    ],
)
def test_the_rule_bites(text: str) -> None:
    """On each way to build one."""
    assert built(planted(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        'log(f"{count} rows where a value is from elsewhere")',
        'import sqlite3\nconnection.execute("SELECT 1")',
        "import asyncpg\nawait connection.fetch(QUERIES[name], *values)",
    ],
)
def test_the_rule_leaves_other_texts_alone(text: str) -> None:
    """Constants, named queries, and sentences."""
    assert built(planted(text)) == []
