"""One customer's line to the service, over whichever door is open; answers are noted, or their absence."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

TIMEOUT_S = 10
_AFTER_LOSS_S = 0.3
_LOST = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(frozen=True)
class Told:
    """A whole answer."""

    status: int
    body: Any


class Line:
    """Calls with one key; None where no whole answer came back."""

    def __init__(
        self, session: aiohttp.ClientSession, doors: Sequence[str], key: str, chance: random.Random
    ) -> None:
        self._session = session
        self._doors = doors
        self._key = key
        self._chance = chance

    async def textbot(self, path: str, mark: str = "", **fields: Any) -> Told | None:
        """A call of `textbot`."""
        return await self._post(f"/api/{path}", {"key": self._key, **fields}, mark)

    async def chatinfo(self, path: str, mark: str = "", **fields: Any) -> Told | None:
        """A call of `chatinfo`."""
        return await self._post(f"/api/gpt/{path}", {"key": self._key, **fields}, mark)

    async def chat(self, text: str, mark: str = "") -> Told | None:
        """A plain chat completion."""
        return await self._post("/v1/chat/completions", _chat(text), mark)

    async def stream(self, text: str, mark: str = "", *, leaves: bool = False) -> tuple[str, str] | None:
        """A streamed one: how it ended (`whole`, `refused`, `error`) and its text; None: it broke off.

        `leaves`: the customer goes after the first piece.
        """
        try:
            async with self._open({**_chat(text), "stream": True}, "/v1/chat/completions", mark) as answer:
                if answer.status != 200:
                    await answer.read()
                    return "refused", str(answer.status)
                return await _read_stream(answer, leaves)
        except _LOST:
            await asyncio.sleep(_AFTER_LOSS_S)
            return None

    async def _post(self, path: str, body: dict[str, Any], mark: str) -> Told | None:
        try:
            async with self._open(body, path, mark) as answer:
                return _read(answer.status, await answer.read())
        except _LOST:
            await asyncio.sleep(_AFTER_LOSS_S)
            return None

    def _open(self, body: dict[str, Any], path: str, mark: str) -> Any:
        headers = {"Authorization": f"Bearer {self._key}"} | ({"Idempotency-Key": mark} if mark else {})
        door = self._chance.choice(self._doors)
        return self._session.post(door + path, data=json.dumps(body), headers=headers)


def _read(status: int, body: bytes) -> Told:
    """An answer that is no JSON is told as it came."""
    try:
        return Told(status, json.loads(body))
    except ValueError:
        return Told(500, f"{status} and no JSON: {body[:200]!r}")


async def _read_stream(answer: aiohttp.ClientResponse, leaves: bool) -> tuple[str, str] | None:
    pieces: list[str] = []
    async for line in answer.content:
        if not line.startswith(b"data: "):
            continue
        if line.strip() == b"data: [DONE]":
            return "whole", "".join(pieces)
        event = json.loads(line[6:])
        if "error" in event:
            return "error", "".join(pieces)
        pieces += [choice["delta"].get("content") or "" for choice in event["choices"]]
        if leaves:
            return None
    return None


def _chat(text: str) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}
