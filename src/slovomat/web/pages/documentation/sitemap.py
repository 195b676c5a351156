"""`/sitemap.xml`: the pages that anybody may find, each in both languages."""

from xml.sax.saxutils import escape

_PUBLIC = ("/", "/price", "/api-documentation", "/api-reference")
_SPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'


def sitemap(site: str) -> str:
    """The file, for a service at this address."""
    urls = "".join(_url(escape(site + path)) for path in _PUBLIC)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {_SPACES}>\n{urls}</urlset>\n'


def _url(address: str) -> str:
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href="{address}?lang={language}"/>'
        for language in ("ru", "en")
    )
    return f"<url><loc>{address}</loc>{others}</url>\n"
