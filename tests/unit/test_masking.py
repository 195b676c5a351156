"""No address shows its password."""

import pytest

from slovomat.masking import masked


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql://me:secret@db.example:5432/x", "postgresql://me:********@db.example:5432/x"),
        ("postgresql://me:se/cr@e?t@db.example/x", "postgresql://me:********@db.example/x"),
        ("postgresql://me@db.example/x", "postgresql://me@db.example/x"),
        ("postgresql://db/x?user=me&password=secret", "postgresql://db/x?user=me&password=********"),
        (
            "postgresql:///x?host=/run/pg&sslpassword=secret",
            "postgresql:///x?host=/run/pg&sslpassword=********",
        ),
        ("valkey://:secret@one:1,two:2/0", "valkey://:********@one:1,two:2/0"),
        ("https://token@api.example/v1/@me", "https://********@api.example/v1/@me"),
        ("https://me:secret@api.example/v1", "https://me:********@api.example/v1"),
        ("https://api.example/v1/@me", "https://api.example/v1/@me"),
        ("gpt-4o", "gpt-4o"),
        ("", ""),
    ],
)
def test_a_password_is_hidden_and_the_rest_stays(given: str, shown: str) -> None:
    """Also where the password breaks the address."""
    assert masked(given) == shown
