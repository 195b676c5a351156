"""The account: what is left and until when, a month of bars, the last generations, the first steps."""

from collections.abc import Awaitable, Callable
from functools import wraps

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.days import Calendar
from slovomat.usecases.overview import Overview, overview
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.charts import bars
from slovomat.web.pages.frame import Frame
from slovomat.web.pages.language import spoken
from slovomat.web.pages.price_list import read_price_list
from slovomat.web.pages.samples import samples
from slovomat.web.pages.visitor import Visitor, see, signed_in, visitor

View = Callable[[Request], Awaitable[Response]]


def routes(backstage: Backstage, frame: Frame) -> list[Route]:
    """The account and its subscription."""
    views = _Views(backstage, frame)
    return [
        Route("/account", views.or_door(views.account), methods=["GET"]),
        Route("/account/guide", signed_in(views.end_guide), methods=["POST"]),
        Route("/subscription", views.or_door(views.subscription), methods=["GET"]),
    ]


class _Views:
    def __init__(self, backstage: Backstage, frame: Frame) -> None:
        self._backstage = backstage
        self._store = backstage.store
        self._env = backstage.env
        self._modes = backstage.modes
        self._calendar = Calendar(backstage.settings.time_zone)
        self._frame = frame

    def or_door(self, view: View) -> View:
        """A page that messages of the API name, so that it answers strangers too: with the way in."""

        @wraps(view)
        async def answered(request: Request) -> Response:
            if request.state.visitor is not None or request.state.store_silent:
                return await guarded(request)
            onward = request.scope["path"]
            return self._frame.page(
                request, "sign_in/sign_in.html", fault="", email="", onward=onward, about=True
            )

        guarded = signed_in(view)
        return answered

    async def account(self, request: Request) -> Response:
        """What is left, and what became of it lately."""
        who, language = visitor(request), spoken(request)
        seen = await self._overview(who)
        low = who.person.low_balance_requests
        return self._frame.page(
            request,
            "cabinet/account.html",
            seen=seen,
            chart=self._bars(seen, language),
            modes={mode_id: self._modes.title(mode_id, language) for mode_id in self._modes.ids()},
            low=low,
            is_low=seen.all_requests < max(low, self._backstage.settings.textbot_price_requests),
            guide=await self._guide(who, seen),
            curl=self._first_call(language),
        )

    async def subscription(self, request: Request) -> Response:
        """The plan and the key."""
        who = visitor(request)
        prices = await read_price_list(self._store, self._backstage.settings)
        units = self._backstage.settings.chatinfo_requests_per_unit
        seen = await self._overview(who)
        return self._frame.page(
            request,
            "cabinet/subscription.html",
            seen=seen,
            prices=prices,
            units=seen.api_requests // units,
            periods=await self._store.shop.account_periods(who.account.id, 10),
        )

    async def end_guide(self, request: Request) -> Response:
        """The first steps are waved away."""
        await self._store.people.finish_guide(visitor(request).account.id, self._env.now_ms())
        return see(request, "/account")

    async def _overview(self, who: Visitor) -> Overview:
        return await overview(self._store, self._env, self._calendar, who.account)

    async def _guide(self, who: Visitor, seen: Overview) -> bool:
        """Whether the card of the first steps is shown; it goes away by itself with the first result."""
        if who.person.guide_done:
            return False
        if any(row.state == "settled" for row in seen.last):
            await self._store.people.finish_guide(who.account.id, self._env.now_ms())
            return False
        return True

    def _first_call(self, language: str) -> str:
        model = next(iter(self._backstage.settings.models), "")
        prompt = self._frame.texts[language]["sample_prompt"]
        return samples("openai", self._backstage.site(), model, prompt)[0].code

    def _bars(self, seen: Overview, language: str) -> Markup:
        texts = self._frame.texts[language]
        days = [one.day[8:] for one in seen.days]
        spent = [one.spent_requests for one in seen.days]
        returned = [one.returned_requests for one in seen.days]
        names = (texts["account_spent"], texts["account_returned"])
        return bars(days, spent, returned, title=texts["account_month"], names=names)
