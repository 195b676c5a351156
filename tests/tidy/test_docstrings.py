"""What is public says in a sentence what it is."""

import ast

import pytest
from tests.tidy.source import Definition, Module, modules, modules_of_tests

ELSEWHERE = {
    "storage/store.py": "the port has them: slovomat.ports.store",
    "storage/history_store.py": "the port has them: slovomat.ports.history",
    "storage/reports_store.py": "the port has them: slovomat.ports.reports",
    "storage/journal_store.py": "the port has them: slovomat.ports.journal",
    "storage/mode_texts_store.py": "the port has them: slovomat.ports.mode_texts",
    "storage/people_store.py": "the port has them: slovomat.ports.people",
    "storage/accounts_store.py": "the port has them: slovomat.ports.accounts",
    "storage/desk_store.py": "the port has them: slovomat.ports.desk",
    "storage/shop_store.py": "the port has them: slovomat.ports.shop",
    "storage/outbox_store.py": "the port has them: slovomat.ports.outbox",
    "web/protocol.py": "callbacks of uvicorn's protocol",
    "web/direct_protocol.py": "callbacks of uvicorn's protocol",
    "upstreams/engine_process.py": "callbacks of asyncio's protocols",
}
"""Methods whose names and meaning are another's."""


def first_line(node: Definition | ast.Module) -> str:
    """The docstring's first line."""
    return (ast.get_docstring(node) or "").partition("\n")[0]


def is_sentence(node: Definition | ast.Module) -> bool:
    """Whether the docstring begins with one, which may run over several lines."""
    text = (ast.get_docstring(node) or "").partition("\n\n")[0]
    return text.endswith((".", "?", ":", "!", "…", "`"))


def is_explained_elsewhere(module: Module, name: str) -> bool:
    """Whether it is a method that another's documentation describes."""
    return module.name in ELSEWHERE and "." in name


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_public_things_have_docstrings(module: Module) -> None:
    """Modules, classes, functions and methods; each begins with a sentence."""
    assert first_line(module.tree), "the module has none"
    missing = [name for name, node in module.public() if not is_sentence(node)]
    assert [name for name in missing if not is_explained_elsewhere(module, name)] == []


def test_every_test_says_what_holds() -> None:
    """In one sentence, or two."""
    silent = [
        f"{module.name}:{function.lineno} {function.name}"
        for module in modules_of_tests()
        for function in module.functions()
        if function.name.startswith("test_") and not is_sentence(function)
    ]
    assert silent == []


def test_no_test_patches() -> None:
    """What a test must replace is a port."""
    words = ("monkeypatch", "mock.patch", "unittest.mock")
    found = [module.name for module in modules_of_tests() if any(word in module.text for word in words)]
    assert [name for name in found if name != "tests/tidy/test_docstrings.py"] == []
