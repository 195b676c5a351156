"""The pages, made when the first one is asked for: many a node is called by programs alone."""

import asyncio
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from slovomat.web.pages.backstage import Backstage

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Send


class PagesAtFirstUse:
    """As `make_pages`, an ASGI application."""

    def __init__(self, backstage: Backstage) -> None:
        self._backstage = backstage
        self._pages: ASGIApp | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: MutableMapping[str, Any], receive: "Receive", send: "Send") -> None:
        """One request for a page."""
        pages = self._pages or await self._made()
        await pages(scope, receive, send)

    async def _made(self) -> "ASGIApp":
        async with self._making:
            if self._pages is None:  # in a thread: the calls that are under way need not wait
                self._pages = await asyncio.to_thread(self._make)
            return self._pages

    def _make(self) -> "ASGIApp":
        from slovomat.web.pages.app import make_pages

        return make_pages(self._backstage)
