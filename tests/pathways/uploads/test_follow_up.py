"""What follows a test or an upload: saved once, taken back once, and again when that came to
nothing; never in another year.
"""

from __future__ import annotations

import csv
import io
import re
import uuid
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Notice
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import cancel, submit
from pathways import rules
from pathways.models import Change, Participation, SchoolYear, Student
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.fixtures.uploads import Upload, file, line
from tests.pathways.desk import text

BATCHES, PAGE = "/districts/9012/2025/batches/", "/districts/9012/2025/mt-data-upload/"


@pytest.fixture
def desk(client: Client, clerk: User, kayla: Student) -> Client:
    client.force_login(clerk)
    return client


def made(answer: Any) -> Batch:
    """The batch that a button leads to."""
    return Batch.objects.get(pk=answer["Location"].rstrip("/").rsplit("/", 1)[1])


def page_of(desk: Client, batch: Batch) -> str:
    return desk.get(f"{BATCHES}{batch.pk}/").content.decode()


def test_j_10_a_finding_opens_its_record_and_says_what_to_do(
    upload: Upload, desk: Client, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla, BUSINESS)
    stored = cottonwood.record(kayla, HEALTH)
    other = cottonwood.student("999000777", "Baker", "Ida")
    done = upload(
        file(line(inside="x"), line(state_id=other.state_id, last="Baker", first="Ida", inside="x"))
    ).batch
    address = "/districts/9012/2025/cte-concentrator/"
    for way in ("", "?by=student"):
        page = desk.get(f"{BATCHES}{done.pk}/{way}").content.decode()
        assert f'href="{address}{kayla.pk}/{stored.pathway_id}/"' in page, (
            "its record, whichever was changed last"
        )
        assert f'href="{address}{other.pk}/"' in page, "the student, where there is no record yet"
        assert rules.by_id(done.result["groups"][0]["rule"]).remedy in unescape(page)


def test_an_undo_that_was_canceled_took_nothing_back_and_may_be_asked_again(
    upload: Upload, desk: Client
) -> None:
    done = upload(file(line())).batch
    undo = made(desk.post(f"{PAGE}{done.pk}/undo/"))
    assert "This upload is being undone" in page_of(desk, done)
    assert cancel(undo, by="MARTIN, CHERYL")
    page = page_of(desk, done)
    assert (
        "was undone" not in page
        and "Undo this upload" in page
        and Participation.objects.count() == 1
    )
    again = made(desk.post(f"{PAGE}{done.pk}/undo/"))
    assert (
        again.pk != undo.pk
        and run_here(again).status == "completed"
        and not Participation.objects.exists()
    )
    assert "This upload was undone" in page_of(desk, done)


def test_a_colleague_does_not_take_the_same_upload_back_a_second_time(
    upload: Upload,
    desk: Client,
    client: Client,
    cottonwood: District_,
    clerk: User,
    second_clerk: User,
) -> None:
    done = upload(file(line())).batch
    undo = made(desk.post(f"{PAGE}{done.pk}/undo/"))
    client.force_login(second_clerk)
    assert made(client.post(f"{PAGE}{done.pk}/undo/")).pk == undo.pk
    late = submit(
        "undo", by=second_clerk, title="Undo", scope=cottonwood.scope, about=done
    )  # both had asked in the same moment
    run_here(undo)
    late = run_here(late)
    assert (
        late.status == "failed"
        and late.sentence == "MARTIN, CHERYL already undid this upload. Nothing was changed."
    )
    assert Change.objects.count() == 2


def test_whose_upload_a_colleague_undoes_is_told(
    upload: Upload, desk: Client, client: Client, clerk: User, second_clerk: User
) -> None:
    """L-25: clerks of a district stand in for each other; the page says first whose upload it is,
    and she hears of it.
    """
    done = upload(file(line())).batch
    Notice.objects.all().delete()
    client.force_login(second_clerk)
    assert "MARTIN, CHERYL" in client.get(f"{PAGE}{done.pk}/undo/").content.decode()
    undo = run_here(made(client.post(f"{PAGE}{done.pk}/undo/")))
    notices = dict(Notice.objects.values_list("user_id", "text"))
    assert notices == {
        second_clerk.pk: "MT Data Upload – Undo for 9012: completed.",
        clerk.pk: "KELLER, DANIEL ran MT Data Upload – Undo for 9012 on your file: completed.",
    }
    desk.force_login(clerk)
    assert (
        "KELLER, DANIEL ran MT Data Upload – Undo"
        in desk.get("/districts/9012/2025/").content.decode()
    )
    assert (
        desk.get(Notice.objects.get(user=clerk).path).status_code == 200
        and undo.status == "completed"
    )


def test_whose_file_it_was_is_not_told_once_she_has_left(
    upload: Upload, desk: Client, client: Client, clerk: User, second_clerk: User
) -> None:
    """L-25: the page behind the notice would be refused."""
    done = upload(file(line())).batch
    Notice.objects.all().delete()
    clerk.memberships.all().delete()
    client.force_login(second_clerk)
    run_here(made(client.post(f"{PAGE}{done.pk}/undo/")))
    assert set(Notice.objects.values_list("user_id", flat=True)) == {second_clerk.pk}


