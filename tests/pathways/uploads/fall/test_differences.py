"""Differences between a Fall CTE file and the portal: side by side, decided by a person, and taken
back.
"""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.differences import noting, resolving
from pathways.follow_up.differences.resolving import mark_of, open_differences
from pathways.models import (
    CollectionLock,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    OutcomeChange,
    OutcomeDifference,
)
from tests.fixtures.records import District_
from tests.pathways.follow_up.leavers import Leavers
from tests.pathways.uploads.fall.files import (
    BY,
    COLLEGE,
    MILITARY,
    WORK,
    FallUpload,
    answer_of,
    answered,
    days_ago,
    entry_of,
    fall_file,
    row,
)

WORK_RELATED = "05"
PAGE = "/districts/9012/2024/cte-follow-up/differences/"
FIRST, SECOND = "999000123", "999000124"


@pytest.fixture
def lines(leavers: Leavers, fall_upload: FallUpload) -> list[FollowUpEntry]:
    """Two lines answered in the portal, and a file with other answers of both."""
    entries = [entry_of(leavers, FIRST), entry_of(leavers, SECOND, "Bear")]
    for entry in entries:
        answered(entry, WORK)
    fall_upload(both())
    return entries


def test_the_result_marks_no_blank_that_the_file_does_not_have(
    leavers: Leavers, fall_upload: FallUpload, client: Client, clerk: User
) -> None:
    answered(entry_of(leavers, FIRST), WORK)
    upload = fall_upload(fall_file(row(student=FIRST, status=COLLEGE, last_name="Not Anderson")))
    client.force_login(clerk)
    page = client.get(f"/districts/9012/2024/batches/{upload.batch.pk}/").content.decode()
    assert f"{COLLEGE}, {days_ago(1):%m/%d/%Y}" in page and "␣" not in page


def both(status: str = MILITARY) -> bytes:
    return fall_file(row(status=status), row(student=SECOND, status=status))


def seen(leavers: Leavers, *keys: int) -> str:
    return mark_of(open_differences(leavers.scope, *keys))


def unresolved(leavers: Leavers) -> list[str]:
    rows = OutcomeDifference.objects.unresolved(leavers.scope).order_by("pk")
    return [row.entry.student.state_id for row in rows]


def key_of(entry: FollowUpEntry) -> int:
    return OutcomeDifference.objects.get(entry=entry, resolution="").pk


def test_one_is_taken_and_the_other_stays(leavers: Leavers, lines: list[FollowUpEntry]) -> None:
    key = key_of(lines[0])
    taken = resolving.take(leavers.scope, key, seen=seen(leavers, key), **BY)
    assert taken.number == 1
    assert answer_of(lines[0]) == (MILITARY, days_ago(1), "file")
    assert answer_of(lines[1]) == (WORK, days_ago(2), "screen")
    assert unresolved(leavers) == [SECOND]
    stored = Outcome.objects.get(student=lines[0].student)
    change = OutcomeChange.objects.of_row(stored.pk).reverse()[0]
    assert (change.operation, change.by, change.batch) == ("update", BY["by"], taken.act)


def test_taking_is_undone(leavers: Leavers, lines: list[FollowUpEntry]) -> None:
    """All at once, and back at once; a second undo finds nothing."""
    taken = resolving.take(leavers.scope, seen=seen(leavers), **BY)
    assert (taken.number, unresolved(leavers)) == (2, [])
    undone = resolving.take_back(leavers.scope, taken.act, **BY)
    assert (undone.number, undone.refused) == (2, 0)
    assert [answer_of(line) for line in lines] == [(WORK, days_ago(2), "screen")] * 2
    assert unresolved(leavers) == [FIRST, SECOND]
    with pytest.raises(Refusal, match="already undone"):
        resolving.take_back(leavers.scope, taken.act, **BY)


