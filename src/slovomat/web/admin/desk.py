"""What the pages of the desk have in common: their frame, and the deeds that its forms ask for."""

import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from slovomat.ports.journal import Actor
from slovomat.usecases.journal import Deed, note_of
from slovomat.web.admin.rights import Right, may, sections
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.forms import Form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.visitor import browser_of, visitor

REASON_MAX_CHARS = 500
LARGEST_ID = 2**53
_KEY_BYTES = 16
_KEY = re.compile(r"[0-9a-f]{32}")


class Desk:
    """Makes the desk's pages, and reads who does what, and why.

    A form of a deed has the fields of `admin/parts.html`: `deed(…)` writes the reason and the key.
    """

    def __init__(self, backstage: Backstage, frame: Frame) -> None:
        self.backstage = backstage
        self.frame = frame
        self.store = backstage.store
        self.env = backstage.env
        self.settings = backstage.settings

    def page(self, request: Request, template: str, status: int = 200, **facts: Any) -> Response:
        """A page with the sections that its reader may open; `may("credit")` says what it may offer."""
        role = visitor(request).role
        return self.frame.page(
            request,
            template,
            status,
            desk_sections=sections(role),
            may=lambda right: may(role, Right(right)),
            new_key=self.new_key,
            **facts,
        )

    def texts(self, request: Request) -> dict[str, str]:
        """All texts, in the language of the request."""
        return self.frame.texts_of(request)

    def new_key(self) -> str:
        """The key of a form: what it asks for is done once, however often it is sent."""
        return self.env.random_bytes(_KEY_BYTES).hex()

    def actor(self, request: Request) -> Actor:
        """Who asks, and from where."""
        account = visitor(request).account
        return Actor(id=account.id, email=account.email, address=browser_of(request).address)

    def deed(self, request: Request, form: Form) -> Deed:
        """Who does it, and why, under the form's key. Raises 400 for a form that none of our pages made."""
        key = form.text("key")
        if not _KEY.fullmatch(key):
            raise HTTPException(400)
        return Deed(actor=self.actor(request), reason=form.text("reason", REASON_MAX_CHARS), key=key)

    async def note(
        self,
        request: Request,
        action: str,
        target: tuple[str, str],
        details: dict[str, str | int] | None = None,
    ) -> None:
        """Writes into the journal what needs no reason."""
        note = note_of(self.actor(request), self.env.now_ms(), action, "", target=target, details=details)
        await self.store.journal.note(note)

    def number(self, request: Request, name: str = "id") -> int:
        """The id in the address. Raises 404 for one that no row can have."""
        wanted: int = request.path_params[name]
        if wanted >= LARGEST_ID:
            raise HTTPException(404)
        return wanted
