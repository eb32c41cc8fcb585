"""A district's season as the office keeps it: sign-ins, changes, and who looked and took files
along, narrowed by district and days, and the file holds the rows of the list and no others.
"""

from __future__ import annotations

import csv
import datetime
import io
from dataclasses import dataclass
from html import unescape

import pytest
import time_machine
from django.test import Client

from certification.models import CertificationEvent
from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import AuditEvent, Deed, Membership, User, ViewEvent
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from tests.cte_portal.accounts.test_sign_ins import sign_in

SEASON = "first=07/01/2024&last=06/30/2025"
WITHIN = ["2024-07-01 06:00 +0000", "2025-03-05 18:00 +0000", "2025-07-01 05:59 +0000"]
"""In Montana the first minute of the first day, a day in March, and the last minute of the last."""
OUTSIDE = ["2024-07-01 05:59 +0000", "2025-07-01 06:00 +0000"]


@dataclass
class Season:
    """What happened within a season and around it, in the district and in another one."""

    clerk: User
    stranger: User

    def happen(self) -> None:
        for moment in (*WITHIN, *OUTSIDE):
            with time_machine.travel(moment, tick=False):
                self._hour("9012", self.clerk)
                self._hour("0965", self.stranger)

    def _hour(self, district: str, person: User) -> None:
        sign_in(Client(), username=person.username, password="not the passphrase")
        deed = Deed("certifier", "1", "LEE", AuditEvent.Operation.ADD, district=district)
        AuditEvent.objects.record([deed], by=person)
        moment = datetime.datetime.now(datetime.UTC)
        for is_file in (False, True):
            ViewEvent.objects.create(
                day=moment,
                at=moment,
                user_id=person.pk,
                person=person.record_name,
                district=district,
                end_year=2025,
                page="cte-concentrator",
                is_file=is_file,
            )


@pytest.fixture
def season(clerk: User, stranger: User) -> Season:
    happened = Season(clerk, stranger)
    happened.happen()
    return happened


def file_of(client: Client, address: str, query: str) -> list[dict[str, str]]:
    answer = client.get(f"{address}file/?{query}")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content)))


@pytest.mark.parametrize(
    ("address", "query", "rows"),
    [
        ("/opi/sign-ins/", f"district=9012&{SEASON}", 3),
        ("/opi/sign-ins/", f"district=9012&act=refused&{SEASON}", 3),
        ("/opi/sign-ins/", SEASON, 6),
        ("/opi/audit/", f"district=9012&{SEASON}", 3),
        ("/opi/audit/", f"district=9012&kind=certifier&{SEASON}", 3),
        ("/opi/audit/", SEASON, 6),
        ("/districts/9012/2025/views-and-downloads/", SEASON, 6),
        ("/districts/9012/2025/views-and-downloads/", f"file_only=on&{SEASON}", 3),
    ],
)
def test_the_file_is_the_rows_of_the_list(
    address: str,
    query: str,
    rows: int,
    season: Season,
    client: Client,
    keeper: User,
    administrator: User,
) -> None:
    client.force_login(keeper if "/opi/" in address else administrator)
    VIEW_LOG.forget()
    assert client.get(f"{address}?{query}").context["page"].paginator.count == rows
    lines = file_of(client, address, query)
    assert len(lines) == rows
    days = {next(iter(line.values())).split()[0] for line in lines}
    assert days == {"07/01/2024", "03/05/2025", "06/30/2025"}
    text = str(lines)
    assert season.clerk.record_name in text
    assert ("district" not in query and "/opi/" in address) == (season.stranger.record_name in text)


@pytest.mark.parametrize(
    ("address", "rows"),
    [
        ("/opi/sign-ins/", 6),
        ("/opi/audit/", 6),
        ("/districts/9012/2025/views-and-downloads/", 6),
    ],
)
def test_a_collection_is_chosen_by_its_name(
    address: str,
    rows: int,
    season: Season,
    client: Client,
    keeper: User,
    administrator: User,
    event: CertificationEvent,
) -> None:
    """Its days, from the first to the last on which something is open; days that are typed beside
    it narrow it further, and no draft is offered.
    """
    CertificationEvent.objects.filter(pk=event.pk).update(
        review_opens=datetime.date(2024, 7, 1),
        certification_opens=datetime.date(2025, 3, 1),
        due=datetime.date(2025, 6, 1),
        corrections_until=datetime.date(2025, 6, 30),
    )
    client.force_login(keeper if "/opi/" in address else administrator)
    VIEW_LOG.forget()
    page = client.get(f"{address}?season={event.pk}")
    assert f"{event.name}, 07/01/2024–06/30/2025" in unescape(page.content.decode())
    assert page.context["page"].paginator.count == rows
    assert len(file_of(client, address, f"season={event.pk}")) == rows
    narrower = client.get(f"{address}?season={event.pk}&first=07/02/2024")
    assert narrower.context["page"].paginator.count == rows * 2 // 3
    unknown = client.get(f"{address}?season=0")
    assert unknown.context["page"].paginator.count == 0, "never more than was asked for"
    CertificationEvent.objects.update(status="draft", published_at=None)
    assert event.name not in unescape(client.get(address).content.decode())


def test_who_has_left_the_district_stays_in_its_season(
    season: Season, client: Client, keeper: User
) -> None:
    """Her role is taken away in summer, before anybody asks for the season."""
    [membership] = Membership.objects.filter(user=season.clerk)
    people.take(Authority(keeper), season.clerk, str(membership.pk))
    assert not Membership.objects.filter(district="9012", user=season.clerk).exists()
    client.force_login(keeper)
    lines = file_of(client, "/opi/sign-ins/", f"district=9012&{SEASON}")
    assert {line["Who"] for line in lines} == {season.clerk.record_name} and len(lines) == 3
