"""The named queries: one text for all engines, but for the few that an engine must have its own."""

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_COMMENT = re.compile(r"--[^\n]*\n")


@cache
def load_queries(engine: str = "") -> dict[str, str]:
    """All queries by name, with `:name` placeholders; an engine's own versions stand in its own folder."""
    folder = files("slovomat.storage") / "sql"
    queries = _read(folder)
    if engine and (folder / engine).is_dir():
        queries.update(_read(folder / engine))
    return queries


def _read(folder: Traversable) -> dict[str, str]:
    """The queries of a folder's files. A name that comes twice is a bug."""
    queries: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".sql"):
            continue
        _, *pairs = _NAME.split(file.read_text("utf-8"))
        for name, text in zip(pairs[::2], pairs[1::2], strict=True):
            if name in queries:
                raise ValueError(f"query {name} stands twice ({file.name})")
            queries[name] = _COMMENT.sub("", text).strip().removesuffix(";")
    return queries


@cache
def load_migrations(engine: str) -> list[tuple[str, str]]:
    """The migrations of an engine in order: (name, script): `NAME.sql`, then `NAME.ENGINE.sql`."""
    folder = files("slovomat.storage") / "schema"
    scripts: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name.replace(".sql", "")):
        found = re.fullmatch(rf"(\d{{4}}_\w+)(\.{engine})?\.sql", file.name)
        if found:
            scripts[found[1]] = scripts.get(found[1], "") + file.read_text("utf-8") + "\n"
    return list(scripts.items())
