"""Codes are read as people type them, and a slip of a finger is no other code."""

from hypothesis import given
from hypothesis import strategies as st

from slovomat.domain.codes import make_code, read_code


@given(st.binary(min_size=16, max_size=16))
def test_a_code_is_read_back_however_it_is_typed(randomness: bytes) -> None:
    """In small letters, without hyphens, with an O for a zero and an l for a one."""
    code = make_code(randomness)
    assert len(code) == 23
    plain = code.replace("-", "")
    for typed in (
        code,
        f"  {code.lower()} ",
        plain.replace("0", "O").replace("1", "l"),
        code.replace("-", " "),
    ):
        assert read_code(typed) == plain


@given(st.binary(min_size=16, max_size=16))
def test_other_chance_gives_another_code(randomness: bytes) -> None:
    """95 bits of it count."""
    changed = bytes([randomness[0], *randomness[1:-1], randomness[-1] ^ 1])
    assert make_code(changed) != make_code(randomness)


def test_what_is_no_code_is_none() -> None:
    """Too short, too long, with other letters."""
    for typed in ("", "slovo", "U" * 20, make_code(bytes(16)) + "0", "ы" * 20):
        assert read_code(typed) is None
