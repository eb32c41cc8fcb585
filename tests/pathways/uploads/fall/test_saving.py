"""A Fall CTE file goes in: new answers are saved, none that stands is touched, every refused row
comes back with its reason.
"""

from __future__ import annotations

import csv
import datetime
import io
import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run, run_here
from cte_portal.batches.submit import submit
from pathways.files import extract
from pathways.files.layout import CTE_FALL
from pathways.follow_up.differences import noting
from pathways.models import (
    Attempt,
    CollectionLock,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    OutcomeChange,
    OutcomeDifference,
    PostProgramStatus,
    School,
)
from pathways.roster import ledger
from tests.fixtures.records import HEALTH, District_
from tests.fixtures.uploads import Uploaded
from tests.pathways.follow_up.leavers import DROPPED_OUT, Leavers, open_list
from tests.pathways.uploads.fall.files import (
    COLLEGE,
    MILITARY,
    NOT_REACHED,
    WORK,
    FallUpload,
    answer_of,
    answered,
    days_ago,
    entry_of,
    fall_file,
    row,
    tried,
    written,
)


@pytest.fixture
def entry(leavers: Leavers) -> FollowUpEntry:
    return entry_of(leavers)


def reasons(uploaded: Uploaded) -> list[tuple[int, str, str]]:
    return [(f["line"], f["rule"], f["message"]) for f in uploaded.findings]


def test_a_new_answer_is_saved_with_its_history(
    fall_upload: FallUpload, entry: FollowUpEntry, clerk: User
) -> None:
    uploaded = fall_upload(fall_file(row()))
    assert (uploaded.batch.sentence, uploaded.findings) == ("1 outcome saved.", [])
    assert answer_of(entry) == (COLLEGE, days_ago(1), "file")
    change = OutcomeChange.objects.get()
    assert (change.operation, change.batch, change.by) == (
        "create",
        uploaded.batch.pk,
        clerk.record_name,
    )


def test_a_test_saves_nothing(fall_upload: FallUpload, entry: FollowUpEntry) -> None:
    answered(entry, WORK)
    tested = fall_upload(fall_file(row()), work="validate")
    assert "0 new, 0 unchanged, 1 difference, 0 rejected" in tested.batch.sentence
    assert answer_of(entry) == (WORK, days_ago(2), "screen")
    assert not OutcomeDifference.objects.exists()


def test_an_answer_that_stands_is_never_overwritten(
    fall_upload: FallUpload, leavers: Leavers, entry: FollowUpEntry
) -> None:
    """R-FUP-12: the file says 02, the portal 04: 0 changed, 1 difference."""
    answered(entry, WORK)
    before = Outcome.objects.values().get()
    uploaded = fall_upload(fall_file(row(status=MILITARY)))
    assert (uploaded.counts["changed"], uploaded.counts["differences"]) == (0, 1)
    assert Outcome.objects.values().get() == before and not OutcomeChange.objects.exists()
    difference = OutcomeDifference.objects.unresolved(leavers.scope).get()
    assert (difference.status, difference.date_contacted) == (MILITARY, days_ago(1))
    [(_, rule, message)] = reasons(uploaded)
    assert rule == "CTE-437"
    assert f"The portal has {WORK} " in message and written(days_ago(2)) in message


@pytest.mark.parametrize(("status", "day"), [("", ""), (WORK, ""), ("", "same"), (WORK, "same")])
def test_a_blank_never_erases(
    fall_upload: FallUpload, entry: FollowUpEntry, status: str, day: str
) -> None:
    """R-FUP-12: an empty cell says nothing about the answer that stands."""
    answered(entry, WORK)
    day = written(days_ago(2)) if day == "same" else day
    uploaded = fall_upload(fall_file(row(status=status, date_contacted=day)))
    assert (uploaded.counts["unchanged"], uploaded.findings) == (1, [])
    assert answer_of(entry) == (WORK, days_ago(2), "screen")


def test_a_line_without_an_answer_yet_is_no_error(
    fall_upload: FallUpload, entry: FollowUpEntry
) -> None:
    uploaded = fall_upload(fall_file(row(status="", date_contacted="")))
    assert (uploaded.counts["unchanged"], answer_of(entry)) == (1, None)
    assert uploaded.batch.sentence == "No new outcomes to save."


