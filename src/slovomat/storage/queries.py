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
    """The migrations of an engine in order: (name, script). `NAME.sql` comes before `NAME.ENGINE.sql`."""
    folder = files("slovomat.storage") / "schema"
    shared = sorted(f.name for f in folder.iterdir() if re.fullmatch(r"\d{4}_\w+\.sql", f.name))
    scripts = []
    for name in shared:
        text = (folder / name).read_text("utf-8")
        own = folder / f"{name.removesuffix('.sql')}.{engine}.sql"
        if own.is_file():
            text += "\n" + own.read_text("utf-8")
        scripts.append((name.removesuffix(".sql"), text))
    return scripts
