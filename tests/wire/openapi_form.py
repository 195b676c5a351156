"""The form of an OpenAPI 3.1 document, as far as ours goes, as a JSON Schema.

Written from the specification (https://spec.openapis.org/oas/v3.1.0, section 4.8). It is narrower than the
standard: what we do not write is not allowed.
"""

from typing import Any

JSON = dict[str, Any]
TEXT: JSON = {"type": "string", "minLength": 1}
REFERENCE = {"$ref": "#/$defs/reference"}


def _object(required: tuple[str, ...] = (), /, **properties: Any) -> JSON:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _map(values: JSON, names: str = "^[a-zA-Z0-9._-]+$") -> JSON:
    return {"type": "object", "propertyNames": {"pattern": names}, "additionalProperties": values}


_SCHEMA: JSON = {"type": "object"}
_CONTENT = _map({"$ref": "#/$defs/media"}, names=r"^([a-z]+|\*)/([a-z0-9.+-]+|\*)$")
_HEADER = _object(("schema",), description=TEXT, schema=_SCHEMA, example=True)
_SCHEME = {
    "anyOf": [
        _object(("type", "scheme"), type={"const": "http"}, scheme={"const": "bearer"}, description=TEXT),
        _object(
            ("type", "in", "name"),
            **{"type": {"const": "apiKey"}, "in": {"enum": ["cookie", "header", "query"]}},
            name=TEXT,
            description=TEXT,
        ),
    ]
}
_PARAMETER: JSON = {
    **_object(
        ("name", "in", "schema"),
        **{"in": {"enum": ["path", "query", "header"]}},
        name=TEXT,
        required={"type": "boolean"},
        description=TEXT,
        schema=_SCHEMA,
        example=True,
    ),
    "if": {"properties": {"in": {"const": "path"}}},
    "then": {"required": ["required"], "properties": {"required": {"const": True}}},
}
_OPERATION = _object(
    ("operationId", "tags", "summary", "responses", "security"),
    operationId={"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
    tags={"type": "array", "items": TEXT, "minItems": 1},
    summary=TEXT,
    description=TEXT,
    parameters={"type": "array", "items": _PARAMETER},
    requestBody=_object(("content",), required={"type": "boolean"}, content=_CONTENT),
    responses={**_map({"$ref": "#/$defs/response"}, names="^([1-5][0-9][0-9]|default)$"), "minProperties": 1},
    security={"type": "array", "items": _map({"type": "array", "maxItems": 0})},
)

FORM: JSON = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(
        ("openapi", "info", "paths"),
        openapi={"type": "string", "pattern": r"^3\.1\.\d+$"},
        info=_object(("title", "version"), title=TEXT, version=TEXT, summary=TEXT, description=TEXT),
        servers={"type": "array", "items": _object(("url",), url=TEXT), "minItems": 1},
        externalDocs=_object(("url",), url=TEXT, description=TEXT),
        tags={
            "type": "array",
            "items": _object(("name",), name=TEXT, description=TEXT),
            "uniqueItems": True,
        },
        paths=_map(
            _object(get=_OPERATION, post=_OPERATION, put=_OPERATION, delete=_OPERATION, patch=_OPERATION),
            names="^/",
        ),
        components=_object(schemas=_map(_SCHEMA), headers=_map(_HEADER), securitySchemes=_map(_SCHEME)),
    ),
    "$defs": {
        "reference": _object(("$ref",), **{"$ref": {"type": "string", "pattern": "^#/components/"}}),
        "example": _object(("value",), summary=TEXT, value=True),
        "media": {
            **_object(("schema",), schema=_SCHEMA, example=True, examples=_map({"$ref": "#/$defs/example"})),
            "not": {"required": ["example", "examples"]},
        },
        "response": _object(
            ("description",),
            description=TEXT,
            headers=_map({"anyOf": [REFERENCE, _HEADER]}),
            content=_CONTENT,
        ),
    },
}
