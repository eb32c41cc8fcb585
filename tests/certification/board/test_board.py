"""OPI's status board: every district in one table, with what stands in the way, and files of it."""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Callable

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from certification.board.board import lines_of
from certification.board.line import Line, Stand
from certification.models import CertificationEvent, Certifier, Extension, Round
from cte_portal.accounts.models import Membership, User
from cte_portal.editions import writing_state
from pathways.models import District, SchoolYear, StateCopy
from pathways.reports.groups import REPORTS
from pathways.reports.run import ask
from tests.certification.either import both, both_events, ready
from tests.certification.ready import Ready
from tests.fixtures.certification import (
    make_event,
    make_event_of,
    make_recertification,
    make_round,
    seal,
    sign,
)
from tests.fixtures.records import District_
from tests.pathways.desk import text

__all__ = ["ready"]
BOARD = "/opi/status-board/"


def line(event: CertificationEvent, number: str = "9012") -> Line:
    return next(
        line_of_district
        for line_of_district in lines_of(event)
        if line_of_district.number == number
    )


def validate(district: District_, by: User) -> None:
    ask(district.scope.at_state(), list(REPORTS.values()), by=by)


def test_o_10_the_way_of_a_district_over_the_board(
    event: CertificationEvent,
    cottonwood: District_,
    clerk: User,
    superintendent: Certifier,
    director: Certifier,
    sent: Callable[[], None],
) -> None:
    assert line(event).stand is Stand.NOT_STARTED
    wrong = cottonwood.record(cottonwood.student("999000124"), concentrator=True)
    board_line = line(event)
    assert (
        board_line.stand,
        board_line.unsent.changes,
        board_line.errors,
        board_line.last_resync,
    ) == (
        Stand.IN_PROGRESS,
        1,
        None,
        None,
    )
    validate(cottonwood, clerk)
    assert line(event).errors is None, "where nothing was sent nothing was validated"
    sent()
    validate(cottonwood, clerk)
    board_line = line(event)
    assert (
        board_line.stand,
        board_line.unsent.changes,
        board_line.errors,
        board_line.is_current,
    ) == (Stand.ERRORS, 0, 1, True)
    cottonwood.record(wrong.student, version=1, concentrator=False)
    sent()
    board_line = line(event)
    assert board_line.stand is Stand.ERRORS and not board_line.is_current, (
        "the figures are the last validation's, and say so"
    )
    validate(cottonwood, clerk)
    board_line = line(event)
    assert (board_line.stand, board_line.errors, board_line.warnings, board_line.records) == (
        Stand.READY,
        0,
        0,
        "*",
    )
    cottonwood.record(wrong.student, version=2, single_parent=True)
    assert line(event).stand is Stand.IN_PROGRESS, "what is not sent stands in the way"
    first = make_round(event)
    sign(first, superintendent)
    board_line = line(event)
    assert (board_line.stand, board_line.signed) == (Stand.WAITING, "1 of 2")
    seal(first)
    assert (line(event).stand, line(event).word, line(event).signed) == (
        Stand.CERTIFIED,
        "Certified",
        "all",
    )
    Round.objects.update(approved_at=timezone.now())
    assert line(event).word == "Approved by State"
    make_recertification(first, by=superintendent.user)
    assert (line(event).stand, line(event).word, line(event).signed) == (
        Stand.RECERTIFICATION,
        "Recertification requested",
        "all",
    )


def test_nobody_is_ready_without_a_primary_or_before_certification_opens(
    event: CertificationEvent,
    cottonwood: District_,
    clerk: User,
    superintendent: Certifier,
    sent: Callable[[], None],
) -> None:
    cottonwood.record(cottonwood.student("999000124"))
    sent()
    validate(cottonwood, clerk)
    assert line(event).stand is Stand.READY
    CertificationEvent.objects.update(certification_opens=event.due)
    assert line(CertificationEvent.objects.get()).stand is Stand.IN_PROGRESS
    CertificationEvent.objects.update(certification_opens=event.certification_opens)
    Certifier.objects.update(is_active=False)
    assert line(event).stand is Stand.IN_PROGRESS


@pytest.fixture
def state(
    event: CertificationEvent, cottonwood: District_, elsewhere: District_
) -> CertificationEvent:
    """Cottonwood Bend is certified, Elsewhere overdue with an extension that has passed, and 60
    more have not started.
    """
    District.objects.bulk_create(
        District(number=f"{2000 + number}", name=f"Place {number}") for number in range(60)
    )
    CertificationEvent.objects.update(due=timezone.localdate() - datetime.timedelta(days=3))
    event.refresh_from_db()
    seal(make_round(event))
    Extension.objects.create(
        event=event,
        district="0965",
        due=event.due + datetime.timedelta(days=1),
        corrections_until=event.corrections_until,
        reason="Flood",
        by="HALE",
        at=timezone.now(),
    )
    return event


