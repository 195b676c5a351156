"""A smallest value that a JSON Schema accepts, for the schemas that people send to chat models."""

from typing import Any

_STRINGS = {
    "date-time": "2030-01-02T03:04:05Z",
    "date": "2030-01-02",
    "time": "03:04:05Z",
    "email": "text@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "192.0.2.1",
}
_TEXT = "текст"


def instance_of(schema: Any, root: Any = None) -> Any:
    """`root`: the whole schema, for the references in it. What is no schema gets null."""
    root = schema if root is None else root
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "$ref" in schema:
        return instance_of(_referred(schema["$ref"], root), root)
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return instance_of(_leaf_first(schema[choice]), root)
    if "allOf" in schema:
        return instance_of(_merged(schema["allOf"]), root)
    return _of_type(schema, root)


def _of_type(schema: dict[str, Any], root: Any) -> Any:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    match kind or ("object" if "properties" in schema else None):
        case "object":
            wanted = schema.get("properties", {})
            return {name: instance_of(inner, root) for name, inner in wanted.items()}
        case "array":
            first = [instance_of(inner, root) for inner in schema.get("prefixItems", ())]
            more = max(0, schema.get("minItems", 0) - len(first))
            return first + [instance_of(schema.get("items", {}), root) for _ in range(more)]
        case "string":
            text = _STRINGS.get(schema.get("format", ""), _TEXT)
            return text.ljust(schema.get("minLength", 0), "…")[: schema.get("maxLength")]
        case "integer" | "number":
            return _number(schema, 1 if kind == "integer" else 0.5)
        case "boolean":
            return True
    return None


def _number(schema: dict[str, Any], step: float) -> Any:
    step = schema.get("multipleOf", step)
    least = schema.get("minimum", schema.get("exclusiveMinimum", step))
    number = -(-least // step) * step
    if number == schema.get("exclusiveMinimum"):
        number += step
    return min(number, schema.get("maximum", number))


def _referred(reference: str, root: Any) -> Any:
    found = root
    for name in reference.removeprefix("#").split("/"):
        found = found[name] if name else found
    return found


def _leaf_first(choices: list[Any]) -> Any:
    """Of schemas to choose from one that refers to no other, so that a recursive one comes to its end."""
    leaves = [choice for choice in choices if isinstance(choice, dict) and "$ref" not in choice]
    told = [choice for choice in leaves if choice.get("type") != "null"]
    return (told or leaves or choices)[0]


def _merged(parts: list[Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in parts:
        properties = {**merged.get("properties", {}), **part.get("properties", {})}
        merged = {**merged, **part, **({"properties": properties} if properties else {})}
    return merged
