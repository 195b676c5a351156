"""The dialect `openai`: chat completions passed through, and the list of models.

Sources: OpenAI's published API description (fields, error body, schemas), and CONTRACT "Dialect
openai" (statuses, codes, the cutting of long conversations).
"""

from typing import Any

import msgspec

from slovomat.dialects import conversation, plain_chat
from slovomat.dialects.calls import Action, Answer, ChatCall, Route, Terms, Voice
from slovomat.dialects.json_body import bad_field, read_object
from slovomat.dialects.openai_fields import field_fault
from slovomat.dialects.texts import STATUS, Catalogue, message
from slovomat.domain.refusal import Code, Refusal
from slovomat.ports.modes import ModeCatalogue

_encode = msgspec.json.encode
_raw_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
MODE_PREFIX = "mode-"
_CREATED = 1_715_367_049
"""A fixed time for every model: the schema asks for one, and nobody made these."""

_OWN: Catalogue = {
    Code.KEY_MISTYPED: (
        "Некорректный API ключ: в нём опечатка. Получить ключ можно на {site}/account",
        "Incorrect API key provided: it has a typo. Get one at {site}/account",
    ),
}
_STATUS = {**STATUS, Code.KEY_MISSING: 401, Code.KEY_UNKNOWN: 401, Code.KEY_MISTYPED: 401}
_STATUS |= {Code.BALANCE_LOW: 429, Code.KEY_CAP: 429}
_INVALID, _SERVER = "invalid_request_error", "server_error"
_KINDS: dict[Code, tuple[str, str | None]] = {
    Code.KEY_MISSING: (_INVALID, "invalid_api_key"),
    Code.KEY_UNKNOWN: (_INVALID, "invalid_api_key"),
    Code.KEY_MISTYPED: (_INVALID, "invalid_api_key"),
    Code.KEY_FORBIDS: (_INVALID, "key_not_allowed"),
    Code.KEY_CAP: ("insufficient_quota", "insufficient_quota"),
    Code.BALANCE_LOW: ("insufficient_quota", "insufficient_quota"),
    Code.PLAN_CLOSED: (_INVALID, "plan_required"),
    Code.TOO_OFTEN: ("rate_limit_error", "rate_limit_exceeded"),
    Code.BODY_TOO_LARGE: (_INVALID, "request_too_large"),
    Code.MODEL_UNKNOWN: (_INVALID, "model_not_found"),
    Code.IDEMPOTENCY_IN_PROGRESS: (_INVALID, "idempotency_in_progress"),
    Code.IDEMPOTENCY_MISMATCH: (_INVALID, "idempotency_mismatch"),
    Code.OVERLOADED: (_SERVER, "overloaded"),
    Code.DRAINING: (_SERVER, "overloaded"),
    Code.NO_UPSTREAM: (_SERVER, "overloaded"),
    Code.UPSTREAM_ERROR: (_SERVER, "upstream_error"),
    Code.UPSTREAM_TIMEOUT: (_SERVER, "upstream_timeout"),
    Code.INTERNAL: (_SERVER, "internal_error"),
}


