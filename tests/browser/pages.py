"""Every page that a browser looks at: to add one is to add a line."""

from typing import NamedTuple


class Page(NamedTuple):
    """A page and the name of its screenshots. `person`: whether it asks for a sign-in."""

    name: str
    path: str
    status: int = 200
    person: bool = False


PAGES = (
    Page("home", "/"),
    Page("price", "/price?texts=900&chars=12000&api=textbot"),
    Page("documentation", "/api-documentation"),
    Page("reference", "/api-reference"),
    Page("sign-up", "/sign-up"),
    Page("sign-in", "/sign-in"),
    Page("reset", "/reset"),
    Page("account", "/account", person=True),
    Page("subscription", "/subscription", person=True),
    Page("keys", "/keys", person=True),
    Page("history", "/history", person=True),
    Page("playground", "/playground", person=True),
    Page("missing", "/no-such-page", 404),
)
