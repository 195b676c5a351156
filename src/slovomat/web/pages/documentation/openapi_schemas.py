"""The schemas of the API's bodies. The tests hold every example of the documentation against them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from slovomat.dialects.openai_fields import Known
from slovomat.domain.mode import MODE_IDS, ModeParameter
from slovomat.ports.modes import ModeCatalogue
from slovomat.web.pages.documentation.fields import FIELDS, Field

JSON = dict[str, Any]
_STRING: JSON = {"type": "string"}
_COUNT: JSON = {"type": "integer", "minimum": 0}
_ID: JSON = {"type": "integer", "minimum": 1, "maximum": (1 << 53) - 1}
_TRUE: JSON = {"type": "boolean", "const": True}
_KINDS = {"integer": "integer", "choice": "string", "flag": "boolean", "string": "string"}
_FIELDS: dict[str, JSON] = {
    "key": {**_STRING, "format": "password", "pattern": "^slv_"},
    "mode": {"$ref": "#/components/schemas/Mode"},
    "idempotency_key": {**_STRING, "minLength": 1, "maxLength": 255},
    "request_id": {"anyOf": [_ID, {**_STRING, "pattern": "^[0-9]{1,19}$"}]},
    "id": {"anyOf": [_ID, {**_STRING, "pattern": "^[0-9]{1,19}$"}]},
    "input_text": {**_STRING, "minLength": 1},
    "content": {**_STRING, "minLength": 1},
    "model": _STRING,
    "messages": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Message"}},
}


def _object(required: Sequence[str] = (), **properties: JSON) -> JSON:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


_STATUS = {"type": "string", "enum": ["processing", "completed", "failed"]}
_USAGE = _object(
    ("prompt_tokens", "completion_tokens", "total_tokens"),
    prompt_tokens=_COUNT,
    completion_tokens=_COUNT,
    total_tokens=_COUNT,
)
_CHOICE = _object(
    ("index", "message", "finish_reason"),
    index=_COUNT,
    message={"$ref": "#/components/schemas/Message"},
    finish_reason=_STRING,
    logprobs={"type": ["object", "null"]},
)
_MODEL = _object(
    ("id", "object", "created", "owned_by"),
    id=_STRING,
    object={"type": "string", "const": "model"},
    created=_COUNT,
    owned_by=_STRING,
)
ANSWERS: dict[str, JSON] = {
    "/api/generate_response": _object(
        ("request_id", "status", "balance"),
        request_id=_ID,
        status={"type": "string", "const": "processing"},
        balance=_COUNT,
    ),
    "/api/status": _object(
        ("request_id", "status"), request_id=_ID, status=_STATUS, result=_STRING, error_message=_STRING
    ),
    "/api/balance": _object(("balance",), balance=_COUNT),
    "/api/gpt/create_request": _object(("success", "units", "id"), success=_TRUE, units=_COUNT, id=_ID),
    "/api/gpt/get_response": _object(
        ("success", "solving"),
        success={"type": "boolean"},
        solving={"type": "boolean"},
        result=_STRING,
        error=_STRING,
    ),
    "/api/gpt/units": _object(("success", "units"), success=_TRUE, units=_COUNT),
    "/v1/chat/completions": _object(
        ("id", "object", "created", "model", "choices"),
        id=_STRING,
        object={"type": "string", "const": "chat.completion"},
        created=_COUNT,
        model=_STRING,
        choices={"type": "array", "items": _CHOICE},
        usage=_USAGE,
    ),
    "/v1/models": _object(
        ("object", "data"),
        object={"type": "string", "const": "list"},
        data={"type": "array", "items": _MODEL},
    ),
    "/v1/models/{id}": _MODEL,
}
"""What each call answers when nothing is wrong with it."""

_FAILED: JSON = {"type": "string", "const": "failed"}
_ERRORS: dict[str, JSON] = {
    "textbot": _object(("error_message",), status=_FAILED, error_message=_STRING, balance=_COUNT),
    "chatinfo": _object(
        ("success", "error"),
        success={"type": "boolean", "const": False},
        solving={"type": "boolean", "const": False},
        units=_COUNT,
        error=_STRING,
    ),
    "openai": _object(
        ("error",),
        error=_object(
            ("message", "type", "param", "code"),
            message=_STRING,
            type=_STRING,
            param={"type": ["string", "null"]},
            code={"type": ["string", "null"]},
        ),
    ),
}
_MESSAGE = _object(
    ("role",),
    role={"type": "string", "minLength": 1, "examples": ["system", "user", "assistant", "tool"]},
    content={
        "anyOf": [
            _STRING,
            {"type": "array", "items": _object(("type",), type=_STRING, text=_STRING)},
            {"type": "null"},
        ]
    },
)


def error_name(dialect: str) -> str:
    """The name of the schema of a dialect's errors."""
    return f"{dialect}_error"


def schema_components(modes: ModeCatalogue, dialects: Sequence[str], language: str) -> JSON:
    """Every schema that has a name: errors, messages, modes, and each mode's parameters."""
    errors = {error_name(name): _ERRORS.get(name, {"type": "object"}) for name in dialects}
    titles = "\n".join(f"- `{mode}`: {modes.title(mode, language)}" for mode in MODE_IDS)
    named = {"Mode": {"type": "string", "enum": list(modes.ids()), "description": titles}}
    choices = {
        f"mode_{mode}": {
            "title": modes.title(mode, language),
            "type": "object",
            "properties": {one.name: parameter_schema(one, language) for one in modes.parameters(mode)},
            "additionalProperties": False,
        }
        for mode in modes.ids()
    }
    return {**errors, "Message": _MESSAGE, **named, **choices}


def parameter_schema(parameter: ModeParameter, language: str) -> JSON:
    """What a parameter of a mode may be."""
    schema: JSON = {
        "type": _KINDS[parameter.kind],
        "title": parameter.labels[0 if language == "ru" else 1],
        "default": parameter.default,
    }
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    if parameter.least is not None:
        schema["minimum"] = parameter.least
    if parameter.most is not None:
        schema["maximum" if parameter.kind == "integer" else "maxLength"] = parameter.most
    return schema


def request_schema(path: str, texts: Mapping[str, str]) -> JSON | None:
    """What the call's body may be; None for a call without a body."""
    fields = [field for field in FIELDS.get(path, ()) if field.type]
    if not fields:
        return None
    known = _known() if path == "/v1/chat/completions" else {}
    properties = {**known, **{field.name: _field(field, known, texts) for field in fields}}
    required = [field.name for field in fields if field.required]
    return {"type": "object", "properties": properties, "required": required}


def _field(field: Field, known: JSON, texts: Mapping[str, str]) -> JSON:
    schema: JSON = known.get(field.name) or _FIELDS.get(field.name, {"type": field.type})
    return {**schema, "description": texts[field.about]}


def _known() -> JSON:
    """The known parameters of a chat, as the dialect itself checks them."""
    _, components = msgspec.json.schema_components((Known,))
    properties: dict[str, JSON] = components["Known"]["properties"]
    return {name: {"anyOf": schema["anyOf"]} for name, schema in properties.items()}
