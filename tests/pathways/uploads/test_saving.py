"""From a tested file to saved records and back: preview, the same bytes, what changed in between,
undo, locks, commands.
"""

from __future__ import annotations

import io
import json
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from pathways.models import Change, CollectionLock, Participation, Student
from pathways.uploads import run as running
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.fixtures.uploads import HEADER, Upload, Uploaded, file, line

BATCHES, PAGE = "/districts/9012/2025/batches/", "/districts/9012/2025/mt-data-upload/"


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def saved_from_preview(desk: Client, tested: Batch) -> Uploaded:
    answer = desk.post(f"{PAGE}{tested.pk}/save/")
    batch = Batch.objects.get(pk=answer["Location"].rstrip("/").rsplit("/", 1)[1])
    return Uploaded(run_here(batch))


def test_a_test_in_which_no_good_row_is_new_offers_nothing_to_save(
    upload: Upload, desk: Client, kayla: Student
) -> None:
    upload(file(line()))
    tested = upload(file(line(), line(state_id="1")), work="validate")
    assert tested.counts | {"new": 0, "changed": 0, "unchanged": 1, "rejected": 1} == tested.counts
    page = desk.get(f"{BATCHES}{tested.batch.pk}/").content.decode()
    assert "No changes to save" in page and "Choose another file" in page
    assert "Upload this file" not in page and "Saves the" not in page


