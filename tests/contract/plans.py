"""How the engines would run the named queries: what a plan reads whole that it should look up."""

import ast
import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import asyncpg
from tests.tidy.source import modules

from slovomat.storage.postgres_tx import Statements
from slovomat.storage.queries import load_queries
from slovomat.storage.statements import Statement

GROWING = {
    *("accounts", "api_keys", "key_usage", "buckets", "generations", "entries", "jobs", "idempotency"),
    *("orders", "payments", "sales", "plan_periods", "refunds", "debts", "debt_entries", "codes"),
    "closing_receipts",
    *("sign_ins", "sessions", "mailed_tokens", "recovery_codes", "wrong_codes", "identities"),
}
"""The tables that grow with customers and their calls; the others fit on a screen."""
HISTORY = {"generations", "entries", "jobs", "idempotency"}
"""Those of which one account may have any number of rows: to look up an account's is to read too many."""
SMALL_INDEXES = {
    *("jobs_queued", "jobs_queued_by_age", "jobs_running", "generations_owned"),
    *("debts_open", "people_with_a_role", "closing_receipts_asked"),
}
"""Indexes over what is under way, which may be read from end to end."""
COLD = {
    "accounts_all": "a page of a list, in the order of the key",
    "entries_of_account": "an account's movements, from the newest back",
    "jobs_list": "a list for the operator",
    "accounts_made": "a month of new accounts, for the operator",
    "accounts_top": "a week of generations from the first of them on, for the operator",
    "generations_top": "the end of the key",
    "low_on_balance": "a page of those who want to be told, in the order of the key",
    "payments_list": "a page of a list for the operator",
    "codes_of_batch": "all of a batch",
    "batches_all": "a page of a list, with what became of each",
    "leave_answers": "all of an account's, once, when its owner leaves",
    "payments_open": "three figures of the operator's first page, kept for seconds",
    "keys_shown": "the operator looks for a key by its first letters",
}
"""Queries that may read a growing table, and why; the audit's may too."""
_FILL = """
INSERT INTO plans (id, name, daily_requests, dialects, api_allowance) VALUES (1, 'plan', 10, '', 1);
INSERT INTO accounts (id, email, plan_id, created_at_ms)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    SELECT i, 'a' || i, 1, 0 FROM n;
INSERT INTO buckets (id, account_id, day, title, granted, available, created_at_ms)
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
    SELECT i + 1, i % 2000 + 1, CASE WHEN i >= 2000 THEN 'day ' || (i / 2000) END, '', 9, 9, 0 FROM n;
INSERT INTO generations (id, account_id, key_id, key_counted, dialect, day, price_requests, balance_after,
        state, owner, created_at_ms, expires_at_ms)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    SELECT i, i % 2000 + 1, i % 2000 + 1, 0, '', '', 2, 0, CASE WHEN i > 19800 THEN 'held' ELSE 'settled' END,
        CASE WHEN i % 2 = 0 THEN 'node' ELSE '' END, i, i FROM n;
INSERT INTO entries (id, account_id, bucket_id, generation_id, kind, granted_change, available_change,
        held_change, spent_change, at_ms)
    SELECT 2 * id, account_id, account_id, id, 'hold', 0, -2, 2, 0, id FROM generations
    UNION ALL SELECT 2 * id + 1, account_id, account_id, id, 'settle', 0, 0, -2, 2, id FROM generations;
INSERT INTO jobs (id, account_id, state, text, run_after_ms, created_at_ms, finished_at_ms, lease_until_ms)
    SELECT id, account_id,
        CASE WHEN id > 19900 THEN 'queued' WHEN id > 19850 THEN 'running' ELSE 'completed' END,
        '', id, id, CASE WHEN id <= 19850 THEN id END, id FROM generations WHERE owner = '';
INSERT INTO plan_versions (id, plan_id, daily_requests, dialects, api_allowance, price_kopecks, period_days)
    VALUES (1, 1, 10, '', 1, 0, 30);
INSERT INTO orders (id, account_id, state, title, amount_kopecks, currency, requests, created_at_ms)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
    SELECT i, i % 2000 + 1, 'paid', '', 9, 'RUB', 9, 0 FROM n;
INSERT INTO payments (id, order_id, account_id, provider, provider_id, reference, once, shop, test,
        amount_kopecks, currency, state, created_at_ms, check_after_ms)
    SELECT id, id, account_id, 'p', 'p' || id, 'k' || id, '', '', 0, 9, 'RUB', 'paid', 0,
        CASE WHEN id > 3900 THEN id END FROM orders;
INSERT INTO plan_periods (id, account_id, plan_id, version_id, state, starts_at_ms, ends_at_ms, worth_kopecks,
        created_at_ms)
    SELECT id, account_id, 1, 1, CASE WHEN id <= 2000 THEN 'open' ELSE 'ended' END, 0, id, 0, 0 FROM orders;
INSERT INTO sales (order_id, payment_id, account_id, bucket_id, sold_at_ms)
    SELECT id, id, account_id, account_id, 0 FROM orders;
INSERT INTO refunds (id, payment_id, account_id, once, amount_kopecks, reason, made_by, state, created_at_ms)
    SELECT id, id, account_id, 'k' || id, 9, '', '', 'done', 0 FROM orders;
INSERT INTO closing_receipts (payment_id, state, once, amount_kopecks, asked_at_ms, tried_at_ms)
    SELECT id, CASE WHEN id > 3990 THEN 'asked' ELSE 'done' END, '', 9, id, id FROM orders;
INSERT INTO debts (account_id, requests) SELECT id, CASE WHEN id > 1990 THEN 1 ELSE 0 END FROM accounts;
INSERT INTO debt_entries (id, account_id, change_requests, reason, at_ms)
    SELECT id, id, 0, '', 0 FROM accounts;
INSERT INTO code_batches (id, title, requests, codes, created_at_ms) VALUES (1, '', 1, 4000, 0);
INSERT INTO key_usage (key_id, day, used) SELECT id, '', 1 FROM accounts;
INSERT INTO sign_ins (account_id, role, created_at_ms)
    SELECT id, CASE WHEN id > 1990 THEN 'support' ELSE '' END, 0 FROM accounts;
INSERT INTO wrong_codes (account_id, day, known, tries) SELECT id, 7, 0, 1 FROM accounts;
INSERT INTO identities (issuer, subject, account_id, created_at_ms) SELECT 'i', email, id, 0 FROM accounts;
INSERT INTO idempotency (account_id, key, fingerprint, generation_id, created_at_ms)
    SELECT account_id, 'k' || id, '', id, id FROM generations;
"""


