"""Methods, paths, targets and hosts that are not what they seem."""

import json
from collections.abc import Iterator

import pytest

from tests.wire.hostile_stage import ROUTES, Route, Stage, harmless, no, stage


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One service for this file."""
    with stage(tmp_path_factory.mktemp("hostile"), bad_keys_per_minute=0) as made:
        yield made


@pytest.fixture
def target(running: Stage) -> Iterator[Stage]:
    """The same; what a test does to it costs nothing."""
    with harmless(running) as made:
        yield made


each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
METHODS = ["GET", "PUT", "PATCH", "DELETE", "HEAD", "TRACE", "CONNECT", "QUERY", "COPY", "LOCK", "MOVE"]
METHODS += ["PROPFIND", "PROPPATCH", "SEARCH", "UNLOCK", "PURGE", "REPORT", "SUBSCRIBE", "LINK", "SOURCE"]
METHODS += ["M-SEARCH", "BREW", "FOO", "post", "Post", "get", "X-1"]


@each_route
@pytest.mark.parametrize("method", METHODS)
def test_another_method_is_refused_with_the_right_ones(target: Stage, route: Route, method: str) -> None:
    """Every method but the route's own is a 405 with Allow, known to HTTP or not."""
    reply = target.ask(f"{method} {route.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), method)
    assert reply.headers["allow"] == "POST, OPTIONS"
    if method == "HEAD":
        assert reply.status == 405
    else:
        no(reply, route.dialect, 405)


@pytest.mark.parametrize("method", ["POST", "DELETE", "PROPFIND", "FOO"])
@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/gpt-4o", "/healthz", "/readyz", "/metrics"])
def test_reading_paths_are_only_read(target: Stage, path: str, method: str) -> None:
    """The free GET paths take nothing else."""
    reply = target.ask(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
    no(reply, "openai", 405)
    assert reply.headers["allow"].startswith("GET")


@each_route
def test_a_method_override_overrides_nothing(target: Stage, route: Route) -> None:
    """A GET stays a GET, whatever a header or the query says."""
    body = json.dumps(route.body(target.key)).encode()
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        raw = route.request(target.key, body, f"{header}: POST").replace(b"POST", b"GET", 1)
        no(target.ask(raw), route.dialect, 405)
    raw = route.request(target.key, body).replace(b"POST", b"GET", 1)
    no(target.ask(raw.replace(b" HTTP/", b"?_method=POST HTTP/", 1)), route.dialect, 405)


PATHS = {
    "//v1/chat/completions": None,
    "/v1//chat/completions": "openai",
    "/v1/../v1/chat/completions": "openai",
    "/v1/./chat/completions": "openai",
    "/v1%2Fchat/completions": None,
    "/v1/chat%2Fcompletions": "openai",
    "/%76%31/chat/completions": None,
    "/v1/chat/completions/": "openai",
    "/v1/chat/completions%00": "openai",
    "/v1/chat/completions%20": "openai",
    "/v1/chat/completions;a=b": "openai",
    "/v1/chat/completions\\": "openai",
    "/V1/chat/completions": None,
    "/v1/Chat/Completions": "openai",
    "/v1/chat": "openai",
    "/v1": "openai",
    "/v1/": "openai",
    "/v1/embeddings": "openai",
    "/static/../v1/chat/completions": None,
    "/api/": "textbot",
    "/api/nothing": "textbot",
    "/api/balance/": "textbot",
    "/api/balance%0a": "textbot",
    "/api/../api/balance": "textbot",
    "/api//balance": "textbot",
    "/api/BALANCE": "textbot",
    "/api/gpt": "chatinfo",
    "/api/gpt/": "chatinfo",
    "/api/gpt/units/": "chatinfo",
    "/api/gpt/../balance": "chatinfo",
    "/api/gpt/%75nits": "chatinfo",
    "/" + "a" * 60_000: None,
    "/v1/" + "a/" * 30_000: "openai",
}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_only_the_exact_path_is_a_route(target: Stage, path: str) -> None:
    """No spelling of a path but its own reaches a route; the answer is the 404 of its prefix."""
    body = b'{"key": "%s"}' % target.key.encode()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {target.key}\r\n"
    reply = target.ask(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    dialect = PATHS[path]
    if dialect is None:
        assert reply.status in {404, 405}, reply
        assert reply.headers["content-type"].startswith("text/html")
        assert b"Traceback" not in reply.body
    else:
        no(reply, dialect, 404)


TARGETS = [
    "*",
    "",
    "?",
    "x",
    "v1/models",
    "http://",
    "http://evil",
    "http:///v1/models",
    "//",
    "/\x7f",
    "/ v1",
]
TARGETS += ["/\x00", "/v1/models\x00", "/\u00e9", "http://[::1/v1/models", "http://evil:99999/v1/models"]


@pytest.mark.parametrize("path", TARGETS, ids=repr)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "CONNECT"])
def test_a_target_that_is_no_path_is_refused(target: Stage, method: str, path: str) -> None:
    """What cannot be a path of ours gets a 4xx, and the connection is usable or closed."""
    reply = target.ask(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
    assert 400 <= reply.status < 500, reply
    assert b"Traceback" not in reply.body


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1@evil", "x:99999", "a b", "", "<script>", "x/../y"]
)
def test_the_host_header_decides_nothing(target: Stage, host: str) -> None:
    """Neither routing nor the URLs in an answer come from Host, X-Forwarded-Host or an absolute target."""
    for where in ("/v1/nothing", "http://evil.example/v1/nothing"):
        head = f"GET {where} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example\r\n"
        reply = target.ask(f"{head}X-Original-URL: /v1/models\r\nX-Rewrite-URL: /v1/models\r\n\r\n".encode())
        assert "evil" not in no(reply, "openai", 404)


PREFLIGHT = [
    "x-stainless-привет",
    "x-stainless-\u20ac",
    "x-stainless-" + "a" * 5000,
    "x-stainless-a b, ,,\t",
    "*",
]


@pytest.mark.parametrize("asked", PREFLIGHT, ids=range(len(PREFLIGHT)))
def test_a_preflight_with_odd_headers_is_answered(target: Stage, asked: str) -> None:
    """Only names that can be header names come back."""
    head = "OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: x\r\nOrigin: http://a\r\n"
    reply = target.ask(f"{head}Access-Control-Request-Headers: {asked}\r\n\r\n".encode(), "OPTIONS")
    assert reply.status == 204
    assert reply.headers["access-control-allow-headers"] == "Authorization, Content-Type, Idempotency-Key"
