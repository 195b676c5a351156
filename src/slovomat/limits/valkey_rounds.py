"""One round trip at a time: what is asked meanwhile goes with the next one."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from slovomat.limits.patience import Patience
from slovomat.limits.valkey_link import Link, Spawn
from slovomat.limits.valkey_script import Script

DEADLINE_S = 0.05
"""So long a caller waits."""
_ROUND_MAX = 256
"""So many calls keep Valkey from its other clients for about a millisecond."""
_WAITING_MAX = 10_000
_Figures = tuple[int, ...]


class _Question(msgspec.Struct, frozen=True):
    script: Script
    key: str
    words: tuple[str | int, ...]
    answer: asyncio.Future[_Figures | None] | None


class Rounds:
    """Brings the calls of many callers to Valkey together.

    A round trip that takes long keeps nobody: who waits, and who comes until it has ended, gets no answer.
    """

    def __init__(self, link: Link, spawn: Spawn, deadline_s: float = DEADLINE_S) -> None:
        self._link = link
        self._spawn = spawn
        self._deadline_s = deadline_s
        self._waiting: deque[_Question] = deque()
        self._running = False
        self._overdue = False

    async def ask(self, script: Script, key: str, *words: str | int) -> _Figures | None:
        """The script's figures for the key; None when Valkey does not answer in time."""
        if self._overdue or self._link.reach == "local":
            return None
        answer: asyncio.Future[_Figures | None] = asyncio.get_running_loop().create_future()
        self._put(_Question(script, key, words, answer))
        return await answer

    def tell(self, script: Script, key: str, *words: str | int) -> None:
        """The same, for who does not wait for an answer."""
        if self._link.reach == "shared" and len(self._waiting) < _WAITING_MAX:
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
        answers: Sequence[_Figures | None] = [None] * len(questions)
        patience = Patience(self._deadline_s, lambda: self._keep_nobody(questions))
        try:
            answers = await self._link.ask(script, [(one.key, one.words) for one in questions]) or answers
        finally:  # who waits is answered even when this task is ended
            patience.end()
            self._overdue = False
            _answer(zip(questions, answers, strict=True))

    def _keep_nobody(self, questions: Sequence[_Question]) -> None:
        self._overdue = True
        _answer((question, None) for question in [*questions, *self._waiting])


def _answer(answered: Iterable[tuple[_Question, _Figures | None]]) -> None:
    for question, figures in answered:
        if question.answer is not None and not question.answer.done():
            question.answer.set_result(figures)
