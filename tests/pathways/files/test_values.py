"""What people write, read the same way in form and file."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.files import values


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2.5", "2.5"),
        ("0", "0"),
        ("-0", "0"),
        ("+1.5", "1.5"),
        ("1.", "1"),
        (".5", "0.5"),
        ("007.50", "7.5"),
        ("\u00a02.5\u200b", "2.5"),
        ("-1", "-1"),
    ],
)
def test_u_50_u_52_credits_are_read(text: str, amount: str) -> None:
    assert values.credits(text, "It") == Decimal(amount)


def test_u_56_nothing_is_missing_not_zero() -> None:
    assert values.credits("  ", "It") is None
    assert values.date("", "It") is None
    assert values.yes_or_no("\u00a0", "It") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,5", "Use a decimal point in It, like 1.50"),
        ("2,75", "Use a decimal point in It, like 2.75"),
        ("0.333", "It must have no more than 2 decimal places, like 1.75"),
        ("2.0000000000000001", "It must have no more than 2 decimal places, like 1.75"),
        ("NaN", "It must be a number, like 1.75"),
        ("１.５", "It must be a number, like 1.75"),
        ("1e999999", "It must be a number, like 1.75"),
        ("9" * 400, "It must be a number, like 1.75"),
        ("9" * 30, "It must be between 0 and 30"),
        ("1\x00", "It must be a number, like 1.75"),
        ("<script>", "It must be a number, like 1.75"),
    ],
)
def test_u_51_u_55_credits_that_cannot_be_read_say_why(text: str, message: str) -> None:
    with pytest.raises(values.Unreadable) as refusal:
        values.credits(text, "It")
    assert refusal.value.message == message


@pytest.mark.parametrize(
    ("text", "day"),
    [("07/14/2022", (2022, 7, 14)), ("5/8/2025", (2025, 5, 8)), ("02/29/2024", (2024, 2, 29))],
)
def test_u_64_dates_are_read(text: str, day: tuple[int, int, int]) -> None:
    assert values.date(text, "It") == datetime.date(*day)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("07/14/22", "It must include a four-digit year"),
        ("2025-05-08", "It must be a date like 07/14/2022"),
        ("20250508", "It must be a date like 07/14/2022"),
        ("05/08/0025", "It must be in 1950 or later"),
        (
            "02/30/2025",
            "It: 02/30/2025 is not a valid date. Enter the month, day, and year, like 07/14/2022",
        ),
        ("May 8, 2025", "It must be a date like 07/14/2022"),
    ],
)
def test_u_64_u_65_dates_that_cannot_be_read_say_why(text: str, message: str) -> None:
    with pytest.raises(values.Unreadable) as refusal:
        values.date(text, "It")
    assert refusal.value.message == message


@given(st.decimals(min_value=-99, max_value=99, places=2))
def test_any_amount_with_two_decimals_is_read_as_it_was_written(amount: Decimal) -> None:
    assert values.credits(f"{amount:f}", "It") == amount


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    for read in (values.credits, values.date, values.yes_or_no):
        try:
            read(text, "It")
        except values.Unreadable as refusal:
            assert refusal.message
