"""No work runs on by itself: each task is its group's, each thread's result is waited for."""

import ast
import re

import pytest
from tests.tidy.source import Module, modules, planted

GROUPS = re.compile(r"(\w+\.)*_?(tasks|group|task_group)")
"""How the variables are called that hold a task group."""
ALONE = {"ensure_future", "run_coroutine_threadsafe"}
RESULTS = {"run_in_executor", "to_thread", "shield", "wait_for", "gather", "submit"}
REASONS = {
    "storage/postgres.py": "the engine's close waits for its tasks, and no caller's end stops them",
    "upstreams/tasked.py": "a call's task ends with its call, and hears of it when the call is abandoned",
    "simulation/": "its loop is where tasks begin",
}
"""Whose tasks are their own affair, and why."""


def abandoned(module: Module) -> list[str]:
    """Tasks outside a group, and results that nobody takes."""
    found = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and _begins_alone(node)]
    found += [
        node.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _name(node.value) in RESULTS
    ]
    return [f"line {node.lineno}: {ast.unparse(node.func)}" for node in found]


def _begins_alone(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "create_task":
        return not GROUPS.fullmatch(ast.unparse(call.func.value))
    return _name(call) in ALONE | {"create_task"}


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def test_every_task_has_its_group() -> None:
    """But for those that have a reason."""
    found = {module.name: where for module in modules() if (where := abandoned(module))}
    excused = tuple(REASONS)
    assert {name: where for name, where in found.items() if not name.startswith(excused)} == {}


@pytest.mark.parametrize(
    "text",
    [
        "asyncio.create_task(work())",
        "from asyncio import create_task\ncreate_task(work())",
        "loop.create_task(work())",
        "asyncio.get_running_loop().create_task(work())",
        "asyncio.ensure_future(work())",
        "asyncio.run_coroutine_threadsafe(work(), loop)",
        "loop.run_in_executor(None, work)",
        "asyncio.shield(work())",
    ],
)
def test_the_rule_bites(text: str) -> None:
    """On each way to lose sight of work."""
    assert abandoned(planted(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "tasks.create_task(work())",
        "self._group.create_task(work())",
        "await asyncio.to_thread(work)",
        "done = loop.run_in_executor(None, work)",
    ],
)
def test_the_rule_leaves_kept_work_alone(text: str) -> None:
    """In a group, awaited, or kept."""
    assert abandoned(planted(text)) == []
