"""The messages of a chat request: checked, counted, and fitted into the operator's limit."""

from typing import Any

from slovomat.dialects.json_body import bad_field
from slovomat.domain.refusal import Refusal
from slovomat.domain.text import Turn, blank, plan_cut

_PINNED = ("system", "developer")
_TEXT_PARTS = ("text", "input_text", "refusal")
_SPEAKS_WITHOUT_TEXT = ("tool_calls", "function_call", "audio", "refusal")


def fault(messages: object) -> Refusal | None:
    """What is wrong with the messages: no list, no role, no content, nothing said at all."""
    if not isinstance(messages, list) or not messages:
        return bad_field("messages", "messages")
    says_something = False
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            return bad_field(f"messages[{index}]", "messages")
        role = message.get("role")
        if not isinstance(role, str) or not role:
            return bad_field(f"messages[{index}].role", "role")
        content = message.get("content")
        if wrong := _content_fault(content):
            return bad_field(f"messages[{index}].content", wrong)
        says_something = says_something or _says_something(message, content)
    return None if says_something else bad_field("messages", "not_blank")


def _content_fault(content: object) -> str | None:
    """What the content may be and is not: a word of the texts."""
    if content is None:
        return None
    if isinstance(content, str):
        return "no_nul" if "\x00" in content else None
    if not isinstance(content, list):
        return "content"
    for part in content:
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            return "content"
        text = part.get("text")
        if part["type"] in _TEXT_PARTS and "text" in part and not isinstance(text, str):
            return "content"
        if isinstance(text, str) and "\x00" in text:
            return "no_nul"
    return None


def _says_something(message: dict[str, Any], content: object) -> bool:
    if isinstance(content, str) and not blank(content):
        return True
    if isinstance(content, list):
        return any(part["type"] not in _TEXT_PARTS or not blank(part.get("text", "")) for part in content)
    return any(message.get(field) for field in _SPEAKS_WITHOUT_TEXT)


def _chars(content: object) -> int:
    if isinstance(content, str):
        return len(content)
    if isinstance(content, list):
        texts = (part.get("text") for part in content)
        return sum(len(text) for text in texts if isinstance(text, str))
    return 0


def fit(messages: list[dict[str, Any]], max_chars: int) -> tuple[list[dict[str, Any]], int]:
    """The messages within the limit by the contract's rule, and how many characters were cut."""
    turns = [
        Turn(
            chars=_chars(message.get("content")),
            pinned=message["role"] in _PINNED,
            answers_call=message["role"] in {"tool", "function"},
        )
        for message in messages
    ]
    plan = plan_cut(turns, max_chars)
    if not plan.cut_chars:
        return messages, 0
    kept = []
    for message, turn, chars in zip(messages, turns, plan.kept, strict=True):
        if chars is not None:
            kept.append(message if chars == turn.chars else _shortened(message, chars))
    return kept, plan.cut_chars


def _shortened(message: dict[str, Any], chars: int) -> dict[str, Any]:
    content = message["content"]
    if isinstance(content, str):
        return {**message, "content": content[:chars]}
    parts = []
    for part in content:
        text = part.get("text")
        if not isinstance(text, str):
            parts.append(part)
            continue
        if chars > 0:
            parts.append({**part, "text": text[:chars]})
        chars -= min(chars, len(text))
    return {**message, "content": parts}
