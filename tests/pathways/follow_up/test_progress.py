"""The line over the days of contact, with OPI's target (R-FUP-09)."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cte_portal.accounts.models import User
from pathways.follow_up.rates import Rates
from pathways.follow_up.workbench.progress import HEIGHT, WIDTH, Progress
from pathways.models import FollowUpYear, Outcome
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers, make_entry
from tests.pathways.uploads.fall.files import days_ago

CALLS = "/districts/9012/2024/cte-follow-up/"
OPENS, CLOSES = datetime.date(2024, 11, 1), datetime.date(2024, 12, 31)


def progress(placed: int = 0, of: int = 21, target: str | None = "90.50") -> Progress:
    year = FollowUpYear(
        end_year=2024,
        opens=OPENS,
        closes=CLOSES,
        target=None if target is None else Decimal(target),
    )
    return Progress(year, Rates(placed, placed, placed, of), ((OPENS, placed, placed),))


@pytest.mark.parametrize(
    ("placed", "of", "target", "words"),
    [
        (
            10,
            21,
            "90.50",
            "10 of 21 leavers are placed, 47.62%. OPI’s target is 90.50%: 10 more needed.",
        ),
        (1, 1, "90.50", "1 of 1 leaver is placed, 100.00%. OPI’s target of 90.50% is reached."),
        (9, 10, "90", "9 of 10 leavers are placed, 90.00%. OPI’s target of 90.00% is reached."),
        (
            8,
            10,
            "80.10",
            "8 of 10 leavers are placed, 80.00%. OPI’s target is 80.10%: 1 more needed.",
        ),
        (10, 21, None, "10 of 21 leavers are placed, 47.62%."),
    ],
)
def test_the_sentence_says_how_far_it_is_to_the_target(
    placed: int, of: int, target: str | None, words: str
) -> None:
    assert progress(placed, of, target).sentence == words


DAYS = st.lists(
    st.tuples(
        st.none() | st.dates(datetime.date(2024, 10, 1), datetime.date(2025, 2, 1)),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    max_size=8,
)


@given(days=DAYS)
def test_the_line_only_rises_and_ends_at_the_number_of_today(
    days: list[tuple[datetime.date | None, int, int]],
) -> None:
    whole = 100
    placed = sum(number for *_, number in days)
    line = Progress(progress().year, Rates(0, 0, placed, whole), tuple(days)).placed
    across = [int(part) for part in re.findall(r"H(\d+)", line)]
    heights = [HEIGHT, *(int(part) for part in re.findall(r"V(\d+)", line))]
    assert across == sorted(across) and across[0] >= 0 and across[-1] == WIDTH
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] == HEIGHT - round(placed * HEIGHT / whole)


def test_the_calls_show_the_line_and_the_target(
    leavers: Leavers, drawn_list: None, client: Client, clerk: User
) -> None:
    lines = [make_entry(leavers, f"99900090{at}") for at in range(4)]
    for line, status in zip(lines, ("01", "06", "08"), strict=False):
        Outcome.objects.create(
            student=line.student,
            end_year=2024,
            status=status,
            date_contacted=days_ago(1),
            origin="screen",
        )
    client.force_login(clerk)
    assert "1 of 4 leavers is placed, 25.00%." in text(client.get(CALLS))
    FollowUpYear.objects.filter(pk=2024).update(target="75.00")
    page = client.get(CALLS)
    assert "OPI’s target is 75.00%: 2 more needed." in text(page)
    heights = re.findall(r'<path d="M0 80H\d+V(\d+)H', page.content.decode())
    assert heights == ["40", "60"], "two answered and one placed of four"
    assert '<path d="M0 20h280"' in page.content.decode(), "the target"


def test_nobody_to_follow_up_has_no_line(
    leavers: Leavers, drawn_list: None, client: Client, clerk: User
) -> None:
    client.force_login(clerk)
    page = client.get(CALLS)
    assert page.status_code == 200 and "By day of contact" not in text(page)
