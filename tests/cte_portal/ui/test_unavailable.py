"""L-14, L-15, F-16, F-20: a full disk, a held write lock, a database out of reach are said in a
sentence, as 503, with what was typed.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.test import Client, TransactionTestCase

from cte_portal.accounts.models import User
from cte_portal.batches import dispatch
from cte_portal.batches.claims import claim
from cte_portal.batches.models import Batch, BatchFile
from cte_portal.batches.running import run
from cte_portal.batches.submit import submit
from cte_portal.ui.unavailable import FilesAway, Unavailable, unavailable
from tests.fixtures.records import District_
from tests.fixtures.uploads import file, line

SQLITE = connection.vendor == "sqlite"


class ServerError(Exception):
    __module__ = "psycopg.errors"

    def __init__(self, code: str | None) -> None:
        super().__init__()
        self.sqlstate = code


def operational(text: str = "", code: str | None = "none") -> OperationalError:
    error = OperationalError(text)
    if code != "none":
        error.__cause__ = ServerError(code)
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, "x"), Unavailable.FULL),
        (OSError(errno.EDQUOT, "x"), Unavailable.FULL),
        (OSError(errno.ENOENT, "x"), None),
        (FilesAway(), Unavailable.FILES),
        (operational("database or disk is full"), Unavailable.FULL),
        (operational(code="53100"), Unavailable.FULL),
        (operational("database is locked"), Unavailable.BUSY),
        (operational(code="55P03"), Unavailable.BUSY),
        (operational(code="40P01"), Unavailable.BUSY),
        (operational(code=None), Unavailable.AWAY),
        (operational(code="57P01"), Unavailable.AWAY),
        (operational(code="53300"), Unavailable.AWAY),
        (operational("no such table: x"), None),
        (operational(code="57014"), None),
        (ValueError("database is locked"), None),
        (None, None),
    ],
)
def test_what_passes_is_told_from_what_is_our_fault(
    error: Exception | None, expected: Unavailable | None
) -> None:
    """L-14, L-15, F-16"""
    assert unavailable(error) is expected
    if error:
        outer = RuntimeError()
        outer.__context__ = error
        assert unavailable(outer) is expected


@pytest.fixture
def write_lock(transactional_db: None) -> Iterator[Any]:
    """Somebody holds SQLite's write lock, a backup tool perhaps; the page's patience is short."""
    if not SQLITE:
        pytest.skip("the write lock of a file is SQLite's")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=100")
    other = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
    yield lambda: other.execute("BEGIN IMMEDIATE")
    other.rollback()
    other.close()
    connection.close()


@pytest.mark.skipif(not SQLITE, reason="PostgreSQL's patience is another one")
def test_after_a_job_the_next_test_waits_for_a_lock_as_a_page_does(transactional_db: None) -> None:
    """One that asks who is told that he waits too long waited as long as a job, or not at all."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=20000")
        TransactionTestCase._fixture_setup()
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (5000,)


def test_a_held_write_lock_is_a_sentence_on_every_kind_of_page(
    write_lock: Any, clerk: User, cottonwood: District_, settings: Any
) -> None:
    """L-15: 400 *We could not read this request* on a GET, 500 on sign-in and sign-out."""
    inside, outside = Client(raise_request_exception=False), Client(raise_request_exception=False)
    inside.force_login(clerk)
    key = str(uuid.uuid4())
    write_lock()
    answers = {
        "first page": inside.get("/districts/9012/2025/"),
        "sign-in": outside.post(
            "/accounts/sign-in/", {"login": "cmartin", "password": "a long password for tests"}
        ),
        "sign-out": inside.post("/accounts/sign-out/"),
        "extract": inside.post(
            "/districts/9012/2025/mt-extracts/", {"type": "cte-eoy", "format": "tsv", "key": key}
        ),
    }
    sentences = {
        name: (answer.status_code, "The portal is busy right now." in answer.content.decode())
        for name, answer in answers.items()
    }
    assert {name: value for name, value in sentences.items() if name != "sign-in"} == dict.fromkeys(
        set(sentences) - {"sign-in"}, (503, True)
    )
    assert sentences["sign-in"][0] in (
        200,
        503,
    ), "a wrong password is only said; a right one meets the lock"
    assert (
        "Reference" not in answers["first page"].content.decode()
        and "with reference" in answers["first page"].content.decode()
    )
    assert answers["extract"]["Retry-After"] == "30"


