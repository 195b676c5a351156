"""What follows a sign-in: cookies, and the page where the person was going."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from slovomat.ports.people import Desk
from slovomat.usecases.passwords import PasswordFault
from slovomat.usecases.sessions import Visitor
from slovomat.usecases.sign_in import Answer, Blocked, CodeNeeded, CodesSpent, Over, SignedIn, Slowed, Wrong
from slovomat.usecases.sign_up import EmailFault
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.cookies import cookie, drop, keep
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.visitor import desk_of, next_path, see
from slovomat.web.sign_in.cases import Cases

Fault = Slowed | CodesSpent | Wrong | Over | Blocked | PasswordFault | EmailFault
_HOME = {"cabinet": "/account", "admin": "/admin"}
_CODE = {"cabinet": "/sign-in/code", "admin": "/admin/login/code"}


class Entering:
    """Turns the answers of the use cases into pages."""

    def __init__(self, backstage: Backstage, frame: Frame, cases: Cases) -> None:
        self._site = backstage.site
        self._frame = frame
        self._cases = cases

    async def go_on(
        self, request: Request, answer: Answer | CodesSpent, onward: str, said: str = ""
    ) -> Response | None:
        """Signed in, or half way; None for what the form must be shown again for."""
        desk = desk_of(request)
        if isinstance(answer, CodeNeeded):
            response = see(request, with_next(_CODE[desk], onward))
            keep(response, "half_way", answer.ticket, self._site())
            return response
        if not isinstance(answer, SignedIn):
            return None
        if isinstance(request.state.visitor, Visitor):  # nobody keeps a token from before
            await self._cases.sessions.end(request.state.visitor)
        response = see(request, next_path(onward) or _HOME[desk], said)
        self.keep(response, desk, answer)
        return response

    def keep(self, response: Response, desk: Desk, answer: SignedIn) -> None:
        """The cookies of a sign-in; those of the way to it are dropped."""
        site = self._site()
        keep(response, "desk" if desk == "admin" else "session", answer.token, site)
        keep(response, "device", answer.device, site)
        drop(response, "half_way", site)
        drop(response, "begun", site)

    def again(
        self, request: Request, template: str, fault: Fault, facts: Mapping[str, Any] | None = None
    ) -> Response:
        """The form once more, saying what was wrong."""
        texts = self._frame.texts_of(request)
        told = texts[f"sign_in_fault_{fault_name(fault)}"]
        headers, status = {}, 422
        if isinstance(fault, Slowed):
            seconds = -(-fault.wait_ms // 1000)
            told, status = told.format(seconds=seconds), 429
            headers = {"Retry-After": str(seconds)}
        if isinstance(fault, CodesSpent):
            told, status = told.format(hours=-(-fault.wait_ms // 3_600_000)), 429
            headers = {"Retry-After": str(-(-fault.wait_ms // 1000))}
        return self._frame.page(request, template, status, headers, fault=told, **(facts or {}))

    def device(self, request: Request) -> str:
        """The ticket of a browser that has signed in before."""
        return cookie(request, "device", self._site())


def fault_name(fault: Fault) -> str:
    """How its text is called."""
    match fault:
        case Slowed():
            return "slowed"
        case CodesSpent():
            return "codes_spent"
        case Wrong():
            return "wrong"
        case Over():
            return "over"
        case Blocked():
            return "blocked"
        case PasswordFault():
            return f"password_{fault.value}"
        case EmailFault():
            return f"email_{fault.value}"


def with_next(path: str, onward: str) -> str:
    """The page's address, which remembers where the person was going."""
    from urllib.parse import quote

    kept = next_path(onward)
    return f"{path}?next={quote(kept, safe='/')}" if kept else path
