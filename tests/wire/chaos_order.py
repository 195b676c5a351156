"""What is asked of the chaos upstream: a chat request, and the markers in its texts."""

import re
from dataclasses import dataclass
from typing import Any

_MARKER = re.compile(r"\[\[(?P<name>[a-z]+)(?::(?P<value>.*?))?\]\]", re.DOTALL)


@dataclass(frozen=True)
class Fault:
    """A way to fail: `[[fault:KIND name=value …]]`. With `times=N` only the first N calls of an id fail."""

    kind: str
    options: dict[str, str]

    def number(self, name: str, default: float) -> float:
        """An option's figure."""
        return float(self.options.get(name, default))


@dataclass(frozen=True)
class Order:
    """A chat request with its markers read."""

    body: dict[str, Any]
    markers: dict[str, str]

    @property
    def id(self) -> str:
        """Under which name the call is counted."""
        return self.markers.get("id", "")

    @property
    def stream(self) -> bool:
        """Whether events are asked for."""
        return bool(self.body.get("stream"))

    @property
    def words(self) -> str:
        """The last message without its markers."""
        return _MARKER.sub("", "".join(_texts(self.body["messages"][-1]))).strip()

    @property
    def styles(self) -> frozenset[str]:
        """How the events shall be written: `[[sse:crlf bom]]`."""
        return frozenset(self.markers.get("sse", "").split())

    @property
    def fault(self) -> Fault | None:
        """How the call shall fail, if at all."""
        if "fault" not in self.markers:
            return None
        kind, *options = self.markers["fault"].split()
        return Fault(kind, dict(option.split("=", 1) for option in options))


def read_order(body: dict[str, Any]) -> Order:
    """The markers may stand in any message; of two with one name the later counts."""
    texts = [text for message in body["messages"] for text in _texts(message)]
    markers = {found["name"]: found["value"] or "" for text in texts for found in _MARKER.finditer(text)}
    return Order(body, markers)


def _texts(message: dict[str, Any]) -> list[str]:
    content = message.get("content")
    if isinstance(content, list):
        return [part["text"] for part in content if isinstance(part.get("text"), str)]
    return [content] if isinstance(content, str) else []
