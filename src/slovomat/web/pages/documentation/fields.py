"""The fields of each call, as the documentation lists them."""

import msgspec


class Field(msgspec.Struct, frozen=True):
    """A field of a request's body. `about` names a text of the catalogue."""

    name: str
    type: str
    required: bool
    about: str


_KEY = Field("key", "string", True, "field_key")
_AGAIN = Field("idempotency_key", "string", False, "field_idempotency_key")
FIELDS: dict[str, tuple[Field, ...]] = {
    "/api/generate_response": (
        Field("input_text", "string", True, "field_input_text"),
        Field("mode", "string", True, "field_mode"),
        _KEY,
        _AGAIN,
    ),
    "/api/status": (Field("request_id", "integer", True, "field_request_id"), _KEY),
    "/api/balance": (_KEY,),
    "/api/gpt/create_request": (
        Field("content", "string", True, "field_content"),
        Field("mode", "string", False, "field_mode_chat"),
        _KEY,
        _AGAIN,
    ),
    "/api/gpt/get_response": (Field("id", "integer", True, "field_request_id"), _KEY),
    "/api/gpt/units": (_KEY,),
    "/v1/chat/completions": (
        Field("messages", "array", True, "field_messages"),
        Field("model", "string", False, "field_model"),
        Field("stream", "boolean", False, "field_stream"),
        Field("stream_options", "object", False, "field_stream_options"),
        Field("…", "", False, "field_rest"),
    ),
}
