"""Nothing swallows a cancellation, and who catches everything has a reason."""

import ast
from collections.abc import Iterator

import pytest
from tests.tidy.source import PACKAGE, Module, modules, planted

REASONS = {
    "later.py": "whatever ends a strand's coroutine goes to whoever awaits it",
    "background.py": "a loop outlives a bug in one of its steps; it is logged",
    "usecases/postman.py": "a letter's bug is logged and counts as a failed attempt",
    "worker.py": "a job's bug is logged and counts as a failed attempt",
    "web/asgi.py": "a handler's bug is logged and answered",
    "storage/sqlite.py": "a migration's fault is raised on; a rule's bug goes to its callers",
    "storage/sqlite_writer.py": "a rule's bug goes to its caller",
    "storage/postgres_lane.py": "a rule's bug goes to its caller",
    "storage/postgres_transactions.py": "whatever is raised is raised on after the rollback",
    "upstreams/response_body.py": "what came before a connection broke is read first; else it is raised on",
    "upstreams/local_engine.py": "the engine's fault is told to the parent process",
    "upstreams/http_pool.py": "who did not answer is forgotten, however the wait ended; it is raised on",
    "upstreams/limited.py": "a bug gives its place back, and goes to its caller",
    "web/direct_protocol.py": "a connection whose request nobody took is closed; it is raised on",
    "limits/valkey.py": "who is cancelled while entering has not entered; it is raised on",
    "limits/valkey_client.py": "the next host may do better; the last one's fault is raised",
    "limits/valkey_link.py": "Valkey's faults become the node's limiting alone, logged once",
    "processes.py": "a child's bug is told and becomes its exit code, and never meets the parent's stack",
    "modes/rehearsal.py": "an operator's template may raise anything; it becomes the file's fault",
    "simulation/loop.py": "what a coroutine of a crashed process says on its way out is not heard",
    "cli/command.py": "a known fault becomes an exit code and a message; others are raised on",
    "cli/checks.py": "a known fault becomes a finding of doctor; others are raised on",
    "cli/stored_checks.py": "a known fault becomes a finding of doctor; others are raised on",
    "cli/doctor.py": "a known fault becomes a finding of doctor; others are raised on",
}
"""Who may catch Exception, or BaseException to raise it on."""
HANDS_ON = "later.py"
"""A strand is no task, and so cannot be cancelled; whatever it catches reaches whoever awaits it."""
CANCELLATIONS = {
    "BaseException",
    "CancelledError",
    "asyncio.CancelledError",
    "anyio.get_cancelled_exc_class()",
}


def handlers(module: Module) -> Iterator[tuple[str, set[str], ast.ExceptHandler]]:
    """Every except clause: where, and what it catches (an empty set is everything)."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type] if node.type else []
            yield f"{module.name}:{node.lineno}", {ast.unparse(one) for one in caught}, node


def raises_on(handler: ast.ExceptHandler) -> bool:
    """Whether the clause ends by raising what it caught."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def swallowed(module: Module) -> list[str]:
    """Clauses that catch a cancellation and do not raise it on."""
    return [
        where
        for where, caught, handler in handlers(module)
        if (not caught or caught & CANCELLATIONS) and not raises_on(handler)
    ]


def suppressed(module: Module) -> list[str]:
    """The same by contextlib.suppress."""
    return [
        f"{module.name}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress")
        if {ast.unparse(one) for one in node.args} & (CANCELLATIONS | {"Exception"})
    ]


def test_no_cancellation_is_swallowed() -> None:
    """A bare except, BaseException and CancelledError are caught only to be raised on."""
    assert [one for module in modules() if module.name != HANDS_ON for one in swallowed(module)] == []


def test_no_cancellation_is_suppressed() -> None:
    """Nor by contextlib.suppress."""
    assert [one for module in modules() for one in suppressed(module)] == []


@pytest.mark.parametrize(
    "text",
    [
        "try: work()\nexcept: pass",
        "try: work()\nexcept BaseException as error: log(error)",
        "try: work()\nexcept (OSError, asyncio.CancelledError): pass",
        "try: work()\nexcept CancelledError:\n raise OtherError from None",
        "with suppress(asyncio.CancelledError): work()",
        "with contextlib.suppress(OSError, BaseException): work()",
    ],
)
def test_the_rules_bite(text: str) -> None:
    """On each way to swallow one."""
    assert swallowed(planted(text)) + suppressed(planted(text)) != []


def test_who_catches_everything_has_a_reason() -> None:
    """The list above is complete, and nobody stands in it without need."""
    catching = {
        module.name
        for module in modules()
        for _, caught, _ in handlers(module)
        if not caught or caught & {"Exception", "BaseException"}
    }
    assert catching == {name for name in REASONS if (PACKAGE / name).exists()}
