"""Files in a bucket, as several machines share them: the whole way of a file through a real server,
and what people meet while that is away.
"""

from __future__ import annotations

import datetime
import tarfile
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.models import Batch
from cte_portal.batches.retention import retention
from cte_portal.batches.running import run
from cte_portal.ui.unavailable import FilesAway
from cte_portal.watch import configuration, standing
from cte_portal.watch.backup import archive
from cte_portal.watch.looks import checkups
from cte_portal.watch.models import Checkup
from tests.fixtures.records import District_
from tests.fixtures.services.bucket import Server, held, use
from tests.fixtures.uploads import file, line

FOLDER = "django.core.files.storage.FileSystemStorage"
BASE = "/districts/9012/2025/"


def send(client: Client) -> Any:
    fields: dict[str, Any] = {"type": "cte-eoy", "work": "upload", "rows": "good"}
    content = ContentFile(file(line()), name="x.tsv")
    return client.post(
        f"{BASE}mt-data-upload/", {**fields, "key": str(uuid.uuid4()), "file": content}
    )


def extracted(client: Client) -> Batch:
    fields = {"type": "cte-eoy", "format": "tsv", "key": str(uuid.uuid4())}
    assert client.post(f"{BASE}mt-extracts/", fields).status_code == 302
    batch = Batch.objects.get(kind="extract")
    assert run(batch.pk)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def desk(client: Client, clerk: User, cottonwood: District_, server: Server) -> Client:
    client.force_login(clerk)
    client.raise_request_exception = False
    return client


def test_a_file_goes_the_whole_way_through_the_bucket_and_touches_no_disk(
    desk: Client, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    assert send(desk).status_code == 302
    batch = Batch.objects.get()
    assert run(batch.pk)
    batch.refresh_from_db()
    assert batch.status == "with-errors", "it was read: its student has no enrollment here"
    assert f"portal/{batch.input_file}" in held()
    role = extracted(desk).files.get()
    download = desk.get(f"{BASE}batches/{role.batch_id}/files/{role.role}/")
    assert download.status_code == 200 and download["Content-Length"] == str(role.size)
    assert len(b"".join(download.streaming_content)) == role.size  # type: ignore[attr-defined]
    assert not (tmp_path / "files").exists()


def test_while_the_bucket_is_away_only_what_needs_a_file_waits(
    desk: Client, server: Server
) -> None:
    """Pages that show a job with files open; nothing is an error of the portal's."""
    role = extracted(desk).files.get()
    page = f"{BASE}batches/{role.batch_id}/"
    server.stays_away()
    for answer in (desk.get(f"{page}files/{role.role}/"), send(desk)):
        assert answer.status_code == 503 and answer["Retry-After"]
        assert "cannot reach its files right now" in answer.content.decode()
    for address in (BASE, page, f"{BASE}batches/", f"{BASE}mt-data-upload/"):
        assert desk.get(address).status_code == 200, address
    waiting = Batch.objects.get()
    Batch.objects.filter(pk=waiting.pk).update(status="queued", finished_at=None)
    waiting.files.all().delete()
    assert run(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.stage) == ("queued", "Waiting for the file store")
    server.is_back()
    Batch.objects.filter(pk=waiting.pk).update(available_at=None)
    assert run(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.status == "completed"
    assert send(desk).status_code == 302


def test_a_bucket_that_is_gone_is_not_a_file_that_is_no_longer_kept(
    server: Server, settings: Any
) -> None:
    """The store answers *not found* to both."""
    assert not is_stored("batches/gone")
    with pytest.raises(FileNotFoundError):
        open_stored("batches/gone")
    use(settings, server, "another")
    with pytest.raises(FilesAway):
        is_stored("batches/gone")
    with pytest.raises(FilesAway):
        open_stored("batches/gone")


def test_the_dispatchers_look_says_that_the_bucket_is_away_and_forgets_it(
    server: Server, settings: Any, db: None
) -> None:
    def look() -> list[str]:
        for name, ask in checkups.looks().items():
            sentence = ask()
            Checkup.objects.note(name, good=not sentence, sentence=sentence)
        return [r.sentence for r in standing.checkups() if r.name == "File store" and r.level]

    server.stays_away()
    assert "The store of bucket cte-files does not answer. Uploads and downloads" in look()[0]
    server.is_back()
    assert look() == []
    use(settings, server, "another")
    assert "There is no bucket another." in look()[0]
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": FOLDER}}
    assert look() == [], "what was seen of a bucket says nothing of a folder"


def test_the_deployment_check_says_what_is_wrong_with_the_bucket(
    server: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def heard() -> list[str]:
        return [f"{m.msg} {m.hint}" for m in configuration.files() if m.id == "portal.E131"]

    assert heard() == [] and held() == set(), "nothing is left behind"
    use(settings, server, "another")
    assert "There is no bucket another. Check STORAGE_URL" in heard()[0]
    guarded = Server(INITIAL_NO_AUTH_ACTION_COUNT="0")
    try:
        use(settings, guarded)
        assert "The keys are not those of bucket cte-files" in heard()[0]
    finally:
        guarded.end()
    use(settings, guarded)
    assert "The store of bucket cte-files does not answer." in heard()[0]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    use(settings, server)
    assert "There are no keys for bucket cte-files." in heard()[0]


def test_the_daily_clean_up_finds_files_in_the_bucket_that_no_job_names(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = extracted(desk).files.get().stored
    default_storage.save(f"batches/{uuid.uuid4()}/1/report.csv", ContentFile(b"x"))
    assert retention.ORPHANS.remove() == 0, "it may be on its way to its row"
    monkeypatch.setattr(retention, "SETTLED", datetime.timedelta(0))
    assert retention.ORPHANS.remove() == 1
    assert held() == {f"portal/{kept}"}


def test_a_backup_takes_the_files_of_the_bucket(
    desk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "dump", lambda edition, target: target.write_bytes(b""))
    role = extracted(desk).files.get()
    call_command("backup", str(tmp_path / "backups"))
    (folder,) = (tmp_path / "backups").iterdir()
    with tarfile.open(folder / archive.FILES) as files:
        (member,) = files.getmembers()
        assert member.name == f"files/{role.stored}" and member.size == role.size
