"""The form of a key, and what is kept of it."""

from hypothesis import given
from hypothesis import strategies as st

from slovomat.domain.keys import key_hash, make_key, shown, well_formed

_keys = st.binary(min_size=32, max_size=32).map(make_key)


@given(_keys)
def test_a_made_key_is_well_formed(key: str) -> None:
    """`slv_`, 32 random characters, 6 of checksum, letters and digits only."""
    assert len(key) == 42
    assert key.startswith("slv_")
    assert key[4:].isalnum()
    assert key.isascii()
    assert well_formed(key)


@given(_keys, st.integers(0, 41), st.characters())
def test_one_wrong_character_is_a_typo(key: str, place: int, char: str) -> None:
    """A mistyped key is told without the database."""
    mistyped = key[:place] + char + key[place + 1 :]
    assert well_formed(mistyped) is (mistyped == key)


@given(_keys, st.integers(0, 41))
def test_parts_and_neighbours_of_a_key_are_no_keys(key: str, length: int) -> None:
    """Prefixes, ends, other case, blanks around."""
    other = [
        key[:length],
        key[length + 1 :],
        key.lower(),
        key.upper(),
        key.swapcase(),
        f" {key}",
        f"{key}\n",
        key * 2,
    ]
    assert not any(well_formed(near) for near in other if near != key)


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    """No text breaks the judge, and none of these is a key."""
    assert not well_formed(text)


@given(_keys, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_what_is_stored_depends_on_the_secret(key: str, one: bytes, other: bytes) -> None:
    """A stolen database is of no use without the instance's secret."""
    assert len(key_hash(one, key)) == 32
    assert key.encode() not in key_hash(one, key)
    assert (key_hash(one, key) == key_hash(other, key)) is (one == other)


@given(_keys)
def test_only_the_beginning_is_shown(key: str) -> None:
    """People tell their keys apart by ten characters."""
    assert shown(key) == key[:10]


def test_different_randomness_makes_different_keys() -> None:
    """Two keys share nothing but the prefix."""
    assert make_key(bytes(32)) != make_key(bytes(31) + b"\x01")