class OpenAIChat:
    """See CONTRACT "Dialect openai". What the client sends goes on untouched, but for `model`."""

    name = "openai"
    prefix = "/v1/"
    routes = (
        Route("POST", "/v1/chat/completions", Action.CHAT),
        Route("GET", "/v1/models", Action.MODELS),
        Route("GET", "/v1/models/*", Action.MODEL),
    )

    def parse_chat(self, body: bytes, terms: Terms, modes: ModeCatalogue) -> ChatCall | Refusal:
        """Checks the request, fits its messages into the limit, and takes `model` out."""
        chat = plain_chat.known(body, terms)
        if chat is not None:
            return _plain_call(chat, body, terms, modes)
        return self.parse_carefully(body, terms, modes)

    def parse_carefully(self, body: bytes, terms: Terms, modes: ModeCatalogue) -> ChatCall | Refusal:
        """The same for any request, at two to three times the cost of a plain one."""
        fields = read_object(body, terms.json_max_depth, terms.json_max_values)
        if isinstance(fields, Refusal):
            return fields
        if fault := field_fault(fields) or conversation.fault(fields.get("messages")):
            return fault
        mode = _chosen_mode(fields.get("model"), terms, modes)
        if isinstance(mode, Refusal):
            return mode
        kept, cut_chars = fields["messages"], 0
        if terms.max_chars and len(body) > terms.max_chars:
            kept, cut_chars = conversation.fit(kept, terms.max_chars)
        return ChatCall(
            body_rest=_rebuilt(body, kept if cut_chars else None, mode and modes.system(mode)),
            stream=bool(fields.get("stream")),
            mode=mode,
            cut_chars=cut_chars,
        )

    def models(self, terms: Terms, modes: ModeCatalogue) -> Answer:
        """The published names, then one for each prompt mode."""
        names = [*terms.models, *(MODE_PREFIX + mode for mode in modes.ids())]
        return Answer(200, _encode({"object": "list", "data": [_model(name) for name in names]}))

    def model(self, name: str, terms: Terms, modes: ModeCatalogue) -> Answer | Refusal:
        """One published name."""
        mode = name.removeprefix(MODE_PREFIX)
        if name in terms.models or (name != mode and modes.ref(mode) is not None):
            return Answer(200, _encode(_model(name)))
        return _no_model(name)

    def refuse(self, refusal: Refusal, action: Action | None, voice: Voice, terms: Terms) -> Answer:  # noqa: ARG002 - the port's form
        """`{"error": {message, type, param, code}}`; an upstream's own refusal as it came."""
        if refusal.upstream_body is not None:
            return Answer(_STATUS[refusal.code], refusal.upstream_body)
        return Answer(_STATUS[refusal.code], self.error_body(refusal, voice, terms))

    def error_body(self, refusal: Refusal, voice: Voice, terms: Terms) -> bytes:
        """The JSON of an error, which a broken stream carries too."""
        kind, code = _KINDS.get(refusal.code, (_INVALID, None))
        words = message(refusal, voice, _OWN, terms.price_requests)
        return _encode({"error": {"message": words, "type": kind, "param": refusal.field, "code": code}})


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "slovomat"}


def _no_model(name: str) -> Refusal:
    return Refusal(code=Code.MODEL_UNKNOWN, field="model", names={"model": name[:100]})


def _plain_call(
    chat: plain_chat.PlainChat, body: bytes, terms: Terms, modes: ModeCatalogue
) -> ChatCall | Refusal:
    """The call that needs no careful reading; only its model may still be refused."""
    mode = _chosen_mode(chat.model, terms, modes)
    if isinstance(mode, Refusal):
        return mode
    rest = None if mode else plain_chat.without_model(body, has_model=chat.model is not None)
    if rest is None:
        rest = _rebuilt(body, None, mode and modes.system(mode))
    return ChatCall(body_rest=rest, stream=bool(chat.stream), mode=mode, cut_chars=0)


def _chosen_mode(model: object, terms: Terms, modes: ModeCatalogue) -> str | Refusal | None:
    """The prompt mode that the model's name asks for, if any; other names matter only when strict."""
    if model is None:
        return None
    if not isinstance(model, str):
        return bad_field("model", "string")
    mode = model.removeprefix(MODE_PREFIX)
    if mode != model:
        return mode if modes.ref(mode) is not None else _no_model(model)
    return _no_model(model) if terms.models_strict and model not in terms.models else None


def _rebuilt(body: bytes, kept: list[dict[str, Any]] | None, system: str | None) -> bytes:
    """The body without `model` and the opening brace; with other messages, or a prompt before them."""
    raw = _raw_fields.decode(body)
    raw.pop("model", None)
    if kept is not None:
        raw["messages"] = msgspec.Raw(_encode(kept))
    if system is not None:
        raw["messages"] = _with_system(raw["messages"], system)
    return _encode(raw)[1:]


def _with_system(messages: msgspec.Raw, system: str) -> msgspec.Raw:
    """The messages with a system prompt in front, without rebuilding the rest."""
    first = _encode({"role": "system", "content": system})
    return msgspec.Raw(b"[" + first + b"," + bytes(messages).lstrip()[1:])


DIALECT = OpenAIChat()