@both_events
def test_o_11_totals_are_filters_and_the_rest_narrows_them(
    client: Client, opi: User, state: CertificationEvent
) -> None:
    client.force_login(opi)
    page = text(client.get(BOARD))
    for words in (
        "All 62 districts",
        "Not started 61 districts",
        "Certified 1 districts",
        "Overdue 61 districts",
        "Recertification 0 districts",
    ):
        assert words in page, words
    assert "1 to 62 of 62" in page
    for query, expected in (
        ("show=certified", {"Cottonwood Bend"}),
        ("find=cotton", {"Cottonwood Bend"}),
        ("find=0965", {"Elsewhere"}),
        ("due=extended", {"Elsewhere"}),
        ("show=not-started&find=2007 place", {"Place 7"}),
        ("nobody=on&show=certified", {"Cottonwood Bend"}),
        ("show=errors", set()),
    ):
        assert numbers_shown(client, query) == expected, query
    assert len(numbers_shown(client, "unsent=on")) == 62, "nobody has sent anything of this year"
    assert "No district matches" in text(client.get(f"{BOARD}?show=errors"))
    for nonsense in (
        "show=zzz",
        "sort=zzz",
        "due=1",
        "event=999999999999999999999",
        "page=-1",
        "event=x",
        "find=%00",
    ):
        assert client.get(f"{BOARD}?{nonsense}").status_code == 200, nonsense


def numbers_shown(client: Client, query: str) -> set[str]:
    return {row["District"] for row in rows(client, query)}


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{BOARD}csv/?{query}")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@both
def test_a_state_that_is_ahead_of_a_district_is_said_above_the_board(
    client: Client, opi: User, ready: Ready
) -> None:
    """M-10: an older backup of the portal was restored; nobody signs, and OPI sees where."""
    assert not ready.missing()
    with writing_state():
        StateCopy.objects.using("state").update(cursor=1_000_000)
    assert ready.not_sent[0] in ready.missing()
    client.force_login(opi)
    of_event = f"event={ready.event.pk}"
    page = text(client.get(f"{BOARD}?{of_event}"))
    own = next(row for row in rows(client, of_event) if row["District Number"] == "9012")
    assert "The state is ahead of 9012." in page and "ahead" in own.values()


@both_events
def test_columns_sort_both_ways(client: Client, opi: User, state: CertificationEvent) -> None:
    client.force_login(opi)
    assert [row["District Number"] for row in rows(client)][:2] == [
        "0965",
        "2000",
    ], "by number unless asked"
    assert rows(client, "sort=-name")[0]["District"] == "Place 9"
    assert rows(client, "sort=-due")[0]["District"] == "Elsewhere"
    assert rows(client, "sort=-status")[0]["District"] == "Cottonwood Bend"
    page = client.get(f"{BOARD}?sort=-name").content.decode()
    assert re.search(r'aria-sort="descending">\s*<a\s+href="\?sort=name">District', page)
    numbers = {"cte-eoy": "errors", "cte-fall": "unsent"}[state.collection]
    assert f'href="?sort=-{numbers}"' in page


def test_o_21_small_numbers_of_records_are_not_told(
    client: Client,
    opi: User,
    event: CertificationEvent,
    cottonwood: District_,
    clerk: User,
    sent: Callable[[], None],
) -> None:
    client.force_login(opi)
    for number in range(5):
        cottonwood.record(cottonwood.student(f"99900013{number}"))
    sent()
    validate(cottonwood, clerk)
    assert rows(client)[0]["Records"] == "*"
    book = zipfile.ZipFile(io.BytesIO(client.get(f"{BOARD}xlsx/").content))
    assert any(
        b"so few could identify" in book.read(name)
        for name in book.namelist()
        if name.endswith(".xml")
    )
    cottonwood.record(cottonwood.student("999000139"))
    sent()
    validate(cottonwood, clerk)
    assert rows(client)[0]["Records"] == "6"


@both_events
def test_the_board_counts_signatures_of_primaries_whose_account_and_role_hold(
    event: CertificationEvent, superintendent: Certifier, director: Certifier, principal: Certifier
) -> None:
    round_of_event = make_round(event)
    assert line(event).signed == "0 of 2"
    for certifier in (superintendent, principal):
        sign(round_of_event, certifier)
    assert line(event).signed == "1 of 2", "the principal's is a review"
    Membership.objects.filter(user=superintendent.user).delete()
    assert line(event).signed == "0 of 1"
    User.objects.filter(pk=director.user_id).update(is_active=False)
    assert line(event).signed == "0 of 0"
    User.objects.filter(pk=director.user_id).update(is_active=True)
    sign(round_of_event, director)
    assert line(event).signed == "1 of 1"
    Certifier.objects.filter(pk=director.pk).update(level="secondary")
    assert line(event).signed == "0 of 0"


