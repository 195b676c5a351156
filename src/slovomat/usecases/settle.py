"""Closes the holds of direct generations, exactly once, whatever happens to the caller or the database."""

import asyncio

from slovomat.domain.generation import Closing, HoldState
from slovomat.domain.ids import GenerationId
from slovomat.domain.request import StoredAnswer
from slovomat.later import Later, Strand
from slovomat.ports.env import Env
from slovomat.ports.store import Ledger, StoreUnavailableError
from slovomat.ports.watch import Watch

_FIRST_WAIT_S = 0.05


class Settler:
    """Nothing is told to a client as charged before it is written.

    What the database does not take within a few seconds is released instead, as soon as it is back:
    the client was told of a failure, and nobody is charged for what was not recorded.
    """

    def __init__(self, ledger: Ledger, env: Env, watch: Watch, patience_s: float = 5.0) -> None:
        self._ledger = ledger
        self._env = env
        self._watch = watch
        self._patience_s = patience_s
        self._owed: dict[GenerationId, Closing] = {}
        self.live: set[GenerationId] = set()
        """Generations under way here, which the sweep must leave alone."""

    def close(self, closing: Closing, answer: StoredAnswer | None = None) -> Later[bool]:
        """Whether the hold is closed as told. It is carried out, whatever becomes of the caller."""
        return Strand(self._try(closing, answer))

    async def _try(self, closing: Closing, answer: StoredAnswer | None) -> bool:
        until_s = self._env.monotonic_s() + self._patience_s
        wait_s, again = _FIRST_WAIT_S, False
        while True:
            try:
                closed = await self._ledger.close(closing, self._env.now_ms(), answer)
                # an attempt whose outcome was not heard may have been the one that did it
                return closed or (again and await self._ledger.ended_as(closing))
            except StoreUnavailableError as error:
                self._watch.store_failed(str(error))
                again = True
            if self._env.monotonic_s() + wait_s > until_s:
                self._owed[closing.id] = Closing(
                    id=closing.id,
                    account_id=closing.account_id,
                    state=HoldState.RELEASED,
                    reason="database",
                    upstream=closing.upstream,
                )
                return False
            await asyncio.sleep(wait_s)
            wait_s *= 2

    async def close_owed(self) -> None:
        """Releases what could not be closed in time; called on a timer, gives up quietly at a fault."""
        for generation, closing in tuple(self._owed.items()):
            try:
                await self._ledger.close(closing, self._env.now_ms())
            except StoreUnavailableError:
                return
            self._owed.pop(generation, None)  # the timer and the end of the process may both be at it
