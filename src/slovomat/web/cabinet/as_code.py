"""A call of the playground as a program: what to write to get the same text through the API."""

import json
import shlex
from collections.abc import Mapping

from slovomat.web.pages.samples import LANGUAGES, Sample


def as_code(site: str, model: str, text: str, key: str) -> tuple[Sample, ...]:
    """The same call in every language. `key`: what stands in the key's place."""
    body: Mapping[str, object] = {"model": model, "messages": [{"role": "user", "content": text}]}
    url = f"{site}/v1/chat/completions"
    written = {
        "curl": _curl(url, body, key),
        "python": _python(site, body, key),
        "javascript": _javascript(url, body, key),
        "php": _php(url, body, key),
    }
    return tuple(Sample(language, title, written[language]) for language, title in LANGUAGES)


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _curl(url: str, body: Mapping[str, object], key: str) -> str:
    return f'curl {url} -H "Authorization: Bearer {key}" \\\n  -d {shlex.quote(_json(body))}'


def _python(site: str, body: Mapping[str, object], key: str) -> str:
    return f"""from openai import OpenAI

client = OpenAI(base_url="{site}/v1", api_key="{key}")
answer = client.chat.completions.create(
    model={_json(body["model"])},
    messages={_json(body["messages"])},
)
print(answer.choices[0].message.content)"""


def _javascript(url: str, body: Mapping[str, object], key: str) -> str:
    return f"""const answer = await fetch("{url}", {{
  method: "POST",
  headers: {{ Authorization: "Bearer {key}", "Content-Type": "application/json" }},
  body: JSON.stringify({_json(body, 2)}),
}});
console.log((await answer.json()).choices[0].message.content);"""


def _php(url: str, body: Mapping[str, object], key: str) -> str:
    quoted = _json(body).replace("\\", "\\\\").replace("'", "\\'")
    return f"""<?php
$call = curl_init('{url}');
curl_setopt_array($call, [
    CURLOPT_POST => true,
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => ['Authorization: Bearer {key}', 'Content-Type: application/json'],
    CURLOPT_POSTFIELDS => '{quoted}',
]);
$answer = json_decode(curl_exec($call), true);
echo $answer['choices'][0]['message']['content'];"""