def test_what_was_typed_is_sent_again_by_one_press_and_a_secret_is_not(
    client: Client, clerk: User, cottonwood: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L-15"""
    client.force_login(clerk)
    client.raise_request_exception = False

    def locked(*values: Any, **more: Any) -> None:
        raise operational("database is locked")

    monkeypatch.setattr("pathways.uploads.views.extracts.submit", locked)
    sent = {"type": "cte-eoy", "format": "tsv", "key": str(uuid.uuid4())}
    body = "&".join(f"{name}={value}" for name, value in sent.items())
    answer = client.post(
        "/districts/9012/2025/mt-extracts/", body, content_type="application/x-www-form-urlencoded"
    )
    page = answer.content.decode()
    assert (
        answer.status_code == 503
        and "Send it again" in page
        and all(f'name="{name}" value="{value}"' in page for name, value in sent.items())
    )
    monkeypatch.undo()
    again = client.post("/districts/9012/2025/mt-extracts/", sent)
    assert again.status_code == 302
    monkeypatch.setattr("allauth.account.views.LoginView.dispatch", locked)
    client.logout()
    client.raise_request_exception = False
    answer = client.post(
        "/accounts/sign-in/",
        "login=x&password=zzsecret",
        content_type="application/x-www-form-urlencoded",
    )
    assert (
        answer.status_code == 503
        and "zzsecret" not in answer.content.decode()
        and "Send it again" not in answer.content.decode()
    )


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk takes a part of each file, then no more."""
    storage = default_storage._wrapped if hasattr(default_storage, "_wrapped") else default_storage  # type: ignore[attr-defined]
    own = storage._save

    def half(name: str, content: Any) -> str:
        own(name, ContentFile(b"half"))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "_save", half)


def test_f_20_a_full_disk_at_upload_leaves_neither_row_nor_half_a_file(
    client: Client, clerk: User, cottonwood: District_, full: None
) -> None:
    """L-14"""
    client.force_login(clerk)
    client.raise_request_exception = False
    before = (
        set(default_storage.listdir("batches")[0]) if default_storage.exists("batches") else set()
    )
    upload = {
        "type": "cte-eoy",
        "work": "upload",
        "rows": "good",
        "key": str(uuid.uuid4()),
        "file": ContentFile(file(line()), name="x.tsv"),
    }
    answer = client.post("/districts/9012/2025/mt-data-upload/", upload)
    assert (
        answer.status_code == 503
        and "out of storage space" in answer.content.decode()
        and not Batch.objects.exists()
    )
    made = (
        set(default_storage.listdir("batches")[0]) if default_storage.exists("batches") else set()
    ) - before
    assert not any(default_storage.listdir(f"batches/{name}")[1] for name in made)


def test_f_20_a_full_disk_at_a_result_waits_for_room(
    clerk: User, cottonwood: District_, full: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L-14"""
    batch = submit(
        "extract",
        by=clerk,
        title="X",
        scope=cottonwood.scope,
        options={"type": "cte-eoy", "format": "tsv"},
    )
    assert run(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.attempt, batch.stage) == ("queued", 0, "Waiting for disk space")
    assert not default_storage.exists(f"batches/{batch.pk}/1/extract.tsv")
    monkeypatch.undo()
    Batch.objects.filter(pk=batch.pk).update(available_at=None)
    assert run(batch.pk)
    batch.refresh_from_db()
    assert batch.status == "completed"


@pytest.fixture
def files_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network folder is gone: it holds no file, and takes none."""

    def away(*args: Any, **values: Any) -> Any:
        raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(default_storage, "exists", lambda name: False)
    for method in ("save", "open", "delete", "listdir"):
        monkeypatch.setattr(default_storage, method, away)
    monkeypatch.setattr(os, "access", lambda *args: False)


def test_a_store_that_is_away_is_said_and_what_needs_it_waits(
    client: Client,
    clerk: User,
    cottonwood: District_,
    files_away: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A-1: upload and download say so in words and can be tried again; a job waits without an
    attempt; the rest goes on.
    """
    batch = submit(
        "extract",
        by=clerk,
        title="X",
        scope=cottonwood.scope,
        options={"type": "cte-eoy", "format": "tsv"},
    )
    assert run(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.attempt, batch.stage) == ("queued", 0, "Waiting for the file store")
    row = BatchFile.objects.create(
        batch=batch, role="report.csv", name="x.csv", stored="batches/x/report", size=1, sha256="0"
    )
    client.force_login(clerk)
    client.raise_request_exception = False
    base = "/districts/9012/2025/"
    download = client.get(f"{base}batches/{batch.pk}/files/{row.role}/")
    upload = {"type": "cte-eoy", "work": "upload", "rows": "good", "key": str(uuid.uuid4())}
    upload["file"] = ContentFile(file(line()), name="x.tsv")  # type: ignore[assignment]
    for answer in (download, client.post(f"{base}mt-data-upload/", upload)):
        assert answer.status_code == 503 and answer["Retry-After"]
        assert "cannot reach its files right now" in answer.content.decode()
    assert Batch.objects.count() == 1, "no row without its file"
    assert client.get(base).status_code == 200
    monkeypatch.undo()
    Batch.objects.filter(pk=batch.pk).update(available_at=None)
    BatchFile.objects.all().delete()
    assert run(batch.pk)
    batch.refresh_from_db()
    assert batch.status == "completed"


def test_a_dead_workers_job_is_brought_back_while_the_store_is_away(
    clerk: User, cottonwood: District_, files_away: None
) -> None:
    batch = submit("extract", by=clerk, title="X", scope=cottonwood.scope, options={})
    claim(batch.pk, "dies")
    Batch.objects.update(lease_until=batch.queued_at)
    assert dispatch.sweep() == 1
    batch.refresh_from_db()
    assert batch.status == "queued"