def test_there_is_nothing_to_undo_in_a_test(upload: Upload, desk: Client) -> None:
    tested = upload(file(line()), work="validate").batch
    assert desk.post(f"{PAGE}{tested.pk}/undo/")["Location"] == f"{BATCHES}{tested.pk}/"
    assert not Batch.objects.filter(kind="undo").exists()
    assert "There is nothing to undo" in desk.get(f"{PAGE}{tested.pk}/undo/").content.decode()


def test_undo_after_edits_and_a_deletion(
    upload: Upload, desk: Client, cottonwood: District_, kayla: Student
) -> None:
    """Edited since: stays. Edited back to the very values: somebody has touched it, stays.
    Untouched: taken back.
    """
    other, third = cottonwood.student("999000200"), cottonwood.student("999000201")
    done = upload(file(line(), line(state_id="999000200"), line(state_id="999000201"))).batch
    cottonwood.record(other, in_district_credits="1.75", version=1)
    cottonwood.record(third, in_district_credits="1.75", version=1)
    cottonwood.record(third, in_district_credits="1.50", version=2)
    undo = run_here(made(desk.post(f"{PAGE}{done.pk}/undo/")))
    assert (
        undo.sentence
        == "1 record is back to what it was before the upload. 2 were changed since then and stay"
        " as they are."
    )
    assert set(Participation.objects.values_list("student__state_id", flat=True)) == {
        "999000200",
        "999000201",
    }
    assert "Changed since the upload 9012 " in page_of(desk, undo)


def test_a_test_that_was_uploaded_says_so_and_is_not_uploaded_twice(
    upload: Upload, desk: Client, client: Client, second_clerk: User
) -> None:
    tested = upload(file(line()), work="validate").batch
    saved = made(desk.post(f"{PAGE}{tested.pk}/save/"))
    assert "This file is being uploaded" in page_of(
        desk, tested
    ) and "Upload this file" not in page_of(desk, tested)
    run_here(saved)
    assert "This file was uploaded" in page_of(desk, tested)
    client.force_login(second_clerk)
    assert made(client.post(f"{PAGE}{tested.pk}/save/")).pk == saved.pk


def test_an_upload_of_a_test_that_was_canceled_may_be_asked_again(
    upload: Upload, desk: Client
) -> None:
    tested = upload(file(line()), work="validate").batch
    saved = made(desk.post(f"{PAGE}{tested.pk}/save/"))
    cancel(saved, by="MARTIN, CHERYL")
    assert "Upload this file" in page_of(desk, tested)
    again = made(desk.post(f"{PAGE}{tested.pk}/save/"))
    assert (
        again.pk != saved.pk
        and run_here(again).status == "completed"
        and Participation.objects.count() == 1
    )


def test_a_test_whose_rows_were_all_refused_to_be_saved_is_not_called_uploaded(
    upload: Upload, desk: Client
) -> None:
    tested = upload(file(line(), line(inside="x")), work="validate", all_or_nothing=True).batch
    saved = run_here(made(desk.post(f"{PAGE}{tested.pk}/save/")))
    assert saved.sentence == "1 row has errors, so nothing was saved, as you chose."
    page = page_of(desk, tested)
    assert "See what happened to the upload" in page and "This file was uploaded" not in page


def sent(content: bytes, **values: str) -> dict[str, Any]:
    choices = {
        "type": "cte-eoy",
        "work": "validate",
        "rows": "good",
        "key": "11111111-1111-4111-8111-111111111111",
        **values,
    }
    return {**choices, "file": SimpleUploadedFile("x.tsv", content)}


def test_c_01_c_09_a_double_click_is_one_job_but_another_file_on_the_same_page_is_another(
    desk: Client,
) -> None:
    """The page that Back brings carries the same key; what is chosen on it then must not vanish."""
    batch = made(desk.post(PAGE, sent(file(line()))))
    assert made(desk.post(PAGE, sent(file(line())))).pk == batch.pk
    other = made(desk.post(PAGE, sent(file(line(pathway=BUSINESS)))))
    saving = made(desk.post(PAGE, sent(file(line()), work="upload")))
    assert len({batch.pk, other.pk, saving.pk}) == 3 == Batch.objects.count()


def test_d_01_the_file_is_described_by_its_hint_its_error_and_what_is_said_of_it(
    desk: Client,
) -> None:
    def described(page: str) -> list[str]:
        box = re.search(r'<input type="file"[^>]*>', page)
        assert box is not None
        ids = re.search(r'aria-describedby="([^"]*)"', box[0])
        assert ids is not None
        assert all(page.count(f' id="{key}"') == 1 for key in ids[1].split()), "each is on the page"
        return ids[1].split()

    assert described(desk.get(PAGE).content.decode()) == ["id_file_helptext", "file-said"]
    assert described(desk.post(PAGE, sent(b"")).content.decode()) == [
        "id_file_helptext",
        "id_file_error",
        "file-said",
    ]


