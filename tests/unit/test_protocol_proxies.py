"""Whose word about an address counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slovomat.settings import BadSettingsError, load_settings
from slovomat.web.proxies import Proxies

OURS = Proxies(("10.0.0.0/8", "192.0.2.1", "2001:db8::/32"))


def _header(*values: str) -> list[tuple[bytes, bytes]]:
    return [(b"x-forwarded-for", value.encode("latin-1")) for value in values]


CASES = {
    ("8.8.8.8", "1.1.1.1"): "8.8.8.8",
    ("10.0.0.1", "1.1.1.1"): "1.1.1.1",
    ("10.0.0.1", "6.6.6.6, 1.1.1.1"): "1.1.1.1",
    ("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.9.9.9"): "1.1.1.1",
    ("10.0.0.1", "10.1.1.1, 10.2.2.2"): "10.1.1.1",
    ("10.0.0.1", ""): "10.0.0.1",
    ("10.0.0.1", "nonsense"): "10.0.0.1",
    ("10.0.0.1", "1.1.1.1, nonsense"): "10.0.0.1",
    ("10.0.0.1", "1.1.1.1, nonsense, 10.3.3.3"): "10.3.3.3",
    ("10.0.0.1", "1.1.1.1:443"): "1.1.1.1",
    ("10.0.0.1", "[2001:4860::1]:443"): "2001:4860::1",
    ("10.0.0.1", "2001:4860::1"): "2001:4860::1",
    ("10.0.0.1", "0x7f.1"): "10.0.0.1",
    ("10.0.0.1", "127.1"): "10.0.0.1",
    ("::ffff:10.0.0.1", "1.1.1.1"): "1.1.1.1",
    ("2001:db8::9", "1.1.1.1"): "1.1.1.1",
    ("", "1.1.1.1"): "",
}


@pytest.mark.parametrize(("peer", "told"), CASES)
def test_the_nearest_stranger_is_the_client(peer: str, told: str) -> None:
    """The list is read from its end, over our own proxies, to the first address that is not ours."""
    assert OURS.client_of(peer, _header(told)) == CASES[peer, told]


def test_repeated_headers_are_one_list() -> None:
    """A header that the client sent stands before what the proxy added."""
    assert OURS.client_of("10.0.0.1", _header("6.6.6.6", "1.1.1.1")) == "1.1.1.1"


@given(st.lists(st.text(st.characters(max_codepoint=255)), max_size=4))
def test_without_proxies_nobody_is_believed(values: list[str]) -> None:
    """The default trusts none, and nothing in a header breaks the reading."""
    assert Proxies(()).client_of("10.0.0.1", _header(*values)) == "10.0.0.1"
    OURS.client_of("10.0.0.1", _header(*values))


def test_a_proxy_that_is_no_address_stops_the_start() -> None:
    """A mistyped setting must not silently trust nobody, or everybody."""
    with pytest.raises(BadSettingsError, match=r"10\.0\.0\.300"):
        load_settings(environ={"SLOVOMAT_TRUSTED_PROXIES": "127.0.0.1,10.0.0.300"})
