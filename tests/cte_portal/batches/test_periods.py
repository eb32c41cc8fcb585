"""The table of docs/retention.md is kept: what has a time is there before it is over and gone
after, and the clean-up takes nothing else (M-11, P-07).
"""

from __future__ import annotations

import datetime
import os
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.accounts.models import (
    Invitation,
    KeptForm,
    SavedList,
    SignInEvent,
    SignOnSession,
    User,
    ViewEvent,
)
from cte_portal.batches.models import Batch, BatchFile, Notice
from cte_portal.batches.retention import clean_up
from cte_portal.batches.submit import submit
from cte_portal.watch.looks.checkups import Rounds
from cte_portal.watch.models import Heartbeat
from pathways.ledger import staging
from pathways.models import AnswerLink, Contact, FollowUpEntry, FollowUpYear
from tests.fixtures.people import person
from tests.fixtures.records import HEALTH, District_, row

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
There = Callable[[], bool]


class Place(NamedTuple):
    clerk: User
    cottonwood: District_
    incoming: Path
    """Where files lie that are on their way in."""


def _at(age: datetime.timedelta) -> datetime.datetime:
    return timezone.now() - age


def _row(model: Any, **values: Any) -> There:
    rows = model.objects.filter(pk=model.objects.create(**values).pk)
    return lambda: rows.exists()


def _session(place: Place, age: datetime.timedelta) -> There:
    end = _at(age) + datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return _row(Session, session_key=uuid.uuid4().hex, session_data="x", expire_date=end)


def _sign_on(place: Place, age: datetime.timedelta) -> There:
    values = {"user": place.clerk, "name": "x", "session_key": uuid.uuid4().hex}
    return _row(SignOnSession, began_at=_at(age), **values)


def _sign_in(place: Place, age: datetime.timedelta) -> There:
    return _row(SignInEvent, at=_at(age), act="signed-in", person="X")


def _view(place: Place, age: datetime.timedelta) -> There:
    values = {"user_id": 1, "person": "X", "district": "9012", "end_year": 2025}
    return _row(ViewEvent, day=_at(age).date(), at=_at(age), page="cte-student", **values)


def _invitation(place: Place, age: datetime.timedelta) -> There:
    """Of a person of her own: each has one. It ended fourteen days after it was made."""
    somebody = person(f"p{age.days}", "X", "X")
    moments = {"made_at": _at(age), "expires_at": _at(age) + 14 * DAY}
    return _row(Invitation, user=somebody, digest=uuid.uuid4().hex, by="X", **moments)


def _kept_form(place: Place, age: datetime.timedelta) -> There:
    path = f"/{uuid.uuid4().hex}/"
    return _row(KeptForm, user=place.clerk, path=path, fields={}, kept_at=_at(age))


def _saved_list(place: Place, age: datetime.timedelta) -> There:
    values = {"user": place.clerk, "district": "9012", "path": "student-list/"}
    return _row(SavedList, name=f"{age}", saved_at=_at(age), **values)


def _notice(place: Place, age: datetime.timedelta) -> There:
    values = {"user": place.clerk, "key": f"{age}", "kind": "info", "text": "x", "path": "/"}
    return _row(Notice, at=_at(age), **values)


def _heartbeat(place: Place, age: datetime.timedelta) -> There:
    return _row(Heartbeat, name=f"{age}", part="worker", queue="district", version="1", at=_at(age))


def _leaver(place: Place, closed: datetime.timedelta) -> FollowUpEntry:
    """On the list of a year whose last day of contact is so long ago."""
    end_year = 2010 + FollowUpYear.objects.filter(end_year__lt=2020).count()
    closes = timezone.localdate() - closed
    days = {"opens": closes - 60 * DAY, "refreshed_until": closes - 45 * DAY, "closes": closes}
    FollowUpYear.objects.create(end_year=end_year, **days)
    return FollowUpEntry.objects.create(
        student=place.cottonwood.student(f"99900{end_year}", enrolled=False),
        end_year=end_year,
        school=place.cottonwood.school,
        exit="graduate",
        exit_date=closes - 200 * DAY,
        end_status="400",
        reason="Graduated",
        since=timezone.now(),
    )


