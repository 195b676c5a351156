"""What tidies up around money is not cancelled half way."""

import ast
from collections.abc import Iterator

import pytest
from tests.tidy.source import Module, modules, planted
from tests.tidy.test_exceptions import CANCELLATIONS, handlers

CONCERNS_MONEY = ("usecases/", "worker.py")
SHIELDED_WITHIN = {
    ("usecases/generate.py", "run.end"): "it ends in Settler.close",
}
"""Calls that shield themselves: by module and by what is called."""
SETTLES = ("usecases/settle.py", "close")


def is_shield(node: ast.AST) -> bool:
    """Whether it is a `with` whose body no cancellation reaches."""
    if not isinstance(node, ast.With | ast.AsyncWith):
        return False
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
    return any(
        keyword.arg == "shield" and ast.unparse(keyword.value) == "True"
        for call in calls
        for keyword in call.keywords
    )


def is_docstring(node: ast.stmt) -> bool:
    """Whether the statement only says something."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def bare_awaits(node: ast.AST) -> Iterator[ast.Await | ast.AsyncFor | ast.AsyncWith]:
    """Where the code can be cancelled."""
    if is_shield(node):
        return
    if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from bare_awaits(child)


def last_words(module: Module) -> Iterator[ast.stmt]:
    """Statements that run when their code is already being left, perhaps by a cancellation."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Try | ast.TryStar):
            yield from node.finalbody
        elif isinstance(node, ast.AsyncFunctionDef) and node.name == "__aexit__":
            yield from node.body
    for _, caught, handler in handlers(module):
        if not caught or caught & CANCELLATIONS:
            yield from handler.body


def unshielded(module: Module) -> list[tuple[str, str]]:
    """What is awaited there in the open."""
    found = [node for statement in last_words(module) for node in bare_awaits(statement)]
    return [(module.name, _awaited(node)) for node in found]


def _awaited(node: ast.Await | ast.AsyncFor | ast.AsyncWith) -> str:
    if isinstance(node, ast.Await):
        return ast.unparse(node.value.func if isinstance(node.value, ast.Call) else node.value)
    return ast.unparse(node).partition("\n")[0]


def test_last_words_around_money_are_shielded() -> None:
    """Or call what shields itself; nobody stands in the list without need."""
    found = [
        one for module in modules() if module.name.startswith(CONCERNS_MONEY) for one in unshielded(module)
    ]
    assert set(found) == SHIELDED_WITHIN.keys()


def test_the_settlement_shields_itself() -> None:
    """What the list above rests on: Settler.close hands all that it awaits to a strand, at once."""
    name, function = SETTLES
    [settle] = [module for module in modules() if module.name == name]
    [close] = [one for one in settle.functions() if one.name == function]
    assert isinstance(close, ast.FunctionDef)
    *before, last = [node for node in close.body if not is_docstring(node)]
    assert before == []
    assert isinstance(last, ast.Return)
    assert isinstance(last.value, ast.Call)
    assert ast.unparse(last.value.func) == "Strand"


@pytest.mark.parametrize(
    "text",
    [
        "async def f():\n try: pass\n finally: await settle()",
        "async def f():\n try: pass\n except BaseException:\n  await settle()\n  raise",
        "class A:\n async def __aexit__(self, *_): await settle()",
        "async def f():\n try: pass\n finally:\n  with anyio.CancelScope(): await settle()",
        "async def f():\n try: pass\n finally:\n  async for x in y: pass",
    ],
)
def test_the_rule_bites(text: str) -> None:
    """On each place where code is being left."""
    assert unshielded(planted(text)) != []


def test_the_rule_leaves_a_shield_alone() -> None:
    """An anyio scope that is told to shield."""
    text = "async def f():\n try: pass\n finally:\n  with anyio.CancelScope(shield=True): await settle()"
    assert unshielded(planted(text)) == []
