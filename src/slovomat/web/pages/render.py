"""Pages from templates: escaped always, and a name that is missing is an error, not a blank."""

import shlex

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from slovomat.settings import Settings
from slovomat.web.pages.figures import counted, grouped, money
from slovomat.web.pages.markdown import prose
from slovomat.web.pages.moments import Moments


def make_templates(settings: Settings) -> Environment:
    """The environment of all page templates."""
    environment = Environment(
        loader=PackageLoader("slovomat.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(counted=counted, grouped=grouped, quoted=shlex.quote, ticks=ticks)
    moments = Moments(settings.time_zone)
    environment.filters.update(moment=moments.moment, day=moments.day, twice=twice, markdown=prose)
    environment.filters["money"] = lambda kopecks, language: money(kopecks, settings.currency, language)
    return environment


def twice(value: str) -> tuple[str, str]:
    """A choice that is called what it is."""
    return value, value


def ticks(text: str) -> Markup:
    """The text, escaped, with what stands between backticks as code."""
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )
