"""Cut a mode file into front matter and body, and keep the line of every value."""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from slovomat.modes import header as typed
from slovomat.modes.fault import BrokenMode
from slovomat.modes.header import Header

MAX_FILE_BYTES = 256 * 1024

# libyaml reads twenty-odd files in a few milliseconds, the pure loader in a few hundred.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_UNKNOWN_FIELD = re.compile(r"unknown field `([^`]+)`")


def read_source(path: Path) -> bytes:
    """The bytes of a mode file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BrokenMode(path, 0, f"cannot be read: {error.strerror}") from error
    if len(content) > MAX_FILE_BYTES:
        raise BrokenMode(path, 0, f"larger than {MAX_FILE_BYTES} bytes")
    return content


def split(path: Path, content: bytes) -> tuple[str, str]:
    """The front matter and the body, each padded with empty lines so that line numbers are the file's."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenMode(path, content.count(b"\n", 0, error.start) + 1, "not UTF-8") from error
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != "---":
        raise BrokenMode(path, 1, "the first line must be `---`, the beginning of the front matter")
    end = next((number for number, line in enumerate(lines) if number and line.rstrip() == "---"), None)
    if end is None:
        raise BrokenMode(
            path, len(text.rstrip().split("\n")), "the front matter does not end: a line `---` is missing"
        )
    return "\n".join(["", *lines[1:end]]), "\n" * (end + 1) + "\n".join(lines[end + 1 :])


def read_header(path: Path, front: str, reserved: frozenset[str]) -> Header:
    """The typed front matter; any fault is raised with its line."""
    root = _compose(path, front)
    _refuse_traps(path, root, set())
    try:
        values = yaml.load(front, Loader=_Loader)  # noqa: S506 - a safe loader, see above
        header = msgspec.convert(values, Header, strict=True)
    except msgspec.ValidationError as error:
        raise BrokenMode(path, _line_of_complaint(root, str(error)), str(error)) from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise BrokenMode(path, _marked_line(error), f"the front matter cannot be read: {error}") from error
    for place, what in typed.faults_of(header, path.stem, reserved):
        raise BrokenMode(path, _line_at(root, place), what)
    return header


def _compose(path: Path, front: str) -> yaml.Node:
    try:
        root = yaml.compose(front, Loader=_Loader)
    except yaml.YAMLError as error:
        raise BrokenMode(path, _marked_line(error), f"not YAML: {_problem(error)}") from error
    if not isinstance(root, yaml.MappingNode):
        raise BrokenMode(path, 1, "the front matter must be a mapping (`id: …`)")
    return root


def _marked_line(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else 1


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error)


def _refuse_traps(path: Path, node: yaml.Node, seen: set[int]) -> None:
    """Refuse what YAML takes in silence: a key that stands twice, and aliases, which may be endless."""
    if id(node) in seen:
        raise BrokenMode(path, node.start_mark.line + 1, "an alias (`&`, `*`) has no place in a mode file")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            if key.value in keys:
                raise BrokenMode(path, key.start_mark.line + 1, f"`{key.value}` stands here twice")
            keys.add(key.value)
            _refuse_traps(path, value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_traps(path, value, seen)


def _line_of_complaint(root: yaml.Node, message: str) -> int:
    """msgspec ends a message with the path of the bad value: `- at `$.parameters[0].min``."""
    _, _, path = message.rpartition("`$")
    place: typed.Path = tuple(name or int(index) for name, index in _STEP.findall(path))
    unknown = _UNKNOWN_FIELD.search(message)
    return _line_at(root, (*place, unknown[1]) if unknown else place)


def _line_at(node: yaml.Node, place: typed.Path) -> int:
    """The line of the value at the place, or of the nearest thing around it."""
    line = node.start_mark.line + 1
    for step in place:
        found = _child(node, step)
        if found is None:
            break
        node, line = found
    return int(line)


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value, key.start_mark.line + 1
    return None