def test_an_extract_in_another_format_from_the_same_page_is_another_job(desk: Client) -> None:
    keys = {"type": "cte-eoy", "key": str(uuid.uuid4())}
    made_ = [
        made(desk.post("/districts/9012/2025/mt-extracts/", {**keys, "format": form})).pk
        for form in ("tsv", "tsv", "csv")
    ]
    assert made_[0] == made_[1] != made_[2]


@pytest.fixture
def next_year(upload: Upload) -> Batch:
    """An upload of 2024-25, a failed one and a tested one; then OPI opens 2025-26."""
    done = upload(file(line())).batch
    upload(file(line(pathway=BUSINESS)), work="validate")
    SchoolYear.objects.filter(is_active=True).update(is_active=False)
    SchoolYear.objects.update_or_create(
        end_year=2026, defaults={"starts": "2025-07-01", "ends": "2026-06-30", "is_active": True}
    )
    return done


def test_an_upload_is_not_taken_back_in_another_year(desk: Client, next_year: Batch) -> None:
    for year in (2025, 2026):
        page = desk.get(f"/districts/9012/{year}/batches/{next_year.pk}/").content.decode()
        assert "Undo this upload" not in page and "1 record saved" in page
        assert (
            desk.post(f"/districts/9012/{year}/mt-data-upload/{next_year.pk}/undo/").status_code
            == 403
        )
    tested = Batch.objects.get(options__work="validate")
    for year in (2025, 2026):
        assert (
            "Upload this file"
            not in desk.get(f"/districts/9012/{year}/batches/{tested.pk}/").content.decode()
        )
        assert (
            desk.post(f"/districts/9012/{year}/mt-data-upload/{tested.pk}/save/").status_code == 403
        )


def test_what_waited_while_the_year_ended_is_not_run(
    desk: Client, upload: Upload, clerk: User, cottonwood: District_
) -> None:
    waiting = made(desk.post(PAGE, sent(file(line()), work="upload")))
    SchoolYear.objects.filter(is_active=True).update(is_active=False)
    row = run_here(waiting)
    assert row.status == "failed" and row.attempt == 1 and not Participation.objects.exists()
    assert (
        row.sentence
        == "There is no current school year. Records of 2024-25 can only be read. Nothing was"
        " changed."
    )


@pytest.mark.parametrize(
    "what", ["", "cancel/", "again/", "keep/", "files/report.csv/", "save/", "undo/"]
)
def test_z_01_another_districts_batch_does_not_exist_here(
    what: str, desk: Client, upload: Upload, elsewhere: District_, stranger: User
) -> None:
    theirs = submit(
        "extract",
        by=stranger,
        title="X",
        scope=elsewhere.scope,
        options={"type": "cte-eoy", "format": "tsv"},
    )
    run_here(theirs)
    stem = PAGE if what in ("save/", "undo/") else BATCHES
    gone = f"{stem}{uuid.uuid4()}/{what}"
    for district in ("9012", "0965"):
        address = f"{stem}{theirs.pk}/{what}".replace("/9012/", f"/{district}/")
        answers = [desk.get(address), desk.post(address)]
        for answer, missing in zip(answers, [desk.get(gone), desk.post(gone)], strict=True):
            assert answer.status_code in (404, 405)
            assert answer.status_code == missing.status_code or district == "0965"
    assert Batch.objects.get().kept is False


def test_the_result_speaks_of_fields_as_the_screen_does(
    client: Client, clerk: User, kayla: Student, upload: Upload
) -> None:
    """walk 33: the file's *District Credits* are *In District Credits Earned* on the screen."""
    upload(file(line()))
    sent = upload(
        file(line(inside="1.75", total="1.75"), line(pathway="Business Management", outside="x")),
        work="validate",
    )
    client.force_login(clerk)
    page = text(client.get(f"/districts/9012/2025/batches/{sent.batch.pk}/"))
    assert (
        "In District Credits Earned in 1 row" in page and "Out of District Credits Earned" in page
    )
    assert " District Credits in 1 row" not in page.replace(
        "In District Credits Earned in 1 row", ""
    )


def test_on_a_telephone_a_rejected_line_names_what_it_shows(
    client: Client, clerk: User, kayla: Student, upload: Upload
) -> None:
    """Where a row is a block its head is not seen: each value has its label."""
    sent = upload(file(line(outside="x")), work="validate")
    client.force_login(clerk)
    page = client.get(f"/districts/9012/2025/batches/{sent.batch.pk}/").content.decode()
    labels = ("Line", "Student", "Field", "In your file", "What is wrong")
    assert all(f'<td data-label="{label}">' in page for label in labels)


def test_the_report_file_speaks_of_fields_as_the_screen_does(
    kayla: Student, upload: Upload
) -> None:
    """walk 33: the file's own column is named too, as it is looked for in the file."""
    sent = upload(file(line(outside="x")), work="validate")
    [row] = [
        row
        for row in csv.DictReader(io.StringIO(sent.content("report.csv").decode("utf-8-sig")))
        if row["In your file"] == "x"
    ]
    assert (row["Column"], row["Field on the screen"]) == (
        "Transfer Credits",
        "Out of District Credits Earned",
    )