_CODES = [(n, 1, n.to_bytes(4)) for n in range(1, 4001)]
_ADD_CODE = "INSERT INTO codes (id, batch_id, hash) VALUES (?, ?, ?)"
_TOKENS = [(n.to_bytes(4), n, f"a{n}", n) for n in range(1, 2001)]
_ADD_TOKENS = (
    "INSERT INTO sessions (token_hash, account_id, agent, desk, created_at_ms, seen_at_ms, expires_at_ms)"
    " VALUES (?1, ?2, ?3, 'cabinet', 0, 0, ?4)",
    "INSERT INTO mailed_tokens"
    " (token_hash, purpose, account_id, email, browser_hash, language, expires_at_ms)"
    " VALUES (?1, 'reset', ?2, ?3, ?1, '', ?4)",
    "INSERT INTO recovery_codes (code_hash, account_id, used_at_ms)"
    " SELECT ?1, ?2, NULL WHERE ?3 <> '' AND ?4 > 0",
)
_KEYS = [(n, n, n.to_bytes(4), "slv", "key", 0) for n in range(1, 2001)]


def guarded(engine: str = "") -> list[str]:
    """The names of all queries that must look up what they want."""
    queries = load_queries(engine)
    names = (name for name in queries.keys() - COLD.keys() if not name.startswith("audit_"))
    return sorted(name for name in names if GROWING & set(re.findall(r"\w+", queries[name])))


def run_singly() -> set[str]:
    """The names of the queries that run for one item."""
    return _called("rows", "run")


def run_batched() -> set[str]:
    """The names of those that run for many items in one round trip."""
    return _called("rows_each", "run_each", "add_each") | {"job_complete", "job_fail"}


def _called(*ways: str) -> set[str]:
    calls = [node for module in modules() for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in ways
        if call.args and isinstance(call.args[0], ast.Constant)
    }