def _contact(place: Place, age: datetime.timedelta) -> There:
    values = {"kind": "phone", "value": "406-555-0100", "by": "X", "by_id": 1}
    return _row(Contact, student=_leaver(place, age).student, at=_at(age), **values)


def _answer_link(place: Place, age: datetime.timedelta) -> There:
    """It ended fourteen days after it was made."""
    line = _leaver(place, DAY)
    AnswerLink.objects.make(line.pk, _at(age) + 14 * DAY, by="X", by_id=1)
    return lambda: AnswerLink.objects.filter(entry=line).exists()


def _ended(place: Place, age: datetime.timedelta) -> Batch:
    content = ContentFile(b"x")
    scope = place.cottonwood.scope
    batch = submit("extract", by=place.clerk, title="X", scope=scope, content=content)
    moments = {"finished_at": _at(age), "queued_at": _at(age)}
    Batch.objects.filter(pk=batch.pk).update(status="completed", **moments)
    batch.refresh_from_db()
    return batch


def _input(place: Place, age: datetime.timedelta) -> There:
    file = _ended(place, age).input_file
    return lambda: default_storage.exists(file)


def _result(place: Place, age: datetime.timedelta) -> There:
    batch = _ended(place, age)
    file = default_storage.save(f"batches/{batch.pk}/1/report.csv", ContentFile(b"x"))
    values = {"role": "report", "name": "r.csv", "content_type": "text/csv", "sha256": "0" * 64}
    there = _row(BatchFile, batch=batch, stored=file, size=1, **values)
    return lambda: there() and default_storage.exists(file)


def _old(path: str | Path, age: datetime.timedelta) -> None:
    os.utime(path, (_at(age).timestamp(),) * 2)


def _orphan(place: Place, age: datetime.timedelta) -> There:
    file = default_storage.save(f"batches/{uuid.uuid4()}/input", ContentFile(b"x"))
    _old(default_storage.path(file), age)
    return lambda: default_storage.exists(file)


def _half(place: Place, age: datetime.timedelta) -> There:
    file = place.incoming / f"tmp{uuid.uuid4().hex}.upload.tsv"
    file.write_text("x")
    _old(file, age)
    return file.exists


class Timed(NamedTuple):
    words: str
    """As the table says it."""
    period: datetime.timedelta
    make: Callable[[Place, datetime.timedelta], There]
    """Something of that age; the answer asks whether it is there."""


TIMED = {
    "pathways.Contact": Timed("90 days after the last day of contact", 90 * DAY, _contact),
    "pathways.AnswerLink": Timed(
        "14 days at most, or until it is used; the expired row 30 days more", 44 * DAY, _answer_link
    ),
    "accounts.SignOnSession": Timed("12 hours", 12 * HOUR, _sign_on),
    "accounts.SignInEvent": Timed("2 years", 730 * DAY, _sign_in),
    "accounts.ViewEvent": Timed("2 years", 730 * DAY, _view),
    "accounts.Invitation": Timed("14 days; the expired row 30 days more", 44 * DAY, _invitation),
    "accounts.KeptForm": Timed("24 hours", 24 * HOUR, _kept_form),
    "accounts.SavedList": Timed("2 years after it was saved", 730 * DAY, _saved_list),
    "sessions.Session": Timed("12 hours after sign-in at most", 12 * HOUR, _session),
    "batches.BatchFile": Timed("1 year", 365 * DAY, _result),
    "The uploaded file of a job": Timed("90 days", 90 * DAY, _input),
    "A stored file that no job names": Timed("1 day", DAY, _orphan),
    "A file on its way in, left by a killed process": Timed("1 day", DAY, _half),
    "batches.Notice": Timed("30 days", 30 * DAY, _notice),
    "watch.Heartbeat": Timed("1 day after its end", DAY, _heartbeat),
}

