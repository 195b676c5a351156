"""Which language a page speaks: what its address says, else what the browser prefers."""

from starlette.requests import Request

from slovomat.web.exchange import preferred_language

LANGUAGES = ("ru", "en")


def chosen(request: Request) -> str | None:
    """The language that the address names (`?lang=`), if it is one of ours."""
    asked = request.query_params.get("lang")
    return asked if asked in LANGUAGES else None


def spoken(request: Request) -> str:
    """The language to answer in."""
    accepted = request.headers.get("accept-language", "")
    return chosen(request) or preferred_language(accepted.encode("latin-1"))


def other(language: str) -> str:
    """The language that the switch leads to."""
    return "en" if language == "ru" else "ru"
