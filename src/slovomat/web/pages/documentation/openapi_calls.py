"""The calls of the dialects in the OpenAPI document, with every answer as an example."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from slovomat.dialects.calls import Action
from slovomat.web.pages.documentation.examples import Call, Example
from slovomat.web.pages.documentation.openapi_headers import carried, request_parameters
from slovomat.web.pages.documentation.openapi_schemas import ANSWERS, error_name, request_schema
from slovomat.web.pages.samples import NO_KEY

JSON = dict[str, Any]
_SUMMARIES = {
    Action.CREATE_JOB: "ref_create_job",
    Action.POLL_JOB: "ref_poll_job",
    Action.BALANCE: "ref_balance",
    Action.CHAT: "ref_chat",
    Action.MODELS: "ref_models",
    Action.MODEL: "ref_model",
}


def call_paths(calls: Sequence[Call], texts: Mapping[str, str], model: str) -> JSON:
    """The path items of all calls. `model`: a name that a chat may ask for."""
    return {call.path: {call.method.lower(): _operation(call, texts, model)} for call in calls}


def _operation(call: Call, texts: Mapping[str, str], model: str) -> JSON:
    operation: JSON = {
        "operationId": f"{call.dialect}_{call.action}",
        "tags": [call.dialect],
        "summary": texts[_SUMMARIES[call.action]],
        "description": texts["docs_price_each" if call.paid else "docs_price_none"],
        "parameters": [*_in_path(call, texts), *request_parameters(texts, paid=call.paid)],
        "responses": _responses(call, texts),
    }
    schema = request_schema(call.path, texts)
    if schema is not None:
        content = {"schema": schema, "example": _request(call, texts, model)}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    in_header = call.action in {Action.CHAT, Action.MODELS, Action.MODEL}
    operation["security"] = [{"bearer": []}] if in_header else []
    return operation


def _in_path(call: Call, texts: Mapping[str, str]) -> list[JSON]:
    if "{id}" not in call.path:
        return []
    schema = {"type": "string", "minLength": 1}
    told = {"name": "id", "in": "path", "required": True, "description": texts["field_model"]}
    return [{**told, "schema": schema, "example": "mode-essay"}]


def _request(call: Call, texts: Mapping[str, str], model: str) -> JSON:
    """A body that the call takes, but for the key."""
    values: JSON = {
        "input_text": texts["sample_prompt"],
        "content": texts["sample_prompt"],
        "mode": "article",
        "key": NO_KEY,
        "request_id": 59877,
        "id": 59877,
        "model": model,
        "messages": [{"role": "user", "content": texts["sample_prompt"]}],
    }
    return {field.name: values[field.name] for field in call.fields if field.name in values}


def _responses(call: Call, texts: Mapping[str, str]) -> JSON:
    examples = (*call.examples, *call.others)
    by_status: dict[int, list[Example]] = {}
    for example in examples:
        by_status.setdefault(example.status, []).append(example)
    return {
        str(status): {
            "description": "; ".join(dict.fromkeys(texts[one.when] for one in told)),
            "headers": carried(status, [line for one in told for line in one.headers], paid=call.paid),
            "content": _content(call, status, told, texts),
        }
        for status, told in sorted(by_status.items())
    }


def _content(call: Call, status: int, examples: Sequence[Example], texts: Mapping[str, str]) -> JSON:
    content: JSON = {}
    for example in examples:
        is_json = example.content_type == "application/json"
        schema = _schema(call, status) if is_json else {"type": "string"}
        media = content.setdefault(example.content_type, {"schema": schema, "examples": {}})
        value = msgspec.json.decode(example.body) if is_json else example.body
        media["examples"][example.when.removeprefix("when_")] = {
            "summary": texts[example.when],
            "value": value,
        }
    return content


def _schema(call: Call, status: int) -> JSON:
    if status < 300:
        return ANSWERS.get(call.path, {"type": "object"})
    return {"$ref": f"#/components/schemas/{error_name(call.dialect)}"}
