"""MT Extracts, Fall CTE: the leavers of a year and what became of them, as lines of the file."""

from __future__ import annotations

import datetime
import io
import uuid

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from pathways.files import extract
from pathways.files.layout import CTE_FALL
from pathways.follow_up.drawing import follow_up_list
from pathways.models import FollowUpEntry, FollowUpYear, Outcome
from tests.fixtures.records import District_
from tests.pathways.follow_up.leavers import Leavers, make_entry

DAY = datetime.date(2024, 11, 12)


def answered(entry: FollowUpEntry, status: str = "01", day: datetime.date | None = DAY) -> None:
    Outcome.objects.create(
        student=entry.student, end_year=2024, status=status, date_contacted=day, origin="screen"
    )


def lines(leavers: Leavers) -> list[list[str]]:
    into = io.BytesIO()
    extract.write(into, leavers.scope, "tsv", CTE_FALL)
    return [line.split("\t") for line in into.getvalue().decode().splitlines()]


def test_each_student_of_the_list_has_one_line(leavers: Leavers) -> None:
    """R-FUP-13: answered or not, of the latest enrollment that counts."""
    leaver = leavers.leaver("999000123")
    leavers.leave(leaver, "", None, start_date=datetime.date(2024, 1, 8), service_type="O")
    entry = FollowUpEntry.objects.create(
        student=leaver,
        end_year=2024,
        school=leavers.district.school,
        exit="graduate",
        exit_date=datetime.date(2024, 5, 25),
        end_status="400",
        reason="Graduated on 05/25/2024",
        since=timezone.now(),
    )
    answered(entry)
    make_entry(leavers, "999000124", "Bear")
    gone = make_entry(leavers, "999000125", "Crow", left_at=timezone.now(), left_reason="Returned")
    answered(gone)
    header, first, second = lines(leavers)
    school, calendar = leavers.district.school.number, "001"
    assert header[0] == "HD" and header[3] == "MT9.1"
    assert first[:6] == ["CT", "9012", school, calendar, "999000123", leaver.local_id]
    assert first[8:] == ["Y", "01", "11/12/2024", "2024"]
    assert second[2:5] == [school, "", "999000124"]
    assert second[8:] == ["", "", "", "2024"]


def test_a_half_filled_line_is_no_concentrator_yet(leavers: Leavers) -> None:
    """R-FUP-13: Y only when status and date are both filled."""
    answered(make_entry(leavers, "999000123"), day=None)
    assert lines(leavers)[1][8:11] == ["", "01", ""]


def test_the_page_extracts_the_year_it_stands_in(
    client: Client, clerk: User, leavers: Leavers
) -> None:
    """A past year's leavers, drawn where nobody has opened the list yet."""
    leavers.leaver("999000123")
    client.force_login(clerk)
    answer = client.post(
        "/districts/9012/2024/mt-extracts/",
        {"type": "cte-fall", "format": "tsv", "key": str(uuid.uuid4())},
    )
    assert answer.status_code == 302
    batch = run_here(Batch.objects.get())
    assert (batch.sentence, batch.title) == ("1 student.", "MT Extracts – Fall CTE")
    with default_storage.open(batch.files.get().stored) as stored:
        assert stored.read().decode().splitlines()[1].startswith("CT\t9012\t")


def test_a_year_that_is_not_followed_up_has_no_extract(
    client: Client, clerk: User, leavers: Leavers
) -> None:
    FollowUpYear.objects.filter(pk=2024).delete()
    client.force_login(clerk)
    choices = {"type": "cte-fall", "format": "tsv", "key": str(uuid.uuid4())}
    answer = client.post("/districts/9012/2024/mt-extracts/", choices)
    assert "OPI does not follow up this school year" in answer.content.decode()
    assert not Batch.objects.exists()
    with pytest.raises(CommandError, match="does not follow up the school year 2024"):
        call_command("mt_extract", district="9012", year=2024, type="cte-fall")


def test_another_districts_leavers_are_not_in_it(leavers: Leavers, elsewhere: District_) -> None:
    make_entry(Leavers(elsewhere), "999000777")
    make_entry(leavers, "999000123")
    assert [line[4] for line in lines(leavers)[1:]] == ["999000123"]


TEMPLATE = "/districts/9012/2024/mt-data-upload/template"


def test_the_template_is_filled_with_the_list(
    client: Client, clerk: User, leavers: Leavers
) -> None:
    leavers.leaver("999000123")
    client.force_login(clerk)
    first = client.get(f"{TEMPLATE}/filled/?type=cte-fall", follow=True)
    assert "The list is not drawn yet. Draw it first." in first.content.decode()
    follow_up_list(leavers.scope)
    answer = client.get(f"{TEMPLATE}/filled/?type=cte-fall")
    assert "Fall CTE 9012 2024.tsv" in answer["Content-Disposition"]
    content = b"".join(answer).decode()
    assert [line.split("\t")[4] for line in content.splitlines()[1:]] == ["999000123"]
    empty = b"".join(client.get(f"{TEMPLATE}/tsv/?type=cte-fall"))
    assert empty.decode().splitlines()[1].split("\t")[4] == "0" * 9
    FollowUpYear.objects.filter(pk=2024).delete()
    assert client.get(f"{TEMPLATE}/filled/?type=cte-fall").status_code == 404


def test_the_columns_say_what_is_provisional(client: Client, clerk: User, leavers: Leavers) -> None:
    client.force_login(clerk)
    page = client.get("/districts/9012/2024/mt-data-upload/columns/?type=cte-fall")
    text = " ".join(page.content.decode().split())
    for name, provisional in (("Post-Program Status", False), ("Date Contacted", True)):
        cell = text.split(f"<strong>{name}</strong>")[1].split("</th>")[0]
        assert ("provisional" in cell) == provisional
    assert "Codes of post-program statuses" in text and "Codes of pathways" not in text
