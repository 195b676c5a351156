"""Reading the text of a chat stream, strictly."""

import json


def events(text: str) -> list[str]:
    """The payloads of a stream; every line of it must be one that the contract knows."""
    payloads = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        if block != ": keep-alive":
            assert block.startswith("data: "), block
            assert "\n" not in block
            payloads.append(block.removeprefix("data: "))
    return payloads


def text_of(payloads: list[str]) -> str:
    """The text that the chunks carry."""
    chunks = [json.loads(payload) for payload in payloads if payload != "[DONE]"]
    return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