def test_j_05_the_preview_shows_before_and_after_and_one_button_uploads_the_same_bytes(
    upload: Upload, desk: Client, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla)
    tested = upload(
        file(
            line(inside="2.50", total="2.50", concentrator="Y"),
            line(pathway=BUSINESS),
            line(state_id="1"),
        ),
        work="validate",
    )
    page = desk.get(f"{BATCHES}{tested.batch.pk}/").content.decode()
    assert '<td data-label="Student"><bdi>ANDERSON, KAYLA R.</bdi></td>' in page
    assert (
        "<del>1.50</del>" in page
        and "<strong>2.50</strong>" in page
        and "Nothing has been saved yet." in page
        and "Upload this file" in page
    )
    assert Participation.objects.get().in_district_credits == 1.5
    done = saved_from_preview(desk, tested.batch)
    assert done.counts | {"new": 1, "changed": 1, "rejected": 1} == done.counts
    assert done.batch.input_sha256 == tested.batch.input_sha256
    assert saved_from_preview(desk, tested.batch).batch.pk == done.batch.pk, (
        "a double click is one upload"
    )


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's plans need no statistics")
def test_statistics_are_made_of_records_and_history_after_a_large_upload(
    upload: Upload, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renewed(*lines: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            upload(file(*lines))
        return sum("pathways_renew_statistics(" in query["sql"] for query in queries)

    monkeypatch.setattr(running, "ANALYZE_FROM", 1)
    assert renewed(line()) == 0
    assert renewed(line(inside="2.00", total="2.00"), line(pathway=BUSINESS)) == 2


def test_after_a_preview_only_rows_that_nobody_touched_are_saved(
    upload: Upload, desk: Client, cottonwood: District_, kayla: Student
) -> None:
    """Order of truth: *save these changes* lists what changed since; a direct upload overwrites."""
    cottonwood.record(kayla)
    tested = upload(
        file(line(inside="2.00", total="2.00"), line(pathway=BUSINESS)), work="validate"
    )
    cottonwood.record(kayla, in_district_credits="1.75", version=1)
    done = saved_from_preview(desk, tested.batch)
    assert done.errors == [(2, "CTE-415")] and done.counts["new"] == 1
    assert Participation.objects.get(pathway__name=HEALTH).in_district_credits == 1.75
    direct = upload(file(line(inside="2.00", total="2.00")))
    assert (
        direct.counts["changed"] == 1
        and Participation.objects.get(pathway__name=HEALTH).in_district_credits == 2
    )


def test_apply_and_undo_is_the_identity(
    upload: Upload, desk: Client, cottonwood: District_, kayla: Student
) -> None:
    other = cottonwood.student("999000200")
    cottonwood.record(kayla)
    typed = (
        "student_id",
        "pathway_id",
        "concentrator",
        "single_parent",
        "start_date",
        "in_district_credits",
        "dual_enrollment_credits",
    )
    before = list(Participation.objects.order_by("student_id").values_list(*typed))
    done = upload(
        file(
            line(inside="2.50", total="2.50", dual="0.50"),
            line(state_id="999000200"),
            line(state_id="999000200", pathway=BUSINESS),
        )
    )
    assert Participation.objects.count() == 3
    page = desk.get(f"{PAGE}{done.batch.pk}/undo/").content.decode()
    assert "The upload saved 3 records." in page
    first, twice = (
        desk.post(f"{PAGE}{done.batch.pk}/undo/"),
        desk.post(f"{PAGE}{done.batch.pk}/undo/"),
    )
    assert first["Location"] == twice["Location"]
    undo = run_here(Batch.objects.get(kind="undo"))
    assert (
        undo.sentence == "3 records are back to what they were before the upload."
        and undo.status == "completed"
    )
    assert list(Participation.objects.order_by("student_id").values_list(*typed)) == before
    assert Change.objects.filter(batch=undo.pk, source="undo").count() == 3
    assert "This upload was undone" in desk.get(f"{BATCHES}{done.batch.pk}/").content.decode()
    assert other.participations.count() == 0


def test_undo_leaves_and_lists_what_somebody_changed_since(
    upload: Upload, desk: Client, cottonwood: District_, kayla: Student
) -> None:
    done = upload(file(line(), line(pathway=BUSINESS)))
    cottonwood.record(kayla, in_district_credits="1.75", version=1)
    desk.post(f"{PAGE}{done.batch.pk}/undo/")
    undo = run_here(Batch.objects.get(kind="undo"))
    assert (
        undo.status == "with-errors"
        and undo.sentence
        == "1 record is back to what it was before the upload. 1 was changed since then and stays"
        " as it is."
    )
    assert Participation.objects.get().in_district_credits == 1.75
    assert b"ANDERSON, KAYLA" in Uploaded(undo).content("left.csv")


def test_history_names_the_upload(upload: Upload, desk: Client, kayla: Student) -> None:
    upload(file(line()))
    record = Participation.objects.get()
    page = desk.get(
        f"/districts/9012/2025/cte-concentrator/{kayla.pk}/{record.pathway_id}/history/"
    ).content.decode()
    assert "MT Data Upload" in page and record.modified_by == "MARTIN, CHERYL"


def test_f_39_a_locked_collection_is_tested_but_not_written(
    upload: Upload, kayla: Student, cottonwood: District_, clerk: User
) -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=2025,
        collection="cte-eoy",
        since=timezone.now(),
        by="X",
        reason="Sealed.",
        reference="R",
    )
    assert upload(file(line()), work="validate").counts["new"] == 1
    batch = submit(
        "upload",
        by=clerk,
        title="U",
        scope=cottonwood.scope,
        options={"type": "cte-eoy", "work": "upload"},
        content=ContentFile(file(line())),
    )
    batch = run_here(batch)
    assert (
        batch.status == "failed"
        and "Records have been locked since" in batch.sentence
        and batch.attempt == 1
    )
    assert not Participation.objects.exists()


@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_a_save_between_check_and_write_is_met_with_a_new_check(
    upload: Upload, kayla: Student, cottonwood: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C-04: nothing is lost; the upload, second, overwrites by key, and the history shows both."""
    judge, times = running.checking.judge, []

    def judged(*arguments: Any, **values: Any) -> Any:
        checked = judge(*arguments, **values)
        if not times:
            saving = threading.Thread(target=save_one)
            saving.start()
            saving.join()
        times.append(1)
        return checked

    def save_one() -> None:
        cottonwood.record(kayla, in_district_credits="1.75", version=0)
        connections.close_all()

    monkeypatch.setattr(running.checking, "judge", judged)
    done = upload(file(line()))
    assert len(times) == 2 and done.counts["changed"] == 1 and done.batch.attempt == 1
    assert [change.version for change in Change.objects.order_by("pk")] == [1, 2]
    assert done.batch.files.count() == len(
        {stored_file.role for stored_file in done.batch.files.all()}
    )


# --- templates, columns, extracts


def test_j_03_templates(desk: Client, upload: Upload, kayla: Student) -> None:
    content = b"".join(desk.get(f"{PAGE}template/tsv/").streaming_content)
    assert content.startswith(b"HD\t") and b"\tSAMPLE\tROW\t" in content
    assert upload(content).errors[0] == (2, "CTE-200"), "a sample row that is left in is nobody"
    book = zipfile.ZipFile(
        io.BytesIO(b"".join(desk.get(f"{PAGE}template/xlsx/").streaming_content))
    )
    sheets = b"".join(book.read(name) for name in book.namelist())
    assert b'numFmtId="49"' in sheets, "cells are text"
    assert b"The sample row is not a real student" in sheets and b"<f>" not in sheets
    upload(file(line()))
    filled = b"".join(desk.get(f"{PAGE}template/filled/").streaming_content)
    assert upload(filled).counts == {
        "read": 1,
        "new": 0,
        "changed": 0,
        "unchanged": 1,
        "rejected": 0,
        "warnings": 0,
    }


def test_the_page_about_columns_marks_what_is_provisional(desk: Client) -> None:
    page = desk.get(f"{PAGE}columns/").content.decode()
    assert page.count('<span class="hint">provisional</span>') == 11
    assert "Work Based Learning Credits" in page and "Health Professions" in page


@pytest.mark.parametrize("form", ["tsv", "csv", "xlsx"])
def test_an_extract_is_a_batch_with_a_file(
    form: str, desk: Client, upload: Upload, cottonwood: District_
) -> None:
    cottonwood.student("999000300", "=1+1", "Kayla")
    upload(file(line(state_id="999000300", last="=1+1")))
    answer = desk.post(
        "/districts/9012/2025/mt-extracts/",
        {"type": "cte-eoy", "format": form, "key": "11111111-1111-4111-8111-111111111111"},
    )
    batch = run_here(Batch.objects.get(kind="extract"))
    assert batch.sentence == "1 record." and answer["Location"].endswith(f"/{batch.pk}/")
    content = Uploaded(batch).content(f"extract.{form}")
    if form == "tsv":
        assert content.startswith(b"HD\t") and b"\t=1+1\t" in content
        assert upload(content).counts["unchanged"] == 1
    elif form == "csv":
        assert b",'=1+1," in content and b"0" in content
    else:
        assert b"<f>" not in b"".join(
            zipfile.ZipFile(io.BytesIO(content)).read(name)
            for name in zipfile.ZipFile(io.BytesIO(content)).namelist()
        )
    assert "Get the file" in desk.get("/districts/9012/2025/mt-extracts/").content.decode()


# --- commands


def test_the_command_prints_the_documented_json(
    tmp_path: Path, clerk: User, kayla: Student, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = tmp_path / "x.tsv"
    sent.write_bytes(file(line(last="Smyth"), line(pathway=BUSINESS, inside="=1+1")))
    call_command(
        "mt_data_upload", sent, district="9012", person="cmartin", work="upload", json=True
    )
    report = json.loads(capsys.readouterr().out)
    assert report["status"] == "with-errors" and report["adjusted"] == []
    assert report["counts"] == {
        "read": 2,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "rejected": 1,
        "warnings": 0,
    }
    assert [set(finding) for finding in report["findings"]] == [
        {"line", "field", "rule", "severity", "value", "message"}
    ] * 2
    assert (
        report["findings"][1]
        | {
            "line": 3,
            "field": "in_district_credits",
            "rule": "CTE-001",
            "severity": "error",
            "value": "=1+1",
        }
        == report["findings"][1]
    )


def test_the_command_ends_with_2_when_the_file_is_refused(
    tmp_path: Path, clerk: User, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = tmp_path / "x.tsv"
    sent.write_bytes(b"")
    with pytest.raises(SystemExit) as ended:
        call_command(
            "mt_data_upload", sent, district="9012", person="cmartin", work="validate", json=True
        )
    assert ended.value.code == 2
    report = json.loads(capsys.readouterr().out)
    assert (
        report["status"] == "refused"
        and set(report["counts"].values()) == {0}
        and report["findings"] == []
        and "empty" in report["reason"]
    )


def test_the_command_does_first_what_was_submitted_first(
    tmp_path: Path, clerk: User, kayla: Student, cottonwood: District_
) -> None:
    options = {"type": "cte-eoy", "work": "upload"}
    waiting = submit(
        "upload",
        by=clerk,
        title="U",
        scope=cottonwood.scope,
        options=options,
        content=ContentFile(file(line())),
    )
    sent = tmp_path / "x.tsv"
    sent.write_bytes(file(line(inside="1.75", total="1.75")))
    call_command("mt_data_upload", sent, district="9012", person="cmartin", work="upload")
    assert Batch.objects.get(pk=waiting.pk).status == "completed"
    assert (
        Participation.objects.get().version == 2
        and float(Participation.objects.get().in_district_credits) == 1.75
    )


@pytest.mark.parametrize(
    ("district", "person"), [("4444", "cmartin"), ("9012", "nobody-at-all"), ("0965", "cmartin")]
)
def test_the_command_asks_for_the_persons_right(
    district: str, person: str, tmp_path: Path, clerk: User, elsewhere: District_
) -> None:
    sent = tmp_path / "x.tsv"
    sent.write_bytes(HEADER.encode())
    with pytest.raises(CommandError):
        call_command("mt_data_upload", sent, district=district, person=person, work="upload")