def fill_sqlite(connection: sqlite3.Connection) -> None:
    """Some thousands of rows a table. No statistics: nobody gathers any in SQLite."""
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.executescript(_FILL)
    connection.executemany(_ADD_CODE, _CODES)
    for statement in _ADD_TOKENS:
        connection.executemany(statement, _TOKENS)
    connection.executemany(
        "INSERT INTO api_keys (id, account_id, hash, shown, name, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)",
        _KEYS,
    )


async def fill_postgres(connection: asyncpg.Connection) -> None:
    """The same rows."""
    await connection.execute("SET session_replication_role = replica")  # no references are checked
    await connection.execute(_FILL)
    await connection.executemany("INSERT INTO codes (id, batch_id, hash) VALUES ($1, $2, $3)", _CODES)
    await connection.executemany(
        "INSERT INTO api_keys (id, account_id, hash, shown, name, created_at_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        _KEYS,
    )
    for statement in _ADD_TOKENS:
        await connection.executemany(statement.replace("?", "$"), _TOKENS)
    await connection.execute("ANALYZE")


def read_whole_by_sqlite(connection: sqlite3.Connection, query: str) -> list[str]:
    """The steps of the plan that go through a growing table or one of its large indexes."""
    text = load_queries()[query]
    values = dict.fromkeys(re.findall(r"(?<!:):([a-z_]+)", text))
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", values)]
    return [step for step in steps if _reads_too_much(step, _tables(text))]


def _reads_too_much(step: str, tables: dict[str, str]) -> bool:
    how, _, rest = step.partition(" ")
    table = tables.get(rest.split()[0], rest.split()[0])
    if how == "SEARCH":
        return table in HISTORY and rest.endswith("(account_id=?)")
    return how == "SCAN" and table in GROWING and rest.rpartition("INDEX ")[2] not in SMALL_INDEXES


def _tables(text: str) -> dict[str, str]:
    """The tables of a query by their aliases."""
    return {alias: table for table, alias in re.findall(r"(?:FROM|JOIN) (\w+) (\w)\b", text)}


async def read_whole_by_postgres(
    connection: asyncpg.Connection, statement: Statement, types: list[str], items: int, *, generic: bool
) -> list[str]:
    """The same of a PostgreSQL plan: the one kept for all values, or one made for these."""
    mode = "force_generic_plan" if generic else "force_custom_plan"
    await connection.execute(f"SET plan_cache_mode = {mode}")
    await connection.execute(f"PREPARE looked_at AS {statement.text}")
    try:
        values = [_array(kind, items) if statement.kinds else _value(kind) for kind in types]
        given = f"({', '.join(values)})" if types else ""
        told = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE looked_at{given}")
    finally:
        await connection.execute("DEALLOCATE looked_at")
    return [_said(node) for node in _nodes(json.loads(told)[0]["Plan"]) if _reads_whole(node)]


async def types_of(connection: asyncpg.Connection, statement: Statement) -> list[str]:
    """The types of a statement's values."""
    return [kind.name for kind in (await connection.prepare(statement.text)).get_parameters()]


def postgres_statements() -> Statements:
    """As the engine makes them."""
    return Statements(load_queries("postgres"))


def _value(kind: str) -> str:
    return {"text": "'k7'", "bytea": r"'\x07'"}.get(kind, "7") + f"::{kind}"


def _array(kind: str, items: int) -> str:
    if kind == "bytea[]":
        return f"array_fill({_value('bytea')}, ARRAY[{items}])"
    return f"'{{{', '.join(['7'] * items)}}}'"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _reads_whole(node: dict[str, Any]) -> bool:
    if node["Node Type"] == "Seq Scan":
        return node["Relation Name"] in GROWING
    if "Index" not in node["Node Type"] or node.get("Relation Name", "entries") not in GROWING:
        return False
    conditions = set(re.findall(r"\((\w+)\)?(?:::\w+)? [=<>]", node.get("Index Cond", "")))
    if conditions == {"account_id"}:
        return node.get("Relation Name", node["Index Name"].partition("_")[0]) in HISTORY
    return not conditions and node["Index Name"] not in SMALL_INDEXES


def _said(node: dict[str, Any]) -> str:
    return f"{node['Node Type']} {node.get('Relation Name', '')} {node.get('Index Name', '')}".strip()
