"""How the values of many items reach PostgreSQL: just as they were given."""

import asyncpg
import pytest

from slovomat.storage.statements import array_text

pytestmark = pytest.mark.anyio
TEXTS = [
    *(
        "",
        " ",
        "NULL",
        "null",
        "{}",
        "{a,b}",
        ",",
        '"',
        "'",
        "\\",
        '\\"',
        "a\\nb",
        "\n",
        "\r\n\t",
        "\x01\x7f",
    ),
    *("Осень", "🍂", "\u2028", "$1", "%s", ";--", '{"json": [1, null]}', "\ufffd", "a" * 10_000),
]


@pytest.mark.parametrize("texts", [[text] for text in TEXTS] + [[*TEXTS, None], [None, None]])
async def test_texts_arrive_as_they_are(postgres_database: str, texts: list[str | None]) -> None:
    """Whatever stands in them: quotes, braces, line ends, or nothing."""
    connection = await asyncpg.connect(postgres_database)
    assert await connection.fetchval("SELECT $1::text::text[]", array_text(texts)) == texts
    await connection.close()


async def test_numbers_arrive_as_they_are(postgres_database: str) -> None:
    """The largest too, and none."""
    connection = await asyncpg.connect(postgres_database)
    numbers = [0, -1, (1 << 63) - 1, None]
    assert await connection.fetchval("SELECT $1::text::bigint[]", array_text(numbers)) == numbers
    await connection.close()
