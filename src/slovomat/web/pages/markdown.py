"""A model's answer as HTML: its markdown as it is meant, and of its markup nothing that runs or loads."""

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("em", "strong", "s", "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


def prose(text: str) -> Markup:
    """The answer for a page. Tags in it are shown as they are written; links leave no trace of the page."""
    cleaned = nh3.clean(
        _reader().render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
    return Markup(cleaned)  # noqa: S704 - this is what it was cleaned for


@cache
def _reader() -> MarkdownIt:
    """CommonMark with tables; HTML is text, and an image is only its words."""
    reader = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
    return reader.enable(["table", "strikethrough"]).disable("image")
