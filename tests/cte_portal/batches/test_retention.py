"""M-11, P-07: what should be gone is gone, OPI sees how much, and every kind of data has its
period.
"""

from __future__ import annotations

import datetime
import os
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.models import Invitation, KeptForm, SavedList, SignInEvent, User, ViewEvent
from cte_portal.batches import dispatch
from cte_portal.batches.models import Batch, CleanUp, Notice
from cte_portal.batches.retention import clean_up
from cte_portal.batches.retention.retention import ORPHANS
from cte_portal.batches.submit import submit
from cte_portal.plugs import plugs
from pathways.models import AnswerLink, Contact, FollowUpEntry, FollowUpYear
from tests.fixtures.records import District_

LONG_AGO = timezone.now() - datetime.timedelta(days=400)


def old(file: str, days: int = 2) -> str:
    moment = timezone.now().timestamp() - days * 24 * 3600
    os.utime(default_storage.path(file), (moment, moment))
    return file


@pytest.fixture
def left(
    clerk: User, opi: User, cottonwood: District_, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """One of each that is due, and one that is not."""
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path))
    for number, day in (("a", LONG_AGO), ("b", timezone.now() + datetime.timedelta(hours=1))):
        Session.objects.create(session_key=number * 32, session_data="x", expire_date=day)
    for path, day in (
        ("/a/", timezone.now() - datetime.timedelta(hours=25)),
        ("/b/", timezone.now()),
    ):
        KeptForm.objects.create(user=clerk, path=path, fields={}, kept_at=day)
    for person, day in ((clerk, LONG_AGO), (opi, timezone.now())):
        Invitation.objects.create(
            user=person, digest=uuid.uuid4().hex, made_at=day, expires_at=day, by="X"
        )
    for days in (731, 1):
        SignInEvent.objects.create(
            at=timezone.now() - datetime.timedelta(days=days), act="signed-in", person="X"
        )
        ViewEvent.objects.create(
            day=timezone.localdate(),
            at=timezone.now() - datetime.timedelta(days=days),
            user_id=days,
            person="X",
            district="9012",
            end_year=2025,
            page="cte-student",
        )
    for days in (731, 1):
        SavedList.objects.create(
            user=clerk,
            district="9012",
            path="student-list/",
            name=f"{days} days",
            saved_at=timezone.now() - datetime.timedelta(days=days),
        )
    for key, day in (("a", LONG_AGO), ("b", timezone.now())):
        Notice.objects.create(user=clerk, key=key, kind="info", text="x", path="/", at=day)
    needed, over = (cottonwood.student(f"99900040{number}") for number in range(2))
    for student, end_year in ((needed, timezone.localdate().year), (over, 2019)):
        FollowUpYear.objects.update_or_create(
            end_year=end_year,
            defaults={
                "opens": datetime.date(end_year, 11, 1),
                "refreshed_until": datetime.date(end_year, 11, 15),
                "closes": datetime.date(end_year, 12, 31),
            },
        )
        FollowUpEntry.objects.create(
            student=student,
            end_year=end_year,
            school=cottonwood.school,
            exit="graduate",
            exit_date=datetime.date(end_year, 5, 25),
            end_status="400",
            reason="Graduated",
            since=timezone.now(),
        )
        Contact.objects.create(
            student=student, kind="phone", value="406-555-0100", by="X", by_id=1, at=LONG_AGO
        )
    line = FollowUpEntry.objects.get(student=over)
    AnswerLink.objects.make(line.pk, LONG_AGO, by="X", by_id=1)
    done = submit("extract", by=clerk, title="X", scope=cottonwood.scope, content=ContentFile(b"x"))
    waits = submit(
        "extract", by=clerk, title="X", scope=cottonwood.scope, content=ContentFile(b"x")
    )
    Batch.objects.filter(pk=done.pk).update(
        status="completed", finished_at=LONG_AGO, queued_at=LONG_AGO
    )
    lost = uuid.uuid4()
    files = {
        "input without a row": old(
            default_storage.save(f"batches/{lost}/input", ContentFile(b"x"))
        ),
        "result without a row": old(
            default_storage.save(f"batches/{done.pk}/1/report.csv", ContentFile(b"x"))
        ),
    }
    kept = {
        "young": default_storage.save(f"batches/{uuid.uuid4()}/input", ContentFile(b"x")),
        "of a job that runs": old(
            default_storage.save(f"batches/{waits.pk}/1/report.csv", ContentFile(b"x"))
        ),
        "of a job": old(waits.input_file),
    }
    half = tmp_path / "tmpabc.upload.tsv"
    half.write_text("x")
    os.utime(half, (0, 0))
    (tmp_path / "tmpnew.upload.tsv").write_text("x")
    return {"files": files, "kept": kept, "half": half, "input": done.input_file, "lost": lost}


