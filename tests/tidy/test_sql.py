"""All SQL stands in .sql files, each query has its caller, and no text is ever built into one."""

import ast
import importlib
import re
from collections.abc import Iterator

from tests.tidy.imported import Imported
from tests.tidy.source import PACKAGE, Module, modules

from slovomat.storage.audit import invariants
from slovomat.storage.postgres_tables import CLEARING, SEQUENCES
from slovomat.storage.queries import load_queries
from slovomat.storage.tables import TABLES

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
MADE = re.compile(r"\.text$|^_in_own_words\(script\)$")
"""A Statement's text, and a migration with its engine's types."""
PLACE = re.compile(r"(?<!:):([a-z_]+)")
OWN_VERSIONS = {
    "clock": "the database's, as nodes share it",
    "ping": "writes where no other session does",
    "buckets_of": "locks the rows that it decides on",
    "commit_marks_bury": "witnesses of commits whose answers were lost",
    "claim_turn": "one node claims at a time where accounts have a limit",
    "job_add": "due by the database's clock at the latest",
    "jobs_claim": "SKIP LOCKED",
    "history_upto": "the primary key begins with the account",
    "history_turn": "one node looks at what is new at a time",
    "generations_top": "an id is drawn before its row is committed",
    "generations_sort": "the primary key begins with the account",
}
"""The queries that PostgreSQL has in its own words, and why."""
OWN_ALONE = {
    "session",
    "plan_freely",
    "session_pid",
    "starting_lock",
    "commit_mark",
    "commit_marked",
    "node_name",
    "notify",
    "migrations_lock",
    "migrations_table",
    "migrations_applied",
    "migration_add",
}
"""What it has to be asked of, and SQLite's engine does in one process and a file."""

COPYING = "transfer"
"""The folder of what moves, backs up and restores an instance."""
CHOSEN_COPYING = {
    *(f"{way}_{table}" for table in TABLES for way in ("read", "write")),
    *(f"lock_for_{purpose}" for purpose in ("reading", "filling")),
    *CLEARING,
    *SEQUENCES,
}
"""Its queries that are called by a name out of a list."""


EACH = ("rows_each", "run_each", "add_each")
"""The ways to run a query for many items."""


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
        for call in calls(module, "execute", "executemany", "executescript", "fetch", "fetchval")
        if not isinstance(call.args[0], ast.Constant | ast.Subscript | ast.Name)
        if not MADE.search(ast.unparse(call.args[0]))
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
        for call in calls(module, "rows", "run", *EACH, "one")
        if isinstance(call.args[0], ast.Constant)
    }
    named |= {
        str(node.slice.value)
        for module in modules()
        if module.name.startswith("storage/sqlite")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    } & set(load_queries(COPYING))
    chosen = {"job_complete", "job_fail", *CHOSEN_COPYING}
    queries = set(load_queries("postgres")) | set(load_queries(COPYING))
    assert named - queries == set()
    assert queries - named - chosen - {f"audit_{name}" for name in invariants()} == set()


def test_the_engines_share_their_queries() -> None:
    """But for those that are named above; a version of one's own takes the same values."""
    shared, all_of_postgres = load_queries(), load_queries("postgres")
    own = {name for name, text in all_of_postgres.items() if shared.get(name) != text}
    assert own & shared.keys() == OWN_VERSIONS.keys()
    assert own - shared.keys() == OWN_ALONE
    for name in OWN_VERSIONS:
        assert set(PLACE.findall(shared[name])) == set(PLACE.findall(all_of_postgres[name])), name


def test_every_query_gets_the_values_that_it_names() -> None:
    """No more and no fewer, wherever the call has a literal name."""
    queries = load_queries("postgres") | load_queries(COPYING)
    wrong = []
    for module in modules():
        if not module.name.startswith("storage/"):
            continue
        for call in calls(module, "rows", "run"):
            name = call.args[0]
            if isinstance(name, ast.Constant) and all(keyword.arg for keyword in call.keywords):
                wants = set(PLACE.findall(queries[str(name.value)]))
                gives = {keyword.arg for keyword in call.keywords}
                if wants != gives:
                    wrong.append((module.name, name.value, wants ^ gives))
    assert wrong == []


def test_every_query_for_many_gets_the_values_that_it_names() -> None:
    """Each once, in an order that is said beside the call."""
    queries = load_queries("postgres")
    found = []
    for module in modules():
        for call in calls(module, *EACH):
            match call.args:
                case [ast.Constant(value=name), names, _] if module.name.startswith("storage/"):
                    found.append((str(name), sorted(names_of(module, names))))
    assert {name for name, _ in found} >= {"generation_add", "generation_close", "entry_add", "bucket_move"}
    wrong = [(name, names) for name, names in found if names != sorted(set(PLACE.findall(queries[name])))]
    assert wrong == []


def names_of(module: Module, names: ast.expr) -> list[str]:
    """What an expression of constants says in its module."""
    space = vars(importlib.import_module("slovomat." + module.name.removesuffix(".py").replace("/", ".")))
    return list(eval(ast.unparse(names), space))  # noqa: S307 - the project's own text
