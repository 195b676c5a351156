"""One round trip at a time: what is asked meanwhile goes with the next one."""

import asyncio
from collections import deque
from collections.abc import Sequence

import msgspec

from slovomat.limits.valkey_link import Link, Spawn
from slovomat.limits.valkey_script import Script

_ROUND_MAX = 256
"""So many calls keep Valkey from its other clients for about a millisecond."""


class _Question(msgspec.Struct, frozen=True):
    script: Script
    key: str
    words: tuple[str | int, ...]
    answer: asyncio.Future[tuple[int, ...] | None] | None


class Rounds:
    """Brings the calls of many callers to Valkey together."""

    def __init__(self, link: Link, spawn: Spawn) -> None:
        self._link = link
        self._spawn = spawn
        self._waiting: deque[_Question] = deque()
        self._running = False

    async def ask(self, script: Script, key: str, *words: str | int) -> tuple[int, ...] | None:
        """The script's figures for the key; None when Valkey does not answer in time."""
        if self._link.reach == "local":
            return None
        answer: asyncio.Future[tuple[int, ...] | None] = asyncio.get_running_loop().create_future()
        self._put(_Question(script, key, words, answer))
        return await answer

    def tell(self, script: Script, key: str, *words: str | int) -> None:
        """The same, for who does not wait for an answer."""
        if self._link.reach == "shared":
            self._put(_Question(script, key, words, None))

    def _put(self, question: _Question) -> None:
        self._waiting.append(question)
        if not self._running:
            self._running = True
            self._spawn(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), _ROUND_MAX))]
                for script in {question.script.sha: question.script for question in taken}.values():
                    await self._round(script, [one for one in taken if one.script is script])
        finally:
            self._running = False

    async def _round(self, script: Script, questions: Sequence[_Question]) -> None:
        answers: Sequence[tuple[int, ...] | None] = [None] * len(questions)
        try:
            answers = await self._link.ask(script, [(one.key, one.words) for one in questions]) or answers
        finally:  # who waits is answered even when this task is ended
            for question, answer in zip(questions, answers, strict=True):
                if question.answer is not None and not question.answer.done():
                    question.answer.set_result(answer)
