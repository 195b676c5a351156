"""`/llms.txt`: what a language model should know of the service, in the form that llmstxt.org describes."""

from collections.abc import Mapping

from slovomat.dialects.calls import Action
from slovomat.web.pages.documentation.document import in_order
from slovomat.web.pages.documentation.scene import Scene

_ABOUT = {
    "textbot": "jobs: create, poll every two seconds, take the text; the key goes into the body as `key`",
    "chatinfo": "the same jobs, counted in API Units; the key goes into the body as `key`",
    "openai": "chat completions and models for any client of the OpenAI API; `Authorization: Bearer`",
}
_VERBS = {
    Action.CREATE_JOB: "create a job (paid)",
    Action.POLL_JOB: "ask how a job stands",
    Action.BALANCE: "ask what is left",
    Action.CHAT: "a chat answer, whole or streamed (paid)",
    Action.MODELS: "list the models",
    Action.MODEL: "one model",
}


def llms(scenes: Mapping[str, Scene]) -> str:
    """The file, in English Markdown."""
    scene = scenes["openai"]
    site = scene.voice.site
    return f"""\
# Slovomat

> Text generation by the request, over HTTP. One key and one balance open three APIs: two simple job APIs \
(create, poll, take the result) and one that any OpenAI client can use. A generation has a fixed price in \
requests; a failed one is free, and a repeat with the same `Idempotency-Key` is paid once.

## Quick start

1. Get an API key at {site}/account. It begins with `slv_` and is shown once.
2. Call the chat API:

```
curl {site}/v1/chat/completions -H "Authorization: Bearer YOUR_KEY" -d '{{
  "model": "{scene.model}",
  "messages": [{{"role": "user", "content": "Write a haiku about rain"}}]
}}'
```

3. Or point an OpenAI client at `{site}/v1` and use the key as its `api_key`.

Errors come as JSON with a sentence that says what to do; `Accept-Language: en` gives them in English. \
429 and 503 carry `Retry-After`, in seconds. Polling and balance calls are free.

## APIs

{_apis(scenes)}

## Modes

A mode puts a tried instruction before the text: the field `mode` of a job, the model `mode-<id>` of a chat.

{_modes(scene)}

## Documentation

- [API documentation]({site}/api-docs?lang=en): every call and answer, all errors, samples in four languages
- [OpenAPI 3.1 document]({site}/openapi.json?lang=en): every route, for programs
- [Interactive reference]({site}/api-reference?lang=en): try the calls in a browser

## Optional

- [Prices]({site}/price?lang=en): plans and packs of requests
- [Health]({site}/health): answers 200 while the service runs
"""


def _apis(scenes: Mapping[str, Scene]) -> str:
    lines = []
    for dialect in in_order():
        price = scenes[dialect.name].terms.price_requests
        lines.append(f"- {dialect.name}: {_ABOUT.get(dialect.name, 'an API')}; price in requests: {price}")
        for route in dialect.routes:
            lines.append(f"  - `{route.method} {route.path.replace('/*', '/{id}')}`: {_VERBS[route.action]}")
    return "\n".join(lines)


def _modes(scene: Scene) -> str:
    return "\n".join(f"- `{mode}`: {scene.modes.title(mode, 'en')}" for mode in scene.modes.ids())