@pytest.mark.parametrize(
    ("status", "day", "words"),
    [(COLLEGE, "", "Enter the Date Contacted"), ("", "x", "Enter the Post-Program Status")],
)
def test_status_and_date_come_together(
    fall_upload: FallUpload, entry: FollowUpEntry, status: str, day: str, words: str
) -> None:
    day = written(days_ago(1)) if day else ""
    uploaded = fall_upload(fall_file(row(status=status, date_contacted=day)))
    assert [reason[1:] for reason in reasons(uploaded)] == [("CTE-434", words)]
    assert answer_of(entry) is None


def test_each_row_that_is_not_on_the_list_has_its_reason(
    fall_upload: FallUpload, leavers: Leavers, entry: FollowUpEntry, elsewhere: District_
) -> None:
    """R-FUP-14: another district's student and an unknown one in the same words."""
    district = leavers.district
    no_concentrator = leavers.student("999000201")
    leavers.leave(no_concentrator)
    leavers.concentrate(no_concentrator, HEALTH, concentrator=False)
    stayed = leavers.student("999000202")
    leavers.leave(stayed, "", None)
    leavers.concentrate(stayed)
    leavers.student("999000203")
    School.objects.create(district=district.district, number="0002", name="Other")
    elsewhere.student("999000777")
    came_back = leavers.leaver("999000204", end_status=DROPPED_OUT)
    district.enroll(came_back, 2025, start_date=datetime.date(2024, 9, 3))
    ids = ("999000201", "999000202", "999000203", "999000777", "999000888", "999000204")
    rows = [row(student=state_id) for state_id in ids]
    uploaded = fall_upload(fall_file(*rows, row(school="0002"), row(end_year="2023")))
    findings = reasons(uploaded)
    assert [(line, rule) for line, rule, _ in findings] == [
        (2, "CTE-430"),
        (3, "CTE-430"),
        (4, "CTE-430"),
        (5, "CTE-200"),
        (6, "CTE-200"),
        (7, "CTE-430"),
        (8, "CTE-431"),
        (9, "CTE-412"),
    ]
    words = [message for _, _, message in findings]
    assert words[0] == "Not a concentrator in 2023-24"
    assert words[1] == "Did not graduate or drop out in 2023-24"
    assert words[2] == "Not enrolled in 2023-24, another end year"
    assert words[3] == words[4] == "This is not a student of this district"
    assert words[5].startswith("Returned on 09/03/2024")
    assert words[6] == "The student was not enrolled at this school in 2023-24"
    assert (uploaded.counts["rejected"], answer_of(entry)) == (8, None)
    returned = uploaded.content("rejected.tsv").decode("utf-8-sig").splitlines()
    assert [line.split("\t")[4] for line in returned[1:]] == [*ids, "999000123", "999000123"]
    annotated = uploaded.content("errors.tsv").decode("utf-8-sig").splitlines()
    assert annotated[1].endswith("\tCTE-430 Not a concentrator in 2023-24")


def test_a_line_that_left_the_list_says_why(fall_upload: FallUpload, leavers: Leavers) -> None:
    leaver = leavers.leaver("999000123", end_status=DROPPED_OUT)
    entry = entry_of(leavers, "999000124")
    leavers.district.enroll(leaver, 2025, start_date=datetime.date(2024, 9, 3))
    FollowUpEntry.objects.update(since=timezone.now())
    findings = reasons(fall_upload(fall_file(row(), row(student="999000124"))))
    assert findings == [(2, "CTE-430", "Returned on 09/03/2024")] or findings == [
        (2, "CTE-430", "No longer on the follow-up list: Returned on 09/03/2024")
    ]
    assert answer_of(entry)


def test_a_leaver_of_two_schools_is_taken_at_either(
    fall_upload: FallUpload, leavers: Leavers
) -> None:
    """An uploaded row answers for all of the student's enrollments in the year (R-FUP-13)."""
    entry = entry_of(leavers)
    other = School.objects.create(
        district=leavers.district.district, number="0002", name="Career Center"
    )
    calendar = leavers.district.calendars[2024]
    calendar.pk, calendar.school = None, other
    calendar.save()
    entry.student.enrollments.create(
        calendar=calendar,
        service_type="S",
        grade="12",
        start_date=datetime.date(2023, 9, 1),
        end_date=datetime.date(2024, 1, 12),
        end_status="110",
    )
    assert fall_upload(fall_file(row(school="0002"))).counts["new"] == 1