BY_AN_ACT = {
    "pathways.CollectionLock": "test_c_26_asked_reopened_corrected_and_sealed_again",
    "pathways.StagedParticipation": "test_staged_rows_lie_nowhere_but_on_their_connection",
    "accounts.SignOnDuty": "test_a_district_is_required_after_whom_it_meets_was_seen",
    "accounts.EmergencyAccount": "test_an_emergency_account_is_named_by_somebody_else",
    "mfa.Authenticator": "test_an_administrator_resets_with_a_reason",
    "Counts of pages, where `METRICS_TOKEN` is set": (
        "test_the_processes_of_a_server_are_counted_together_and_older_servers_are_gone"
    ),
    "Lists of a search, an offered undo, a link shown once": (
        "test_s_03_thirty_idle_minutes_end_the_session_on_the_server"
    ),
    "Columns of a sent file that the portal does not read, and a file that it does not recognize": (
        "test_what_the_portal_does_not_read_is_stored_nowhere"
    ),
    "In a OneRoster export, people who are not students; the whole of a refused one": (
        "test_an_export_that_is_refused_is_not_kept"
    ),
}
"""What ends by what somebody does, and not by the clock: the test that shows it."""

FOR_GOOD = (
    "while the portal stands",
    "records schedule *",
    "one row each, or one for a district",
    "one row for each kind of check",
    "one row; what it said before stands in the audit",
    "empty, or the framework's own",
    "as your system rotates them; no student data",
    "minutes; ids only",
)
"""What has no end that the portal makes."""


def rows() -> list[tuple[list[str], str, str]]:
    """Of the table: the names in a row (its models, or its words), how long, and by what."""
    text = (settings.BASE_DIR / "docs" / "retention.md").read_text()
    lines = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and cells[0] not in ("Data", "---"):
            lines.append((re.findall(r"`(\w+\.\w+)`", cells[0]) or [cells[0]], *cells[1:]))
    return lines


ROWS = {name: (kept, by) for names, kept, by in rows() for name in names}


@pytest.fixture
def place(
    clerk: User, cottonwood: District_, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Place:
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path))
    return Place(clerk, cottonwood, tmp_path)


def tomorrow_comes() -> None:
    """What the dispatcher does by itself."""
    clean_up.clean_up()
    Rounds()()


@pytest.mark.parametrize("name", TIMED)
def test_a_thing_is_there_before_its_time_is_over_and_gone_after(name: str, place: Place) -> None:
    """M-11, P-07"""
    case = TIMED[name]
    assert case.words in ROWS[name][0]
    margin = max(case.period / 50, DAY if case.make is _contact else HOUR / 2)
    young = case.make(place, case.period - margin)
    old = case.make(place, case.period + margin)
    assert old()
    tomorrow_comes()
    assert young() and not old()


@pytest.mark.parametrize("make", [_input, _result])
def test_a_file_that_somebody_keeps_stays(
    make: Callable[[Place, datetime.timedelta], There], place: Place
) -> None:
    """M-11, P-07"""
    there = make(place, 3000 * DAY)
    Batch.objects.update(kept=True)
    tomorrow_comes()
    assert there()


def test_the_clean_up_deletes_from_no_table_that_is_kept_for_good(place: Place) -> None:
    """P-07: one of each is due, and nothing of another table goes with it."""
    for case in TIMED.values():
        case.make(place, 3 * case.period)
    with CaptureQueriesContext(connection) as queries:
        tomorrow_comes()
    taken = {
        match[1]
        for query in queries.captured_queries
        if (match := re.match(r'DELETE FROM "?(\w+)', query["sql"]))
    }
    timed = {
        apps.get_model(name)._meta.db_table for name in TIMED if re.fullmatch(r"\w+\.\w+", name)
    }
    assert taken == timed


def test_staged_rows_lie_nowhere_but_on_their_connection(cottonwood: District_, kayla: Any) -> None:
    """P-07: another one, as any that comes later, has no such table."""
    table = staging.stage([row(kayla, HEALTH)]).own(staging.TABLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (1,)
    other = connection.copy()
    try:
        with pytest.raises(DatabaseError, match=table), other.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
    finally:
        other.close()
