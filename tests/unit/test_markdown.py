"""An answer's markdown: shown as it is meant, and harmless whatever stands in it."""

import re

import pytest

from slovomat.web.pages.markdown import prose


def test_markdown_is_shown_as_meant() -> None:
    """Headings, lists, emphasis, code and tables become what they are."""
    html = prose("# Title\n\n- **one**\n- `two`\n\n|a|b|\n|-|-|\n|1|2|\n\n```py\nx < 1\n```")
    for piece in ("<h1>Title</h1>", "<strong>one</strong>", "<code>two</code>", "<td>2</td>", "x &lt; 1"):
        assert piece in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](data:text/html,<script>alert(1)</script>)",
        "<a href='javascript:alert(1)'>a</a>",
        "![a](https://evil.example/a.png)",
        "<svg/onload=alert(1)>",
        "<iframe src=//evil.example></iframe>",
        "<style>*{display:none}</style>",
        '<form action="https://evil.example"><input name=q>',
        "```html\n</code></pre><script>alert(1)</script>\n```",
        "[x]: javascript:alert(1)\n[x]",
        '[a](https://e.example/"onmouseover="alert(1))',
    ],
)
def test_nothing_runs_and_nothing_loads(text: str) -> None:
    """Markup in an answer is its text: no tag of it lives, no other host is asked for anything."""
    html = prose(text)
    assert not re.search(r"<(script|img|svg|iframe|style|form|input|object)\b", html)
    assert not re.search(r"<[^>]*\s(on\w+|style|src)=", html)
    assert not re.search(r'href="(javascript|data):', html)


def test_a_link_tells_nobody_where_it_stood() -> None:
    """Links are followed without a referrer, and count for nobody."""
    assert 'rel="nofollow noopener noreferrer"' in prose("[a](https://e.example)")
