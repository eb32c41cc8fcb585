"""The page, the command and the list say of a file what it is."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.ends import tell
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.editions import Scope
from cte_portal.ui.wording import moment
from pathways.files import extract, writer
from pathways.files.layout import CTE_END_OF_YEAR
from pathways.models import Student
from tests.fixtures.records import District_, lock_records
from tests.fixtures.uploads import Upload, file, line

BATCHES = "/districts/9012/2025/batches/"


@pytest.fixture
def desk(client: Client, clerk: User, kayla: Student) -> Client:
    client.force_login(clerk)
    return client


def figures(page: Any) -> dict[str, int]:
    return dict(page.context["counts"])


def test_warnings_are_warnings_and_infos_stand_apart(
    upload: Upload, desk: Client, cottonwood: District_
) -> None:
    """walk 2: ten infos and three warnings were 13 warnings."""
    cottonwood.student("999000200", "Becker", "Noah")
    done = upload(
        file(
            line(inside="2.00", total="2.00", last="Smyth"),
            line(state_id="999000200", last="Baker", first="Noah"),
        ),
        work="validate",
    )
    severities = [finding["severity"] for finding in done.findings]
    assert severities.count("warning") == done.counts["warnings"] == 1
    assert severities.count("info") == 2
    page = desk.get(f"{BATCHES}{done.batch.pk}/")
    assert (figures(page)["warnings"], figures(page)["infos"]) == (1, 2)


def test_a_refused_file_is_refused_wherever_its_end_is_told(
    upload: Upload,
    desk: Client,
    clerk: User,
    mailoutbox: list[EmailMessage],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """FR-226: *Completed with errors* was said of a file that was turned away."""
    done = upload(file(line(year="2024")))
    assert done.batch.status == "refused" and done.batch.sentence.startswith(
        "The file was refused: "
    )
    for address in (
        f"{BATCHES}{done.batch.pk}/",
        "/districts/9012/2025/batches/?status=refused",
        "/districts/9012/2025/",
    ):
        page = desk.get(address).content.decode()
        assert "Refused" in page and "Completed with errors" not in page.replace(
            ">Completed with errors</option>", ""
        )
    assert desk.get("/districts/9012/2025/batches/?status=with-errors").context["lines"] == []
    Batch.objects.filter(pk=done.batch.pk).update(notify=True)
    done.batch.refresh_from_db()
    tell(done.batch)
    run_here(Batch.objects.get(kind="notice"))
    assert mailoutbox[0].body.splitlines()[0].endswith("has ended: Refused.")
    sent = tmp_path / "x.tsv"
    sent.write_bytes(file(line(year="2024")))
    with pytest.raises(SystemExit):
        call_command(
            "mt_data_upload",
            sent,
            "--district=9012",
            f"--as={clerk.username}",
            "--work=validate",
            "--json",
        )
    assert json.loads(capsys.readouterr().out)["status"] == "refused"


def test_letters_and_files_say_whose_they_are(
    upload: Upload, desk: Client, mailoutbox: list[EmailMessage], kayla: Student
) -> None:
    """FR-221: downloads of two districts had one name, and an e-mail named no district."""
    done = upload(file(line(last="Smyth")), name="Smyth Kayla.tsv")
    when = f"{timezone.localtime(done.batch.queued_at):%Y-%m-%d %H%M}"
    names = {stored_file.role: stored_file.name for stored_file in done.batch.files.all()}
    assert names["report.csv"] == f"Import Results Summary 9012 {when}.csv"
    assert names["report.xlsx"] == f"Import Results Summary 9012 {when}.xlsx"
    Batch.objects.filter(pk=done.batch.pk).update(notify=True)
    done.batch.refresh_from_db()
    tell(done.batch)
    run_here(Batch.objects.get(kind="notice"))
    [letter] = mailoutbox
    assert letter.subject == "CTE Portal: MT Data Upload for Cottonwood Bend (9012) has ended"
    assert f"submitted on {moment(done.batch.queued_at)}" in letter.body
    assert not {"Smyth", "Kayla", "ANDERSON", "999000123"} & set(
        letter.body.replace(".", " ").split()
    ), "no word about students (P-08)"


def test_home_leads_to_the_rows_that_were_not_saved(
    upload: Upload, desk: Client, cottonwood: District_
) -> None:
    """walk 22: *7 rows were not saved: download them* was a sentence without a way, beside a plain
    ring.
    """
    cottonwood.student("999000200", "Becker", "Noah")
    done = upload(
        file(
            line(inside="x"),
            line(pathway="zzz"),
            line(state_id="999000200", last="Becker", first="Noah"),
        )
    )
    [task] = [
        task for task in desk.get("/districts/9012/2025/").context["tasks"] if task.step == "2B"
    ]
    assert task.status == ("warning", "2 rows not saved")
    assert (task.next_label, task.next_url) == ("See the 2 rows", f"{BATCHES}{done.batch.pk}/")
    assert "Download the 2 rejected rows" in desk.get(task.next_url).content.decode()


def test_a_certified_year_invites_nobody_to_upload_records(desk: Client, kayla: Student) -> None:
    lock_records()
    home = desk.get("/districts/9012/2025/")
    assert "No file of records can be saved now" in home.content.decode()
    assert "Instead of typing" not in home.content.decode()


def test_the_excel_extract_saved_as_tab_text_uploads_back(
    upload: Upload, cottonwood: District_, kayla: Student
) -> None:
    """Issue 13, 6: it had no header record."""
    cottonwood.record(kayla)
    for form in (write_extract, write_template):
        held = io.BytesIO()
        form(held, cottonwood.scope)
        rows = list(sheet(held))
        assert rows[0][0] == "HD" and rows[0][3] == "MT9.1" and rows[1][0] == "Record Type"
        # As a spreadsheet saves it: as many cells in each row, quotation marks where it likes.
        text = "\r\n".join(
            "\t".join(
                f'"{cell}"' if " " in cell else cell for cell in [*row, *[""] * (16 - len(row))]
            )
            for row in rows
        )
        done = upload(f"{text}\r\n".encode(), work="validate")
        assert not done.refused, done.refused
        if form is write_extract:
            assert done.counts == {
                "read": 1,
                "new": 0,
                "changed": 0,
                "unchanged": 1,
                "rejected": 0,
                "warnings": 0,
            }


def write_extract(into: io.BytesIO, scope: Scope) -> None:
    extract.write(into, scope, "xlsx")


def write_template(into: io.BytesIO, scope: Scope) -> None:
    writer.write_layout_xlsx(into, CTE_END_OF_YEAR, [line().split("\t")], timezone.localtime())


def sheet(content: io.BytesIO) -> Iterator[list[str]]:
    """The text cells of a workbook's first sheet, as the writer puts them one by one."""
    with ZipFile(content) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
    for row in re.findall("<row .*?</row>", page):
        yield [unescape(text) for text in re.findall("<t[^>]*>(.*?)</t>", row)]
