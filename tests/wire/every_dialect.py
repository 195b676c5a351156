"""One paid call of each dialect, and how each says no."""

from collections.abc import Callable
from typing import Any

import requests

from tests.wire.customers import Customer

Create = Callable[[Customer], requests.Response]


def textbot(customer: Customer) -> requests.Response:
    """A paid call of `textbot`."""
    return customer.textbot("generate_response", input_text="Привет", mode="chat")


def chatinfo(customer: Customer) -> requests.Response:
    """A paid call of `chatinfo`."""
    return customer.chatinfo("create_request", content="Привет")


def openai(customer: Customer) -> requests.Response:
    """A paid call of `openai`."""
    return customer.chat("Привет")


def form_of(body: dict[str, Any]) -> str:
    """In which dialect an error speaks."""
    if isinstance(body.get("error"), dict):
        assert body["error"].keys() == {"message", "type", "param", "code"}
        return "openai"
    if "success" in body:
        assert body["success"] is False
        assert body["error"]
        return "chatinfo"
    assert body["error_message"]
    return "textbot"


def form_at(path: str) -> str:
    """In which dialect a path's errors must speak."""
    return "openai" if path.startswith("/v1") else "chatinfo" if path.startswith("/api/gpt") else "textbot"