@both_events
def test_the_board_asks_as_many_statements_for_five_districts_as_for_sixty(
    client: Client, opi: User, event: CertificationEvent, cottonwood: District_
) -> None:
    client.force_login(opi)

    def statements() -> int:
        with (
            CaptureQueriesContext(connection) as here,
            CaptureQueriesContext(connections["state"]) as there,
        ):
            client.get(BOARD)
        return len(here) + len(there)

    statements()
    few = statements()
    District.objects.bulk_create(
        District(number=f"{2000 + number}", name=f"Place {number}") for number in range(60)
    )
    assert statements() == few <= {"cte-eoy": 16, "cte-fall": 26}[event.collection]


@both_events
def test_opi_approves_the_chosen_certifications(
    client: Client, opi: User, state: CertificationEvent
) -> None:
    client.force_login(opi)
    answer = client.post(BOARD, {"do": "approve", "chosen": ["9012", "0965", "zzzz"]}, follow=True)
    assert "Approved by State: 9012." in text(
        answer
    ) and "0965: There is no certification to approve" in text(answer)
    assert "already approved" in text(
        client.post(BOARD, {"do": "approve", "chosen": ["9012"]}, follow=True)
    )
    assert "Choose districts first" in text(client.post(BOARD, {"do": "approve"}, follow=True))
    assert Round.objects.get().approved_by == "LUND, OLA"


@both_events
def test_a_closed_events_board_leads_to_pages_that_there_are(
    client: Client, opi: User, event: CertificationEvent, cottonwood: District_
) -> None:
    client.force_login(opi)
    for status in ("published", "closed"):
        CertificationEvent.objects.update(status=status)
        page = client.get(f"{BOARD}?event={event.pk}").content.decode()
        links = set(re.findall(r'<th scope="row">\s*<a\s+href="([^"]+)"', page))
        assert links and all(client.get(link).status_code == 200 for link in links)


@both_events
def test_the_boards_of_other_events_are_a_click_away(
    client: Client, opi: User, event: CertificationEvent
) -> None:
    client.force_login(opi)
    last_year = make_event_of(
        event.collection, end_year=event.end_year - 1, name="Last year's event"
    )
    page = client.get(f"{BOARD}?event={event.pk}").content.decode()
    assert f"event={last_year.pk}" in page and f"<strong>{escape(event.name)}</strong>" in page


def test_without_an_event_the_board_says_so(client: Client, opi: User) -> None:
    client.force_login(opi)
    make_event(status="draft", published_at=None)
    assert "No certification event of this school year yet" in text(client.get(BOARD))
    assert (
        client.get(f"{BOARD}csv/").status_code == 404
        and client.get("/opi/reminders/").status_code == 200
    )
    assert client.get(f"{BOARD}pdf/").status_code == 404


def test_another_years_changes_are_no_activity(
    event: CertificationEvent, cottonwood: District_
) -> None:
    cottonwood.record(cottonwood.student("999000124"))
    assert line(event).last_activity is not None
    assert line(make_event(end_year=2026)).last_activity is None


@both_events
def test_screen_file_and_sort_agree_on_who_has_signed(
    client: Client, opi: User, event: CertificationEvent, superintendent: Certifier
) -> None:
    """FR-214: a certified district that asks for recertification was *all* on the screen and 0 in
    the file.
    """
    round_of_event = make_round(event)
    sign(round_of_event, superintendent)
    seal(round_of_event)
    make_recertification(round_of_event, by=superintendent.user)
    client.force_login(opi)
    assert line(event).signed == "all" and rows(client)[0]["Signed"] == "all"
    District.objects.create(number="1000", name="Nobody")
    assert [row["District Number"] for row in rows(client, "sort=-signed")] == ["9012", "1000"]


def test_nothing_sent_is_more_than_any_number(
    client: Client,
    opi: User,
    event: CertificationEvent,
    cottonwood: District_,
    sent: Callable[[], None],
) -> None:
    sent()
    for number in range(3):
        cottonwood.record(cottonwood.student(f"99900013{number}"))
    District.objects.create(number="9999", name="Nothing sent")
    client.force_login(opi)
    assert [row["District Number"] for row in rows(client, "sort=-unsent")] == ["9999", "9012"]
    assert [row["District Number"] for row in rows(client, "sort=unsent")] == ["9012", "9999"]


def test_the_board_is_that_of_the_current_year(
    client: Client, opi: User, event: CertificationEvent, cottonwood: District_
) -> None:
    """walk 6: the board opened on 2024-25 while the bar above it named 2025-26."""
    later = make_event(end_year=2026, name="End of Year 2025-26")
    client.force_login(opi)
    assert event.name in text(client.get(BOARD))
    SchoolYear.objects.filter(end_year=2025).update(is_active=False)
    SchoolYear.objects.filter(end_year=2026).update(is_active=True)
    assert f"<span>{later.name}</span>" in client.get(BOARD).content.decode()
