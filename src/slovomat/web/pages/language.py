"""Which language a page speaks: what the address says, else what the browser prefers, else Russian."""

LANGUAGES = ("ru", "en")
DEFAULT = "ru"
_MAX_HEADER_CHARS = 1_000


def preferred(accept_language: str) -> str:
    """The best of our languages for an Accept-Language header; equal ones in the header's order."""
    best, best_weight = DEFAULT, 0.0
    for part in accept_language[:_MAX_HEADER_CHARS].split(","):
        tag, _, parameters = part.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        weight = _weight(parameters)
        if primary in LANGUAGES and weight > best_weight:
            best, best_weight = primary, weight
    return best


def other(language: str) -> str:
    """The language that the switch leads to."""
    return "en" if language == "ru" else "ru"


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" and 0 <= float(value) <= 1 else 0.0
    except ValueError:
        return 0.0