def test_what_is_over_its_time_goes_and_nothing_else(
    left: dict[str, Any], client: Client, opi: User
) -> None:
    """M-11"""
    dispatch.daily()
    today = CleanUp.objects.get()
    counts = dict(today.removed)
    assert counts.pop("files without a job") >= 2
    assert counts == {
        "sessions": 1,
        "kept forms": 1,
        "one-time links": 1,
        "sign-ins": 1,
        "views": 1,
        "saved lists": 1,
        "notices": 1,
        "files of jobs": 1,
        "unfinished uploads": 1,
        "contacts of leavers": 1,
        "links of leavers": 1,
    }
    assert Contact.objects.get().student.state_id == "999000400", "the other may still be called"
    assert (
        today.failed == {}
        and [
            Session.objects.count(),
            KeptForm.objects.count(),
            Invitation.objects.count(),
            Notice.objects.count(),
            SignInEvent.objects.count(),
            ViewEvent.objects.count(),
            SavedList.objects.count(),
        ]
        == [1] * 7
    )
    assert not any(
        default_storage.exists(file) for file in [*left["files"].values(), left["input"]]
    )
    assert all(default_storage.exists(file) for file in left["kept"].values())
    assert (
        not left["half"].exists()
        and not Path(default_storage.path(f"batches/{left['lost']}")).exists()
    )
    client.force_login(opi)
    page = client.get("/opi/batches/").content.decode()
    assert "Daily clean-up of" in page and "sessions (1), sign-ins (1)" in page


def test_once_a_day_and_a_failure_keeps_no_other_from_it(
    left: dict[str, Any], monkeypatch: pytest.MonkeyPatch, client: Client, opi: User
) -> None:
    """M-11"""

    def broken(*values: Any) -> Any:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "listdir", broken)
        clean_up.clean_up()
    today = CleanUp.objects.get()
    assert set(today.failed) == {ORPHANS.name} and today.removed["unfinished uploads"] == 1, (
        "what comes after it is done"
    )
    Session.objects.create(session_key="c" * 32, session_data="x", expire_date=LONG_AGO)
    clean_up.clean_up()
    assert Session.objects.filter(session_key="c" * 32).exists(), "tomorrow"
    client.force_login(opi)
    assert (
        f"Could not remove files without a job: reference {today.failed[ORPHANS.name]}."
        in client.get("/opi/batches/").content.decode()
    )
    CleanUp.objects.update(day=timezone.localdate() - datetime.timedelta(days=1))
    clean_up.clean_up()
    assert not Session.objects.filter(session_key="c" * 32).exists()


PUBLIC = (
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "help",
    "invitation",
    "account_reset_password_from_key_done",
    "self-answer",
)


def test_an_anonymous_visit_writes_no_session(client: Client, db: None) -> None:
    """M-11: 400 GETs of made-up links made 400 rows."""
    for number in range(20):
        answer = client.get(f"/accounts/invitation/x{number}/")
        assert answer.status_code == 410 and "no longer works" in answer.content.decode()
        assert client.get(f"/answer/x{number}/").status_code == 410
    for name in PUBLIC:
        client.get(reverse(name))
    for path in (
        "/",
        "/nowhere/",
        "/opi/batches/",
        "/accounts/password/reset/key/1-set-password/",
        "/accounts/password/reset/key/1-abc/",
    ):
        client.get(path)
    assert not Session.objects.exists()


def test_a_real_link_is_kept_out_of_the_address(client: Client, clerk: User) -> None:
    """M-11"""
    secret = Invitation.objects.make(clerk.pk, "X")
    answer = client.get(f"/accounts/invitation/{secret}/")
    assert (
        answer.status_code == 302
        and secret not in answer["Location"]
        and Session.objects.count() == 1
    )
    assert client.get(answer["Location"]).status_code == 200


def table() -> str:
    return (settings.BASE_DIR / "docs" / "retention.md").read_text()


def test_every_kind_of_data_has_its_period() -> None:
    """P-07, M-11: a new model is not forgotten."""
    named = set(re.findall(r"`(\w+\.\w+)`", table()))
    portal = {
        model._meta.label for model in apps.get_models() if model._meta.app_label != "live_faults"
    }
    assert named == portal


def test_the_table_names_what_the_clean_up_removes() -> None:
    """P-07, M-11"""
    removes = [kept for plug in plugs() for kept in plug.retention]
    assert set(re.findall(r"clean-up: \*([^*]+)\*", table())) == {kept.name for kept in removes}
    assert all(kept.period for kept in removes)
