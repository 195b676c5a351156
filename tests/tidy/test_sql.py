"""All SQL stands in .sql files, each query has its caller, and no text is ever built into one."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.imported import Imported
from tests.tidy.source import PACKAGE, Module, modules

from slovomat.storage.audit import invariants
from slovomat.storage.queries import load_queries

STATEMENT = re.compile(
    r"^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|MERGE|CREATE|DROP|ALTER|WITH|PRAGMA|VACUUM|ATTACH|BEGIN|COMMIT"
    r"|ROLLBACK|SAVEPOINT|RELEASE)\b"
)
CONTROL = re.compile(
    r"^(BEGIN( IMMEDIATE)?|COMMIT|ROLLBACK( TO one)?|SAVEPOINT one|RELEASE one|PRAGMA [\w() =]+)$"
)
MIGRATIONS = re.compile(r"\bmigrations\b|\bsqlite_master\b")
"""The table of migrations is there before any file of queries is."""
ENGINES = ("storage/sqlite", "storage/postgres", "simulation/database.py")
MAKES_BATCHES = "storage/statements.py"
"""It knows the words of SQL: see test_sql_strings."""
DRIVERS = {"sqlite3", "asyncpg"}


def sql_of(module: Module) -> list[str]:
    """The strings that are statements of SQL."""
    return [str(node.value) for node in module.strings() if STATEMENT.match(str(node.value))]


def calls(module: Module, *names: str) -> Iterator[ast.Call]:
    """The calls of methods of these names."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield node


def test_sql_stands_in_its_own_files() -> None:
    """Outside them there is transaction control, PRAGMA, and the table of migrations, in the engine alone."""
    strays = [
        (module.name, text)
        for module in modules()
        for text in sql_of(module)
        if module.name != MAKES_BATCHES
        if not (module.name.startswith(ENGINES) and (CONTROL.match(text) or MIGRATIONS.search(text)))
    ]
    assert strays == []


def test_no_sql_is_built_from_text() -> None:
    """What is executed is a constant, a named query, or a migration's own statement."""
    built = [
        f"{module.name}:{call.lineno}"
        for module in modules()
        if Imported(module.tree).modules() & DRIVERS
        for call in calls(module, "execute", "executemany", "executescript")
        if not isinstance(call.args[0], ast.Constant | ast.Subscript | ast.Name)
    ]
    assert built == []


SCHEMA_WORDS = {
    "@identity@",
    "@account_identity@",
    "@generation@",
    "@by_account@",
    "@in_buckets@",
    "@in_generations@",
    "@bytes@",
}


def test_queries_take_values_by_name_alone() -> None:
    """No place in a .sql file is filled in by formatting; the schema's own words are the engines' types."""
    for file in (PACKAGE / "storage").rglob("*.sql"):
        text = file.read_text("utf-8")
        assert not re.search(r"[{}%]|\$\d|\?", text), file.name
        assert set(re.findall(r"@\w+@", text)) <= SCHEMA_WORDS, file.name


def test_every_query_is_called_and_every_call_has_its_query() -> None:
    """By its literal name; the audit calls its own by their prefix."""
    named = {
        str(call.args[0].value)
        for module in modules()
        if module.name.startswith("storage/")
        for call in calls(module, "rows", "run", "rows_each", "run_each")
        if isinstance(call.args[0], ast.Constant)
    }
    chosen = {"job_complete", "job_fail"}
    queries = set(load_queries())
    assert named - queries == set()
    assert queries - named - chosen - {f"audit_{name}" for name in invariants()} == set()


def test_every_query_gets_the_values_that_it_names() -> None:
    """No more and no fewer, wherever the call has a literal name."""
    queries = load_queries()
    wrong = []
    for module in modules():
        if not module.name.startswith("storage/"):
            continue
        for call in calls(module, "rows", "run"):
            name = call.args[0]
            if isinstance(name, ast.Constant) and all(keyword.arg for keyword in call.keywords):
                wants = set(re.findall(r":(\w+)", queries[str(name.value)]))
                gives = {keyword.arg for keyword in call.keywords}
                if wants != gives:
                    wrong.append((module.name, name.value, wants ^ gives))
    assert wrong == []