@pytest.mark.parametrize(
    ("age", "opens", "exit_age", "words"),
    [
        (1, 14, 100, ""),
        (0, 14, 100, ""),
        (-1, 14, 100, "in the future"),
        (14, 14, 100, ""),
        (15, 14, 100, "must be from"),
        (5, 14, 6, ""),
        (5, 14, 5, "after the student left"),
    ],
)
def test_the_date_contacted_has_its_bounds(
    fall_upload: FallUpload, leavers: Leavers, age: int, opens: int, exit_age: int, words: str
) -> None:
    """R-FUP-08, as on the screen."""
    entry = entry_of(leavers)
    FollowUpYear.objects.filter(pk=2024).update(opens=days_ago(opens), refreshed_until=days_ago(1))
    FollowUpEntry.objects.filter(pk=entry.pk).update(exit_date=days_ago(exit_age))
    uploaded = fall_upload(fall_file(row(date_contacted=written(days_ago(age)))))
    if words:
        [(_, rule, message)] = reasons(uploaded)
        assert rule == "CTE-433" and words in message
    assert uploaded.counts["new"] == (0 if words else 1)


def test_unable_to_contact_needs_the_attempts(
    fall_upload: FallUpload, entry: FollowUpEntry
) -> None:
    """R-FUP-07 holds for files as for people."""
    file = fall_file(row(status=NOT_REACHED))
    tried(entry, "phone", 3)
    tried(entry, "email", 2)
    tried(entry, "text", 1).delete()
    assert [reason[1] for reason in reasons(fall_upload(file))] == ["CTE-435"]
    attempt = tried(entry, "phone", 2)
    Attempt.objects.filter(pk=attempt.pk).update(taken_back_at=timezone.now(), taken_back_by="X")
    assert [reason[1] for reason in reasons(fall_upload(file))] == ["CTE-435"]
    tried(entry, "phone", 1)
    assert fall_upload(file).counts["new"] == 1


def test_a_status_of_other_years_is_refused_unless_it_stands(
    fall_upload: FallUpload, leavers: Leavers, entry: FollowUpEntry
) -> None:
    PostProgramStatus.objects.filter(code=COLLEGE).update(first_year=2010, last_year=2023)
    assert [reason[1] for reason in reasons(fall_upload(fall_file(row())))] == ["CTE-432"]
    answered(entry, COLLEGE, days_ago(1))
    assert fall_upload(fall_file(row())).counts["unchanged"] == 1


@pytest.mark.parametrize(
    ("cells", "rule", "words"),
    [
        ({"status": "Military service"}, "CTE-432", "OPI's list has no such"),
        ({"status": "99"}, "CTE-432", "OPI's list has no such"),
        ({"date_contacted": "11/20/24"}, "CTE-004", "four-digit year"),
        ({"date_contacted": "46000"}, "CTE-004", "number for a date"),
        ({"school": "1"}, "CTE-431", "Enter 0001"),
        ({"school": ""}, "CTE-431", "Enter the School Number"),
        ({"school": "\\N"}, "CTE-431", ""),
        ({"school": "1\\n0"}, "CTE-431", ""),
        ({"school": "01\x001"}, "CTE-413", "U+0000"),
        ({"student": "12345"}, "CTE-404", "9 digits"),
        ({"record_type": "EN"}, "CTE-402", "must be CT"),
        ({"district": "9013"}, "CTE-403", "must be 9012"),
    ],
)
def test_a_damaged_value_is_named(
    fall_upload: FallUpload, entry: FollowUpEntry, cells: dict[str, str], rule: str, words: str
) -> None:
    answered(entry, WORK)
    uploaded = fall_upload(
        fall_file(row(status=""), row(**cells), row(status="", date_contacted=""))
    )
    findings = [reason[1:] for reason in reasons(uploaded) if reason[0] == 3]
    assert [name for name, _ in findings] == [rule] and words in findings[0][1]
    assert answer_of(entry) == (WORK, days_ago(2), "screen")


def test_a_status_without_its_zero_is_read(fall_upload: FallUpload, entry: FollowUpEntry) -> None:
    uploaded = fall_upload(fall_file(row(status="1")))
    assert answer_of(entry) == (COLLEGE, days_ago(1), "file")
    assert "status read with its leading zero" in uploaded.adjusted


