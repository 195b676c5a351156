"""Kopecks as providers write them."""

import msgspec
import pytest

from slovomat.payments import amounts


@pytest.mark.parametrize(
    ("kopecks", "written"),
    [(0, "0.00"), (1, "0.01"), (10, "0.10"), (12_345, "123.45"), (10**17 + 1, f"{10**15}.01")],
)
def test_kopecks_are_written_with_two_digits(kopecks: int, written: str) -> None:
    """As text and as a number of JSON, however large; and what is written is read back."""
    assert amounts.rubles(kopecks) == written
    assert msgspec.json.encode(amounts.number(kopecks)).decode() == written
    if kopecks < 10**16:
        assert amounts.kopecks(written) == kopecks


@pytest.mark.parametrize(
    ("written", "kopecks"),
    [("123", 12_300), ("123.4", 12_340), ("123.450000", 12_345), ("0,07", 7), ("8.29", 829)],
)
def test_other_ways_to_write_the_same_are_read(written: str, kopecks: int) -> None:
    """Fewer digits, more of them, a comma; exactly, where a float would lose a kopeck."""
    assert amounts.kopecks(written) == kopecks


@pytest.mark.parametrize(
    "written",
    ["", ".5", "1.", "-1.00", "+1", "1e3", "NaN", "1.005", "1 000.00", "١٢", "1.00\n", "9" * 20, "0x10"],
)
def test_what_is_no_sum_of_kopecks_is_none(written: str) -> None:
    """Nothing is rounded, and nothing guessed."""
    assert amounts.kopecks(written) is None


def test_a_sum_of_json_is_read_as_it_is_written() -> None:
    """A number or a string, never through a float."""
    assert amounts.kopecks_of_json(msgspec.Raw(b"0.29")) == 29
    assert amounts.kopecks_of_json(msgspec.Raw(b'"12.50"')) == 1_250
    assert amounts.kopecks_of_json(msgspec.Raw(b"true")) is None
    assert amounts.kopecks_of_json(msgspec.Raw(b"[1]")) is None


def test_a_negative_sum_is_a_bug() -> None:
    """It would be written as something else."""
    with pytest.raises(ValueError, match="negative"):
        amounts.rubles(-1)


@pytest.mark.parametrize(
    ("rate", "vat_kopecks"),
    [
        ("none", 0),
        ("0", 0),
        ("22", 2_226),
        ("22/122", 2_226),
        ("20", 2_058),
        ("10/110", 1_122),
        ("5", 588),
        ("7", 808),
    ],
)
def test_the_vat_within_a_sum_is_to_the_nearest_kopeck(rate: str, vat_kopecks: int) -> None:
    """123.45 with each rate of the law."""
    assert amounts.vat_part(12_345, rate) == vat_kopecks


def test_half_a_kopeck_of_vat_is_a_whole_one() -> None:
    """0.11 with 10 % has exactly 0.01; 0.61 with 22 % has 0.11; 0.33 with 10 % has 0.03."""
    assert [amounts.vat_part(11, "10"), amounts.vat_part(61, "22"), amounts.vat_part(33, "10")] == [1, 11, 3]
