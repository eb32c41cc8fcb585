"""Dates, numbers and states are written the same way everywhere (G-18, G-19)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template

from cte_portal.ui.templatetags import portal


def rendered(source: str, **context: object) -> str:
    return Template("{% load portal %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("2.5"), "2.50"),
        (Decimal(0), "0.00"),
        (0, "0.00"),
        (0.1 + 0.2, "0.30"),
        ("1.5", "1.50"),
        (None, ""),
        ("", ""),
        ("1,5", "1,5"),
    ],
)
def test_credits_have_two_decimals_and_never_become_another_number(
    value: object, text: str
) -> None:
    assert portal.credits(value) == text


def test_counts_have_thousands_commas() -> None:
    assert [portal.count(number) for number in (0, 999, 1240, 1234567, None)] == [
        "0",
        "999",
        "1,240",
        "1,234,567",
        "",
    ]


def test_a_date_is_written_month_first_in_a_time_element() -> None:
    assert (
        rendered("{{ day|us_date }}", day=date(2022, 7, 14))
        == '<time datetime="2022-07-14">07/14/2022</time>'
    )


def test_a_moment_is_mountain_time_with_its_offset_in_summer_and_winter() -> None:
    summer, winter = (
        datetime(2025, 5, 7, 22, 12, 6, tzinfo=UTC),
        datetime(2025, 1, 7, 20, 3, 42, tzinfo=UTC),
    )
    assert (
        rendered("{{ at|us_datetime }}", at=summer)
        == '<time datetime="2025-05-07T16:12:06-06:00">05/07/2025 04:12:06 PM MT</time>'
    )
    assert (
        rendered("{{ at|mt_time }}", at=winter)
        == '<time datetime="2025-01-07T13:03:42-07:00">01:03:42 PM MT</time>'
    )


def test_a_moment_after_midnight_in_greenwich_is_still_yesterday_here() -> None:
    assert ">05/07/2025<" in rendered("{{ at|us_date }}", at=datetime(2025, 5, 8, 3, 0, tzinfo=UTC))


def test_nothing_is_written_for_a_date_that_is_missing() -> None:
    assert rendered("{{ none|us_date }}{{ none|mt_time }}{{ none|us_datetime }}", none=None) == ""


def test_a_state_id_is_spaced_in_threes_and_copied_without_gaps() -> None:
    html = rendered("{{ id|threes }}", id="999000123")
    assert html.count("<i>") == 3
    assert "999</i><i>000</i><i>123" in html


def test_what_people_typed_is_escaped() -> None:
    assert "<script>" not in rendered(
        "{{ id|threes }}{% status 'none' word %}{{ id|credits }}", id="<script>", word="<script>"
    )


def test_each_status_has_its_own_shape_beside_its_word() -> None:
    shapes = {
        kind: rendered("{% status kind 'Word' 'Sentence.' %}", kind=kind)
        for kind in portal.STATUS_KINDS
    }
    sprite = Template('{% include "ui/sprite.html" %}').render(Context())
    for kind, html in shapes.items():
        assert f"#i-{kind}" in html and "Word" in html and "Sentence." in html
        assert f'id="i-{kind}"' in sprite


def test_an_unknown_status_is_a_mistake_in_the_code() -> None:
    with pytest.raises(ValueError, match="No such status"):
        rendered("{% status 'green' 'Word' %}")