def test_equal_lines_count_once_and_different_ones_not_at_all(
    fall_upload: FallUpload, leavers: Leavers, entry: FollowUpEntry
) -> None:
    other = entry_of(leavers, "999000124", "Bear")
    second = row(student="999000124")
    uploaded = fall_upload(
        fall_file(row(), row(status=WORK), second, second, row(student="999000124", status="99"))
    )
    assert [(line, rule) for line, rule, _ in reasons(uploaded)] == [
        (2, "CTE-436"),
        (3, "CTE-436"),
        (5, "CTE-408"),
        (6, "CTE-432"),
    ]
    assert uploaded.counts["unchanged"] == 1
    assert (answer_of(entry), answer_of(other)) == (None, (COLLEGE, days_ago(1), "file"))


def test_a_file_of_records_is_refused_as_a_whole(
    fall_upload: FallUpload, entry: FollowUpEntry
) -> None:
    refused = fall_upload(fall_file(row(record_type="CE"))).refused
    assert "This is a CTE End of Year file (record type CE)" in refused
    assert "You are working in 2024" in fall_upload(fall_file(row(end_year="2025"))).refused


def test_nothing_is_saved_unless_all_rows_are_good_where_that_is_chosen(
    fall_upload: FallUpload, leavers: Leavers, entry: FollowUpEntry
) -> None:
    other = entry_of(leavers, "999000124", "Bear")
    answered(other, WORK)
    file = fall_file(row(), row(student="999000124"), row(student="999000888"))
    fall_upload(file, all_or_nothing=True)
    assert answer_of(entry) is None and not OutcomeDifference.objects.exists()
    fall_upload(file)
    assert answer_of(entry) and OutcomeDifference.objects.count() == 1


def test_the_extract_uploads_back_to_nothing_changed(
    fall_upload: FallUpload, leavers: Leavers, entry: FollowUpEntry
) -> None:
    """R-FUP-13: answered, half answered, not answered; also after OPI's dates have moved."""
    answered(entry, WORK)
    half = entry_of(leavers, "999000124", "Bear")
    answered(half, COLLEGE)
    Outcome.objects.filter(student=half.student).update(date_contacted=None)
    entry_of(leavers, "999000125", "Crow")
    open_list(opens=days_ago(1))
    into = io.BytesIO()
    assert extract.write(into, leavers.scope, "tsv", CTE_FALL) == 3
    before = list(Outcome.objects.order_by("pk").values())
    uploaded = fall_upload(into.getvalue())
    assert uploaded.counts == {
        "read": 3,
        "new": 0,
        "changed": 0,
        "unchanged": 3,
        "rejected": 0,
        "differences": 0,
        "warnings": 0,
    }
    assert uploaded.findings == []
    assert list(Outcome.objects.order_by("pk").values()) == before


def test_what_was_saved_after_the_test_is_left_alone(
    fall_upload: FallUpload, leavers: Leavers, entry: FollowUpEntry
) -> None:
    """CTE-415: the preview said *new*; meanwhile somebody has answered."""
    other = entry_of(leavers, "999000124", "Bear")
    file = fall_file(row(), row(student="999000124"))
    tested = fall_upload(file, work="validate")
    fall_upload(fall_file(row(status=WORK)))
    uploaded = fall_upload(file, since=tested.batch.result["cursor"])
    assert [(line, rule) for line, rule, _ in reasons(uploaded)] == [(2, "CTE-415")]
    assert answer_of(entry) == (WORK, days_ago(1), "file")
    assert answer_of(other) == (COLLEGE, days_ago(1), "file")


def test_a_certified_follow_up_is_tested_against_and_not_written(
    fall_upload: FallUpload, leavers: Leavers, entry: FollowUpEntry, clerk: User
) -> None:
    lock()
    assert fall_upload(fall_file(row()), work="validate").counts["new"] == 1
    batch = run_here(queued(leavers, clerk, row()))
    assert batch.status == "failed"
    assert batch.sentence == (
        "The follow-up of 2023-24 has been locked since 12/20/2024. Certified. Nothing was changed."
    )
    assert answer_of(entry) is None


def test_locked_records_hold_no_outcomes(
    fall_upload: FallUpload, leavers: Leavers, entry: FollowUpEntry
) -> None:
    """The End of Year lock is another collection's."""
    lock(collection="cte-eoy")
    assert fall_upload(fall_file(row())).counts["new"] == 1


def lock(collection: str = "cte-fall") -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection=collection,
        since="2024-12-20T18:00Z",
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )


def queued(leavers: Leavers, clerk: User, *rows: str) -> Batch:
    return submit(
        "fall-upload",
        by=clerk,
        title="MT Data Upload",
        subject="Fall CTE.tsv",
        scope=leavers.scope,
        options={"type": "cte-fall", "work": "upload"},
        content=ContentFile(fall_file(*rows), name="input"),
    )


