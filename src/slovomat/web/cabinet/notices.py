"""What an account is told, and where: the balance at which to write, and a webhook of its own."""

from ipaddress import ip_network

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.public_addresses import may_call
from slovomat.domain.web_address import PORTS, web_address
from slovomat.ports.people import Notices
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.visitor import see, signed_in, visitor

_SECRET_BYTES = 24
_THRESHOLD_MAX = 10**12
_URL_CHARS = 500


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The page and its form."""
    views = _Views(backstage, frame)
    return [
        Route("/notices", signed_in(views.show), methods=["GET"]),
        Route("/notices", signed_in(views.save), methods=["POST"]),
    ]


class _Views:
    def __init__(self, backstage: Backstage, frame: Frame) -> None:
        self._people = backstage.store.people
        self._env = backstage.env
        self._allowed = tuple(map(ip_network, backstage.settings.webhook_networks_allowed))
        self._frame = frame

    async def show(self, request: Request) -> Response:
        """When to write to you, and where to call."""
        person = visitor(request).person
        return self._page(request, str(person.low_balance_requests), person.webhook_url, frozenset())

    async def save(self, request: Request) -> Response:
        """Keeps what was filled in; a webhook gets a secret of its own, and a new address a new one."""
        form, person = await read_form(request), visitor(request).person
        low, url = form.whole("low_balance"), form.text("webhook_url", _URL_CHARS)
        faults = set() if low is not None and 0 <= low <= _THRESHOLD_MAX else {"low_balance"}
        if url and not self._may_call(url):
            faults.add("webhook_url")
        if faults or low is None:
            return self._page(request, form.text("low_balance"), url, frozenset(faults), 422)
        secret = person.webhook_secret if url == person.webhook_url else self._new_secret() if url else ""
        await self._people.set_notices(person.account.id, Notices(low, url, secret), self._env.now_ms())
        return see(request, "/notices", "notices")

    def _may_call(self, url: str) -> bool:
        """What can be told by the address alone; what its name leads to is looked at before each call."""
        target, allowed = web_address(url), self._allowed
        if target is None:
            return False
        public = target.port in PORTS
        if target.literal:
            return may_call(target.host, allowed, public=public)
        return bool(allowed) or (public and "." in target.host.strip("."))

    def _new_secret(self) -> str:
        return f"whs_{self._env.random_bytes(_SECRET_BYTES).hex()}"

    def _page(
        self, request: Request, low: str, url: str, faults: frozenset[str], status: int = 200
    ) -> Response:
        secret = visitor(request).person.webhook_secret
        return self._frame.page(
            request, "cabinet/notices.html", status, low=low, url=url, secret=secret, faults=faults
        )
