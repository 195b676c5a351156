"""Generations from the site's own pages: by a person who is signed in, not by a key in hand."""

import hmac
from collections.abc import Mapping

import msgspec

from slovomat.domain.caller import Caller
from slovomat.domain.ids import AccountId
from slovomat.domain.mode import BadParameter, ModeParameter
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, ChatRequest, StoredAnswer
from slovomat.domain.text import blank, cut
from slovomat.ports.modes import ModeCatalogue
from slovomat.ports.store import Store
from slovomat.usecases.admit import Admission, Admitted
from slovomat.usecases.jobs import chat_body

SITE_DIALECT = "site"
"""What the generation's record names where an API's name would stand."""
_STREAMED = b'"stream":true,"stream_options":{"include_usage":true},'


class PlaygroundCall(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody typed. `mode`: one of the modes; `given`: its parameters, where they were changed."""

    mode: str
    text: str
    given: Mapping[str, object]


class Playground:
    """Admits what is typed on the site, at the price and with the limits of the job APIs."""

    def __init__(
        self,
        store: Store,
        admission: Admission,
        modes: ModeCatalogue,
        *,
        secret: bytes,
        price_requests: int,
        max_chars: int,
    ) -> None:
        self._store = store
        self._admission = admission
        self._modes = modes
        self._secret = secret
        self.price_requests = price_requests
        self._max_chars = max_chars

    async def caller(self, account_id: AccountId, now_ms: int) -> Caller | None:
        """The account as a caller whose daily requests count; None when it may not call.

        A generation names the key that it was made with: the site has one of its own for each account, whose
        stored hash is no key's.
        """
        hash_ = hmac.digest(self._secret, b"site of %d" % account_id, "sha256")
        caller = await self._store.find_caller(hash_)
        if caller is None:
            await self._store.add_site_key(account_id, hash_, now_ms)
            caller = await self._store.find_caller(hash_)
        if caller is None:
            return None
        return msgspec.structs.replace(caller, plan=msgspec.structs.replace(caller.plan, api_allowance=True))

    async def balance(self, caller: Caller) -> int:
        """What can be spent on the site now."""
        return await self._admission.balance(caller)

    def request(self, call: PlaygroundCall) -> ChatRequest | Refusal:
        """The generation that was asked for, or what is wrong with it."""
        mode = self._modes.ref(call.mode)
        if mode is None:
            modes = ", ".join(self._modes.ids())
            return Refusal(code=Code.MODE_UNKNOWN, names={"field": "mode", "modes": modes})
        text, cut_chars = cut(call.text, self._max_chars)
        if blank(text):
            return Refusal(code=Code.FIELDS_MISSING, names={"fields": "text"})
        try:
            prompt = self._modes.render(call.mode, text, call.given)
        except BadParameter:
            allowed = "; ".join(_bounds(one) for one in self._modes.parameters(call.mode))
            return Refusal(code=Code.FIELD_BAD, names={"field": call.mode, "allowed": allowed})
        return ChatRequest(
            dialect=SITE_DIALECT,
            price_requests=self.price_requests,
            body_rest=_STREAMED + chat_body(prompt),
            stream=True,
            mode=mode,
            cut_chars=cut_chars,
            idempotency=None,
        )

    async def admit(self, caller: Caller, request: ChatRequest, closed: Refusal | None) -> Admitted:
        """Sets the price aside."""
        return await self._admission.hold(caller, request, closed)


def _bounds(parameter: ModeParameter) -> str:
    """What a parameter may be, in no language: `words: 100…5000`."""
    match parameter.kind:
        case "integer":
            allowed = f"{parameter.least}…{parameter.most}"
        case "choice":
            allowed = ", ".join(parameter.choices)
        case "flag":
            allowed = "yes, no"
        case "string":
            allowed = f"≤ {parameter.most}"
    return f"{parameter.name}: {allowed}"


def accepted(admitted: Admitted) -> Accepted | Refusal:
    """What became of it; a call without an idempotency key repeats nothing."""
    match admitted.result:
        case StoredAnswer():
            raise AssertionError("there is no earlier answer")
        case result:
            return result