def test_the_command_takes_the_year_of_the_leavers(
    leavers: Leavers,
    entry: FollowUpEntry,
    clerk: User,
    tmp_path: object,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = f"{tmp_path}/fall.tsv"
    with open(path, "wb") as file:
        file.write(fall_file(row()))
    who = {"district": "9012", "person": clerk.username, "work": "upload"}
    call_command("mt_data_upload", path, **who, type="cte-fall", year=2024)
    assert "new 1 · changed 0" in capsys.readouterr().out
    assert answer_of(entry) == (COLLEGE, days_ago(1), "file")
    with pytest.raises(CommandError, match="goes with --type cte-fall"):
        call_command("mt_data_upload", path, **who, type="cte-eoy", year=2024)
    with pytest.raises(CommandError, match="does not follow up the school year 1999"):
        call_command("mt_data_upload", path, **who, type="cte-fall", year=1999)


def post(client: Client, year: int, kind: str, work: str = "upload") -> object:
    content = io.BytesIO(fall_file(row()))
    content.name = "fall.tsv"
    return client.post(
        f"/districts/9012/{year}/mt-data-upload/",
        {"type": kind, "work": work, "rows": "good", "file": content, "key": str(uuid.uuid4())},
        follow=True,
    )


def test_a_past_years_page_takes_fall_files_alone(
    client: Client, clerk: User, leavers: Leavers, entry: FollowUpEntry
) -> None:
    client.force_login(clerk)
    page = client.get("/districts/9012/2024/mt-data-upload/").content.decode()
    assert '<option value="cte-fall" selected>' in page and 'value="cte-eoy"' not in page
    post(client, 2024, "cte-eoy")
    assert not Batch.objects.exists()
    post(client, 2024, "cte-fall")
    batch = run_here(Batch.objects.get())
    assert (batch.kind, batch.end_year, batch.sentence) == ("fall-upload", 2024, "1 outcome saved.")
    FollowUpYear.objects.filter(pk=2024).delete()
    assert post(client, 2024, "cte-fall").status_code == 403  # type: ignore[attr-defined]


def test_a_locked_follow_up_is_said_with_the_file_not_sent(
    client: Client, clerk: User, leavers: Leavers, entry: FollowUpEntry
) -> None:
    lock()
    client.force_login(clerk)
    page = post(client, 2024, "cte-fall").content.decode()  # type: ignore[attr-defined]
    assert "The follow-up of 2023-24 has been locked since 12/20/2024." in page
    assert "The follow-up has been locked since" in page
    assert not Batch.objects.exists()
    post(client, 2024, "cte-fall", work="validate")
    assert Batch.objects.get().options["work"] == "validate"


def test_no_student_stands_in_the_batch(
    fall_upload: FallUpload, leavers: Leavers, entry: FollowUpEntry
) -> None:
    answered(entry, WORK)
    batch = fall_upload(fall_file(row(last_name="Anderson"), row(student="999000888"))).batch
    findings = f"{batch.options} {batch.result} {batch.sentence} {batch.title}"
    assert "999000" not in findings and "ANDERSON" not in findings.upper()


class Killed(BaseException):
    """The worker dies."""


@pytest.mark.parametrize("place", ["plan", "apply", "note"])
def test_a_worker_that_dies_leaves_the_district_as_it_was(
    leavers: Leavers,
    entry: FollowUpEntry,
    clerk: User,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    """Before or after, never between: the answer, its history and the differences go together."""
    other = entry_of(leavers, "999000124", "Bear")
    answered(other, WORK)
    batch = queued(leavers, clerk, row(), row(student="999000124"))
    module = noting if place == "note" else ledger
    whole = getattr(module, place)

    def dies(*arguments: object, **options: object) -> None:
        whole(*arguments, **options)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(module, place, dies)
        run(batch.pk)
    assert answer_of(entry) is None
    assert not OutcomeChange.objects.exists() and not OutcomeDifference.objects.exists()
    Batch.objects.filter(pk=batch.pk).update(status="queued", lease_until=None)
    assert run(batch.pk)
    assert answer_of(entry) == (COLLEGE, days_ago(1), "file")
    assert (OutcomeChange.objects.count(), OutcomeDifference.objects.count()) == (1, 1)


def test_two_uploads_of_a_district_take_turns(
    leavers: Leavers, entry: FollowUpEntry, clerk: User
) -> None:
    """The first one's answer stands, the second one's is a difference."""
    first = queued(leavers, clerk, row())
    second = queued(leavers, clerk, row(status=MILITARY))
    assert not run(second.pk), "it overtakes the first"
    assert run(first.pk) and run(second.pk)
    assert answer_of(entry) == (COLLEGE, days_ago(1), "file")
    assert OutcomeDifference.objects.get().status == MILITARY


def test_a_preview_is_saved_from_its_page_in_a_past_year(
    client: Client, clerk: User, leavers: Leavers, entry: FollowUpEntry, fall_upload: FallUpload
) -> None:
    """A double click is one upload; another district's clerk finds no such file."""
    tested = fall_upload(fall_file(row()), work="validate").batch
    client.force_login(clerk)
    page = client.get(f"/districts/9012/2024/batches/{tested.pk}/").content.decode()
    assert "Upload this file" in page
    for _ in range(2):
        client.post(f"/districts/9012/2024/mt-data-upload/{tested.pk}/save/")
    upload = Batch.objects.exclude(pk=tested.pk).get()
    assert (upload.kind, upload.end_year) == ("fall-upload", 2024)
    assert run(upload.pk) and answer_of(entry)
    other_year = client.post(f"/districts/9012/2025/mt-data-upload/{tested.pk}/save/")
    assert other_year.status_code == 403


def test_a_failed_upload_runs_again_in_a_past_year(
    client: Client, clerk: User, leavers: Leavers, entry: FollowUpEntry
) -> None:
    failed = queued(leavers, clerk, row())
    Batch.objects.filter(pk=failed.pk).update(
        status="failed", finished_at=timezone.now(), sentence="The portal could not do this."
    )
    client.force_login(clerk)
    client.post(f"/districts/9012/2024/batches/{failed.pk}/again/", {"key": str(uuid.uuid4())})
    assert run(Batch.objects.get(status="queued").pk) and answer_of(entry)


def test_a_header_record_of_type_ct_is_read_as_hd(
    fall_upload: FallUpload, entry: FollowUpEntry
) -> None:
    """OPI's page prints CT there; the file that comes back with its errors has no row for it."""
    sent = b"CT" + fall_file(row(), row(student="999000888")).removeprefix(b"HD")
    for header in (sent, sent.replace(b"MT9.1", b"MT9.1" + 8 * b"\t", 1)):
        uploaded = fall_upload(header, work="validate")
        assert (uploaded.counts["read"], uploaded.counts["new"]) == (2, 1)
        assert "Header record of type CT read as HD" in uploaded.adjusted
        annotated = uploaded.content("errors.tsv").decode("utf-8-sig").splitlines()
        assert [line.split("\t")[0] for line in annotated] == ["HD", "CT", "CT"]


def test_the_summary_has_no_column_that_fall_cte_does_not_fill(
    fall_upload: FallUpload, entry: FollowUpEntry
) -> None:
    uploaded = fall_upload(fall_file(row(student="999000888")))
    table = list(csv.reader(io.StringIO(uploaded.content("report.csv").decode("utf-8-sig"))))
    assert "CTE Pathway" not in table[0]
    assert dict(zip(table[0], table[1], strict=True))["Column"] == "Student State ID"


@pytest.mark.parametrize(
    ("cells", "rules"),
    [
        ({"status": "?", "date_contacted": "early"}, ["CTE-432", "CTE-433"]),
        ({"status": "99", "date_contacted": "13/45/2024"}, ["CTE-004", "CTE-432"]),
        ({"status": NOT_REACHED, "date_contacted": "13/45/2024"}, ["CTE-004", "CTE-435"]),
        ({"status": "?", "date_contacted": ""}, ["CTE-432", "CTE-434"]),
        ({"status": "", "date_contacted": "13/45/2024"}, ["CTE-004", "CTE-434"]),
    ],
)
def test_a_row_with_a_cell_that_cannot_be_read_says_what_else_is_wrong_with_it(
    fall_upload: FallUpload, entry: FollowUpEntry, cells: dict[str, str], rules: list[str]
) -> None:
    """It is corrected once, not once for each fault."""
    if cells["date_contacted"] == "early":
        cells = {**cells, "date_contacted": written(days_ago(400))}
    uploaded = fall_upload(fall_file(row(**cells)))
    assert sorted(rule for _, rule, _ in reasons(uploaded)) == rules
