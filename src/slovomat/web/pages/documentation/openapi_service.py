"""What programs ask of the service itself: whether it lives, whether it is ready, its metrics."""

from collections.abc import Mapping
from typing import Any

from slovomat.web.pages.documentation.openapi_headers import carried
from slovomat.web.pages.documentation.openapi_schemas import error_name

JSON = dict[str, Any]
_STATE: JSON = {
    "type": "object",
    "properties": {"status": {"type": "string"}, "upstream": {"type": "string"}},
    "required": ["status"],
}


def service_paths(texts: Mapping[str, str], wrong_method: Any) -> JSON:
    """The path items. `wrong_method`: the body that answers any method but GET and HEAD."""

    def operation(name: str, about: str, responses: JSON) -> JSON:
        refused = {
            "description": texts["when_method_wrong"],
            "headers": carried(405, (), paid=False),
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{error_name('openai')}"},
                    "example": wrong_method,
                }
            },
        }
        told = {"operationId": name, "tags": ["service"], "summary": texts[about], "security": []}
        return {"get": {**told, "responses": {**responses, "405": refused}}}

    alive = {"200": _state(texts["ref_alive"], {"status": "ok"})}
    ready = {
        "200": _state(texts["ref_ready"], {"status": "ready", "upstream": "ready"}),
        "503": _state(texts["ref_not_ready"], {"status": "draining", "upstream": "ready"}),
    }
    exposition = {
        "description": texts["ref_metrics"],
        "headers": carried(200, (), paid=False),
        "content": {"text/plain": {"schema": {"type": "string"}, "example": "slovomat_queue_jobs 0.0\n"}},
    }
    return {
        "/health": operation("health", "ref_alive", alive),
        "/healthz": operation("healthz", "ref_alive", alive),
        "/readyz": operation("readyz", "ref_ready", ready),
        "/metrics": operation("metrics", "ref_metrics", {"200": exposition}),
    }


def _state(description: str, example: JSON) -> JSON:
    content = {"application/json": {"schema": _STATE, "example": example}}
    return {"description": description, "headers": carried(200, (), paid=False), "content": content}