def test_what_was_changed_since_stays_when_it_is_undone(
    leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    taken = resolving.take(leavers.scope, seen=seen(leavers), **BY)
    attempts.set_outcome(
        leavers.scope, lines[0].pk, COLLEGE, days_ago(0), seen=(MILITARY, "file"), **BY
    )
    undone = resolving.take_back(leavers.scope, taken.act, **BY)
    assert (undone.number, undone.refused) == (1, 1)
    assert answer_of(lines[0]) == (COLLEGE, days_ago(0), "screen")
    assert answer_of(lines[1]) == (WORK, days_ago(2), "screen")
    assert unresolved(leavers) == [SECOND]


def test_what_was_kept_is_not_asked_again(
    leavers: Leavers, lines: list[FollowUpEntry], fall_upload: FallUpload
) -> None:
    """The same file a second time changes nothing; another answer is another question."""
    kept = resolving.keep(leavers.scope, seen=seen(leavers), **BY)
    assert (kept.number, unresolved(leavers)) == (2, [])
    assert not OutcomeChange.objects.exists()
    assert fall_upload(both()).counts["differences"] == 2
    assert unresolved(leavers) == []
    fall_upload(both(COLLEGE))
    assert unresolved(leavers) == [FIRST, SECOND]
    resolving.take_back(leavers.scope, kept.act, **BY)
    assert OutcomeDifference.objects.unresolved(leavers.scope).count() == 2


def test_the_same_file_twice_asks_once_and_a_later_file_replaces(
    leavers: Leavers, lines: list[FollowUpEntry], fall_upload: FallUpload
) -> None:
    fall_upload(both())
    assert unresolved(leavers) == [FIRST, SECOND]
    fall_upload(fall_file(row(status=COLLEGE)))
    assert unresolved(leavers) == [SECOND, FIRST]
    answers = OutcomeDifference.objects.filter(entry=lines[0]).order_by("pk")
    assert list(answers.values_list("status", "resolution")) == [
        (MILITARY, "replaced"),
        (MILITARY, "replaced"),
        (COLLEGE, ""),
    ]


def test_an_answer_that_comes_to_agree_needs_no_decision(
    leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    attempts.set_outcome(
        leavers.scope, lines[0].pk, MILITARY, days_ago(1), seen=(WORK, "screen"), **BY
    )
    assert unresolved(leavers) == [SECOND]


def test_a_line_that_left_the_list_needs_no_decision(
    leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    FollowUpEntry.objects.filter(pk=lines[0].pk).update(
        left_at=timezone.now(), left_reason="Returned on 09/03/2024"
    )
    assert unresolved(leavers) == [SECOND]
    with pytest.raises(Refusal, match="Someone else changed"):
        resolving.take(leavers.scope, key_of(lines[0]), seen="x", **BY)


def test_an_answer_that_moved_since_the_page_is_not_overwritten(
    leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    mark = seen(leavers)
    attempts.set_outcome(
        leavers.scope, lines[0].pk, COLLEGE, days_ago(0), seen=(WORK, "screen"), **BY
    )
    for act in (resolving.take, resolving.keep):
        with pytest.raises(Refusal, match="Someone else changed"):
            act(leavers.scope, seen=mark, **BY)
    assert answer_of(lines[0]) == (COLLEGE, days_ago(0), "screen")


def test_what_may_be_given_no_more_stays_undecided(
    leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    """The exit was corrected since the upload (R-FUP-08)."""
    FollowUpEntry.objects.filter(pk=lines[0].pk).update(exit_date=days_ago(1))
    with pytest.raises(Refusal, match="after the student left"):
        key = key_of(lines[0])
        resolving.take(leavers.scope, key, seen=seen(leavers, key), **BY)
    taken = resolving.take(leavers.scope, seen=seen(leavers), **BY)
    assert (taken.number, taken.refused) == (1, 1)
    assert unresolved(leavers) == [FIRST]


def test_a_certified_follow_up_is_not_resolved(
    leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    taken = resolving.take(
        leavers.scope, key_of(lines[0]), seen=seen(leavers, key_of(lines[0])), **BY
    )
    close()
    for act in (
        lambda: resolving.take(leavers.scope, seen=seen(leavers), **BY),
        lambda: resolving.keep(leavers.scope, seen=seen(leavers), **BY),
        lambda: resolving.take_back(leavers.scope, taken.act, **BY),
    ):
        with pytest.raises(Refusal, match="locked since 12/20/2024"):
            act()
    assert unresolved(leavers) == [SECOND]


def close() -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since="2024-12-20T18:00Z",
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )


def test_another_districts_differences_are_out_of_reach(
    leavers: Leavers, lines: list[FollowUpEntry], elsewhere: District_
) -> None:
    others = Scope(elsewhere.district.number, 2024)
    assert not OutcomeDifference.objects.unresolved(others).exists()
    for scope in (others, Scope("9012", 2023)):
        with pytest.raises(Refusal):
            resolving.take(scope, key_of(lines[0]), seen=seen(leavers, key_of(lines[0])), **BY)
    assert answer_of(lines[0]) == (WORK, days_ago(2), "screen")


def test_one_open_difference_a_line_is_held_by_the_database(
    leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    row_ = OutcomeDifference.objects.first()
    assert row_
    row_.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row_.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutcomeDifference.objects.update(resolution="taken")


@pytest.mark.parametrize("key", ["9" * 30, str(2**63), "0", "x", "1\x00"])
def test_a_difference_that_cannot_be_is_refused_in_words(
    client: Client, clerk: User, leavers: Leavers, lines: list[FollowUpEntry], key: str
) -> None:
    client.force_login(clerk)
    answer = client.post(PAGE, {"do": "take", "difference": key, "seen": seen(leavers)})
    assert answer.status_code == 200
    assert unresolved(leavers) == [FIRST, SECOND]


# --- undo of the upload


def undo(upload: Batch, clerk: User, client: Client) -> Batch:
    client.force_login(clerk)
    address = f"/districts/9012/2024/mt-data-upload/{upload.pk}/undo/"
    assert "Undo this upload" in client.get(address).content.decode()
    client.post(address)
    client.post(address)  # a double click
    return run_here(Batch.objects.get(kind="fall-undo"))


def test_an_upload_is_undone_with_its_differences(
    leavers: Leavers, fall_upload: FallUpload, clerk: User, client: Client
) -> None:
    """The earlier file's question comes back, what somebody changed since stays."""
    entries = [entry_of(leavers, f"99900012{number}", name) for number, name in enumerate("ABCD")]
    answered(entries[0], WORK)
    fall_upload(fall_file(row(student="999000120")))
    rows = [row(student=entry.student.state_id, status=MILITARY) for entry in entries]
    upload = fall_upload(fall_file(*rows)).batch
    attempts.set_outcome(
        leavers.scope, entries[1].pk, COLLEGE, days_ago(0), seen=(MILITARY, "file"), **BY
    )
    undone = undo(upload, clerk, client)
    assert undone.sentence == (
        "2 outcomes of the upload are removed. 1 difference is no longer asked. 1 was changed since"
        " then and stays as it is."
    )
    assert [answer_of(entry) for entry in entries] == [
        (WORK, days_ago(2), "screen"),
        (COLLEGE, days_ago(0), "screen"),
        None,
        None,
    ]
    open_ = OutcomeDifference.objects.unresolved(leavers.scope).get()
    assert (open_.status, open_.entry) == (COLLEGE, entries[0])
    page = client.get(f"/districts/9012/2024/batches/{upload.pk}/").content.decode()
    assert "This upload was undone" in page


def test_attempts_decide_again_once_an_upload_is_undone(
    leavers: Leavers, fall_upload: FallUpload, clerk: User, client: Client
) -> None:
    """What callers found meanwhile is not lost."""
    entry = entry_of(leavers, FIRST)
    upload = fall_upload(fall_file(row())).batch
    attempts.record(
        leavers.scope, entry.pk, Try(date=days_ago(0), means="phone", status=WORK), **BY
    )
    assert answer_of(entry) == (COLLEGE, days_ago(1), "file")
    undo(upload, clerk, client)
    assert answer_of(entry) == (WORK, days_ago(0), "attempt")


def test_a_certified_upload_is_not_undone(
    leavers: Leavers, fall_upload: FallUpload, clerk: User, client: Client
) -> None:
    entry = entry_of(leavers, FIRST)
    upload = fall_upload(fall_file(row())).batch
    close()
    undone = undo(upload, clerk, client)
    assert undone.status == "failed" and "locked since 12/20/2024" in undone.sentence
    assert answer_of(entry) == (COLLEGE, days_ago(1), "file")


# --- the page


def press(client: Client, do: str, text: str = "", **fields: str) -> str:
    """Press a button of the page: of the student's row, or of all."""
    page = client.get(PAGE).content.decode()
    within = page.split(text)[1].split("</tr>")[0] if text else page.split('id="all"')[-1]
    hidden = dict(re.findall(r'name="(difference|seen|act)" value="([^"]*)"', within))
    answer = client.post(PAGE, {**hidden, **fields, "do": do}, follow=True)
    return " ".join(answer.content.decode().split())


def test_the_page_shows_both_answers(
    client: Client, clerk: User, leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    client.force_login(clerk)
    page = " ".join(client.get(PAGE).content.decode().split())
    assert "An uploaded file has 2 answers that are not the portal’s" in page
    for words in ("Employed, related", "Military", f"{days_ago(1):%m/%d/%Y}"):
        assert words.lower() in page.lower()


def test_a_difference_is_resolved_on_the_page(
    client: Client, clerk: User, leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    client.force_login(clerk)
    name = lines[0].student.name
    assert "The file&#x27;s answer was taken for 1 student." in press(client, "take", name)
    assert answer_of(lines[0]) == (MILITARY, days_ago(1), "file")
    assert "kept for 1 student" in press(client, "keep", lines[1].student.name)
    page = client.get(PAGE).content.decode()
    assert "No differences to resolve" in page
    undone = press(client, "undo", "File&#x27;s answer taken</th>")
    assert "1 difference to resolve again." in undone
    assert answer_of(lines[0]) == (WORK, days_ago(2), "screen")


def test_all_are_taken_by_an_explicit_act_alone(
    client: Client, clerk: User, leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    client.force_login(clerk)
    assert "Select the box to decide for all" in press(client, "take")
    assert len(unresolved(leavers)) == 2
    assert "taken for 2 students" in press(client, "take", sure="on")
    assert [answer_of(line) for line in lines] == [(MILITARY, days_ago(1), "file")] * 2


def test_a_page_that_is_stale_or_mangled_writes_nothing(
    client: Client, clerk: User, leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    client.force_login(clerk)
    for fields in (
        {"do": "take", "difference": str(key_of(lines[0])), "seen": "0" * 32},
        {"do": "take", "difference": "999999999", "seen": ""},
        {"do": "take", "difference": "x"},
        {"do": "undo", "act": "x"},
        {"do": "undo"},
        {"do": "erase"},
        {},
    ):
        answer = client.post(PAGE, fields)
        assert answer.status_code == 200
        assert "Nothing was saved." in answer.content.decode()
    assert len(unresolved(leavers)) == 2


def test_who_only_reads_has_no_buttons(
    client: Client, viewer: User, leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    client.force_login(viewer)
    answer = client.get(PAGE)
    assert answer.status_code in (200, 403)
    assert 'value="take"' not in answer.content.decode()
    assert client.post(PAGE, {"do": "take"}).status_code == 403


def test_a_closed_follow_up_is_read(
    client: Client, clerk: User, leavers: Leavers, lines: list[FollowUpEntry]
) -> None:
    close()
    client.force_login(clerk)
    page = client.get(PAGE).content.decode()
    assert "The follow-up has been locked since" in page and 'value="take"' not in page
    FollowUpYear.objects.filter(pk=2024).delete()
    assert "No follow-up of this year" in client.get(PAGE).content.decode()


def test_the_page_asks_as_much_for_many_as_for_few(
    client: Client,
    clerk: User,
    leavers: Leavers,
    lines: list[FollowUpEntry],
    fall_upload: FallUpload,
) -> None:
    client.force_login(clerk)
    few = _queries(client)
    more = [entry_of(leavers, f"9990003{number:02}", "Crow") for number in range(6)]
    for entry in more:
        answered(entry, WORK)
    fall_upload(fall_file(*(row(student=entry.student.state_id) for entry in more)))
    assert _queries(client) == few


def _queries(client: Client) -> int:
    client.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    return len(queries)


def test_uploads_are_undone_in_any_order(
    leavers: Leavers, lines: list[FollowUpEntry], fall_upload: FallUpload
) -> None:
    """Three files ask about one line. What an undone one asked never comes back; what another one
    asked does.
    """
    for order, question in (
        ((0, 2), WORK_RELATED),
        ((1, 2), MILITARY),
        ((0, 1), COLLEGE),
        ((1, 0, 2), None),
    ):
        OutcomeDifference.objects.all().delete()
        statuses = (MILITARY, WORK_RELATED, COLLEGE)
        uploads = [fall_upload(fall_file(row(status=status))).batch for status in statuses]
        for number in order:
            noting.forget(uploads[number].pk)
        rows = OutcomeDifference.objects.unresolved(leavers.scope)
        assert list(rows.values_list("status", flat=True)) == ([question] if question else []), (
            order
        )


def test_an_answer_that_two_files_have_is_asked_until_both_are_undone(
    leavers: Leavers, lines: list[FollowUpEntry], fall_upload: FallUpload
) -> None:
    for first, second in ((0, 1), (1, 0)):
        OutcomeDifference.objects.all().delete()
        uploads = [fall_upload(both()).batch for _ in range(2)]
        assert unresolved(leavers) == [FIRST, SECOND]
        noting.forget(uploads[first].pk)
        assert unresolved(leavers) == [FIRST, SECOND]
        noting.forget(uploads[second].pk)
        assert unresolved(leavers) == []


def test_opi_is_led_to_no_call_page(
    client: Client, clerk: User, opi: User, lines: list[FollowUpEntry], fall_upload: FallUpload
) -> None:
    """OPI looks at a district's batches and sees whom nobody calls: such a link would end in 403."""
    upload = fall_upload(both(COLLEGE)).batch
    call = f'href="/districts/9012/2024/cte-follow-up/{lines[0].pk}/"'
    for by in ("", "?by=student"):
        address = f"/districts/9012/2024/batches/{upload.pk}/{by}"
        client.force_login(clerk)
        assert call in client.get(address).content.decode()
        client.force_login(opi)
        page = client.get(address).content.decode()
        assert "ANDERSON" in page and call not in page
