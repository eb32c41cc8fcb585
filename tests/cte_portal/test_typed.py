"""What people type or addresses carry: numbers, pages and days, read in one place."""

from __future__ import annotations

import datetime

import pytest
from django import forms
from django.db.models import Q
from django.test import RequestFactory

from cte_portal.pages.days import DayField, in_days
from cte_portal.pages.typed import KEY_DIGITS, number, paged

HUGE = "9" * 5000


@pytest.mark.parametrize(
    "text", ["", " 7", "-7", "7.0", "seven", "²", "٧", "1" * 10, HUGE, "7\x00"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text) is None


def test_numbers_have_as_many_digits_as_their_column_takes() -> None:
    assert (number("007"), number("0"), number("1" * 9)) == (7, 0, 111_111_111)
    assert (
        number("1" * KEY_DIGITS, digits=KEY_DIGITS)
        and number("1" * (KEY_DIGITS + 1), digits=KEY_DIGITS) is None
    )


@pytest.mark.parametrize(
    ("wanted_page", "page_number"),
    [("2", 2), ("", 1), ("x", 1), ("99", 3), ("-1", 3), (HUGE, 1), ("2&page=3", 3)],
)
def test_a_page_that_is_not_there_is_the_first_or_the_last(
    wanted_page: str, page_number: int
) -> None:
    page, query = paged(RequestFactory().get(f"/?find=a+b&page={wanted_page}"), list(range(25)), 10)
    assert (page.number, query) == (page_number, "find=a+b")


class DayForm(forms.Form):
    day = DayField(wrong="Enter a date like 05/08/2025", outside="Not in this century")


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("05/08/2025", None),
        ("2025-05-08", "Enter a date like 05/08/2025"),
        ("02/30/2025", "Enter a date like 05/08/2025"),
        ("12/31/9999", "Not in this century"),
        ("01/01/0001", "Not in this century"),
    ],
)
def test_a_day_is_typed_as_the_field_writes_it(typed: str, problem: str | None) -> None:
    assert DayForm({"day": typed}).errors.get("day") == ([problem] if problem else None)


def test_whole_days_begin_and_end_at_midnight_in_montana() -> None:
    day, utc = datetime.date(2025, 3, 9), datetime.UTC  # daylight saving time begins on it
    begins, ends = (
        datetime.datetime(2025, 3, 9, 7, tzinfo=utc),
        datetime.datetime(2025, 3, 10, 6, tzinfo=utc),
    )
    assert in_days(day, day, field="queued_at") == Q(queued_at__gte=begins) & Q(queued_at__lt=ends)
    assert in_days(None, None) == Q()
