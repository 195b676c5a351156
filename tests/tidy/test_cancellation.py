"""A cancellation ends what it is meant to end: nothing turns it into an ordinary result."""

import ast
from collections.abc import Iterator

import pytest
from tests.tidy.source import Module, modules, planted
from tests.tidy.test_exceptions import CANCELLATIONS, handlers

Jump = ast.Return | ast.Break | ast.Continue
Loop = ast.For | ast.AsyncFor | ast.While
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


def jumps_out(statements: list[ast.stmt], *, in_loop: bool = False) -> Iterator[int]:
    """Where control leaves these statements otherwise than by their end or by an exception."""
    for node in statements:
        yield from _jumps(node, in_loop)


def _jumps(node: ast.AST, in_loop: bool) -> Iterator[int]:
    if isinstance(node, Scope):
        return
    if isinstance(node, ast.Return) or (isinstance(node, Jump) and not in_loop):
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _jumps(child, in_loop or isinstance(node, Loop))


def out_of_finally(module: Module) -> list[int]:
    """A return, break or continue that leaves a finally drops the exception under way."""
    blocks = [node for node in ast.walk(module.tree) if isinstance(node, ast.Try | ast.TryStar)]
    return [line for block in blocks for line in jumps_out(block.finalbody)]


def out_of_handlers(module: Module) -> list[int]:
    """The same in a clause that caught a cancellation, before its raise."""
    caught = [node for _, names, node in handlers(module) if not names or names & CANCELLATIONS]
    return [line for clause in caught for line in jumps_out(clause.body)]


def gathered(module: Module) -> list[int]:
    """gather(return_exceptions=True) hands a cancellation over as a value."""
    return [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "return_exceptions" and ast.unparse(keyword.value) != "False"
    ]


def swallowing_exits(module: Module) -> list[int]:
    """An __exit__ or __aexit__ that may return true swallows whatever ended its block."""
    return [
        node.lineno
        for function in module.functions()
        if function.name in {"__exit__", "__aexit__"}
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value and ast.unparse(node.value) not in {"None", "False"}
    ]


def uncancelling(module: Module) -> list[int]:
    """uncancel() unsays a cancellation."""
    return [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "uncancel"
    ]


RULES = (out_of_finally, out_of_handlers, gathered, swallowing_exits, uncancelling)
SAMPLES = {
    "try: work()\nfinally: return 1": out_of_finally,
    "for x in y:\n try: work()\n finally:\n  if x: break": out_of_finally,
    "while x:\n try: work()\n finally:\n  with y: continue": out_of_finally,
    "try: work()\nexcept asyncio.CancelledError:\n if x: return\n raise": out_of_handlers,
    "try: work()\nexcept BaseException:\n if x: return\n raise": out_of_handlers,
    "try: work()\nexcept (OSError, CancelledError):\n if x: return\n raise": out_of_handlers,
    "await asyncio.gather(a, b, return_exceptions=True)": gathered,
    "class A:\n async def __aexit__(self, *_):\n  return True": swallowing_exits,
    "class A:\n def __exit__(self, kind, *_):\n  return kind is OSError": swallowing_exits,
    "task.uncancel()": uncancelling,
}


def test_nothing_drops_a_cancellation() -> None:
    """By none of these ways."""
    found = [
        f"{module.name}:{line} {rule.__name__}"
        for module in modules()
        for rule in RULES
        for line in rule(module)
    ]
    assert found == []


@pytest.mark.parametrize("text", SAMPLES)
def test_the_rule_bites(text: str) -> None:
    """On each way to drop one."""
    assert SAMPLES[text](planted(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "try: work()\nfinally:\n for x in y:\n  if x: break",
        "try: work()\nfinally:\n def inner(): return 1",
        "try: work()\nexcept OSError: return",
        "class A:\n def __exit__(self, *_): return None",
        "await asyncio.gather(a, b)",
    ],
)
def test_the_rules_leave_others_alone(text: str) -> None:
    """A loop's own break, a function's own return, a fault that is no cancellation."""
    assert [line for rule in RULES for line in rule(planted(text))] == []
