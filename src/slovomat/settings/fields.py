"""The kinds of values that settings have."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from slovomat.domain.days import known_zone


def _zone(name: str) -> str:
    if not known_zone(name):
        raise ValueError(f"unknown time zone {name!r}; an IANA name such as Europe/Moscow is needed")
    return name


def _names(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""In one string, the names stand between commas."""
Zone = Annotated[str, AfterValidator(_zone)]
Positive = Annotated[int, Field(gt=0)]
NotNegative = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
