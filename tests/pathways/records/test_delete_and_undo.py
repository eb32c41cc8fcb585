"""Deleting a record asks first, and can be taken back (ux.md D-20; reliability.md E-08, C-06,
C-09).
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.models import User
from pathways.models import Approval, Change, CollectionLock, Participation, Pathway, Student
from pathways.records import entry, history, search, undo
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_
from tests.pathways.desk import dense

LIST = "?list=a1B2"


@pytest.fixture
def record(cottonwood: District_, kayla: Student) -> Participation:
    return cottonwood.record(kayla, HEALTH)


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    session = client.session
    session[search.KEY] = {"a1B2": "an"}
    session.save()
    return client


def address(
    record: Participation | Student, page: str, *, end_year: int = 2025, pathway: int | None = None
) -> str:
    if isinstance(record, Student):
        arguments = [record.pk] if pathway is None else [record.pk, pathway]
    else:
        arguments = [record.student_id, record.pathway_id]
    return reverse(page, args=["9012", end_year, *arguments])


def delete(desk: Client, record: Participation, version: int | None = None) -> object:
    return desk.post(
        address(record, "cte-record-delete") + LIST,
        {"version": record.version if version is None else version},
    )


def undo_form(page: object) -> tuple[str, dict[str, list[str]]]:
    """Where the banner's Undo is posted to, and its fields: as a browser without script would send
    them.
    """
    html = dense(page.content.decode())  # type: ignore[attr-defined]
    action, inside = re.search(
        r'<form method="post" action="([^"]*/restore/[^"]*)">(.*?)</form>', html, re.DOTALL
    ).groups()  # type: ignore[union-attr]
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', inside):
        if name != "csrfmiddlewaretoken":
            fields.setdefault(name, []).append(value)
    return action.replace("&amp;", "&"), fields


def restore(desk: Client, record: Participation, **fields: object) -> object:
    return desk.post(address(record, "cte-record-restore"), fields, follow=True)


def changes(record: Participation) -> list[tuple[str, int, str]]:
    history_lines = Change.objects.of_record(record.student_id, record.pathway_id).order_by(
        "version"
    )
    return list(history_lines.values_list("operation", "version", "source"))


def test_d_20_delete_asks_on_its_own_page_with_name_pathway_and_credits(
    desk: Client, record: Participation
) -> None:
    page = desk.get(address(record, "cte-record-delete") + LIST)
    for words in ("ANDERSON, KAYLA R.", HEALTH, "1.50", "MARTIN, CHERYL"):
        assert words in page.content.decode()
    assert LIST in page.content.decode()
    assert Participation.objects.filter(pk=record.pk).exists(), "looking deletes nothing"


def test_e_08_delete_then_undo_brings_the_record_back_as_it_was(
    desk: Client, record: Participation
) -> None:
    answer = delete(desk, record)
    assert answer.url == address(record.student, "cte-student") + LIST  # type: ignore[attr-defined]
    assert not Participation.objects.exists()
    page = desk.get(answer.url)  # type: ignore[attr-defined]
    assert "Deleted." in page.content.decode()
    action, fields = undo_form(page)
    assert LIST in action
    after = desk.post(action, fields)
    assert after.url == address(record, "cte-record") + LIST
    restored = Participation.objects.get()
    for name in (
        "in_district_credits",
        "start_date",
        "concentrator",
        "single_parent",
        "total_credits",
    ):
        assert getattr(restored, name) == getattr(record, name)
    assert changes(record) == [("create", 1, "demo"), ("delete", 2, "form"), ("create", 3, "undo")]
    assert "Undone." in desk.get(after.url).content.decode()


def test_the_offer_is_shown_once_and_names_no_student_in_any_address_or_cookie(
    desk: Client, record: Participation
) -> None:
    answer = delete(desk, record)
    assert "Deleted." in desk.get(answer.url).content.decode()  # type: ignore[attr-defined]
    assert "Deleted." not in desk.get(answer.url).content.decode()  # type: ignore[attr-defined]
    assert "KAYLA" not in answer.url.upper()  # type: ignore[attr-defined]
    assert set(desk.cookies) <= {"sessionid", "csrftoken"}


def test_an_undo_can_be_taken_back_itself(desk: Client, record: Participation) -> None:
    action, fields = undo_form(desk.get(delete(desk, record).url))  # type: ignore[attr-defined]
    action, fields = undo_form(desk.get(desk.post(action, fields).url))
    desk.post(action, fields)
    assert not Participation.objects.exists()
    action, fields = undo_form(desk.get(address(record.student, "cte-student")))
    desk.post(action, fields)
    assert Participation.objects.get().total_credits == Decimal("1.50")


def test_c_06_a_record_that_changed_since_is_shown_again_and_not_deleted(
    desk: Client, cottonwood: District_, record: Participation
) -> None:
    cottonwood.record(
        record.student, HEALTH, in_district_credits=Decimal("2.25"), by="KELLER, DANIEL"
    )
    page = delete(desk, record)
    html = dense(page.content.decode())  # type: ignore[attr-defined]
    assert page.status_code == 200  # type: ignore[attr-defined]
    assert "<title>Error: " in html
    assert (
        "KELLER, DANIEL" in html
        and "In District Credits Earned<del>1.50</del>" in html
        and "<strong>2.25</strong>" in html
    )
    assert Participation.objects.get().total_credits == Decimal("2.25")
    assert 'name="version" value="2"' in html, "the next click deletes what is shown now"
    delete(desk, record, version=2)
    assert not Participation.objects.exists()


def test_c_06_a_record_that_somebody_else_deleted_is_not_deleted_again(
    desk: Client, cottonwood: District_, record: Participation
) -> None:
    entry.delete(cottonwood.scope, record, version=1, by="KELLER, DANIEL")
    for page in (desk.get(address(record, "cte-record-delete")), delete(desk, record)):
        html = dense(page.content.decode())  # type: ignore[attr-defined]
        assert "already deleted" in html and "KELLER, DANIEL" in html
        assert address(record, "cte-record-history") in html
    assert len(changes(record)) == 2


def test_d_19_the_second_click_of_a_double_click_deletes_once_and_keeps_the_undo(
    desk: Client, record: Participation
) -> None:
    first, second = delete(desk, record), delete(desk, record)
    assert first.url == second.url  # type: ignore[attr-defined]
    assert len(changes(record)) == 2
    assert "Undo" in desk.get(second.url).content.decode()  # type: ignore[attr-defined]


def test_c_09_an_undo_that_is_posted_twice_restores_once(
    desk: Client, record: Participation
) -> None:
    action, fields = undo_form(desk.get(delete(desk, record).url))  # type: ignore[attr-defined]
    desk.post(action, fields)
    again = desk.post(action, fields, follow=True)
    assert "Undone." in again.content.decode()
    assert len(changes(record)) == 3


def test_an_undo_overwrites_nothing_that_somebody_saved_in_between(
    desk: Client, cottonwood: District_, record: Participation
) -> None:
    action, fields = undo_form(desk.get(delete(desk, record).url))  # type: ignore[attr-defined]
    cottonwood.record(
        record.student, HEALTH, in_district_credits=Decimal("0.25"), by="KELLER, DANIEL"
    )
    page = desk.post(action, fields, follow=True)
    html = page.content.decode()
    assert "Nothing was undone." in html and "Someone saved this record" in html
    assert Participation.objects.get().total_credits == Decimal("0.25")


def test_undo_of_an_entry_takes_the_record_back(desk: Client, record: Participation) -> None:
    page = restore(desk, record, version=0, seen=1, undo=1)
    assert "the new record was removed" in page.content.decode()  # type: ignore[attr-defined]
    assert changes(record) == [("create", 1, "demo"), ("delete", 2, "undo")]


def test_taking_back_is_for_entries_only(
    desk: Client, cottonwood: District_, record: Participation
) -> None:
    cottonwood.record(record.student, HEALTH, in_district_credits=Decimal("0.25"))
    answer = restore(desk, record, version=0, seen=2, undo=1)
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert Participation.objects.exists()


def test_undo_of_a_save_that_touched_several_pathways_takes_back_all_or_none(
    desk: Client, cottonwood: District_, kayla: Student, record: Participation
) -> None:
    other = cottonwood.record(kayla, BUSINESS)
    for name in (HEALTH, BUSINESS):
        cottonwood.record(kayla, name, single_parent=True)
    also = str(undo.Step(other.pathway_id, 1, 2))
    page = restore(desk, record, version=1, seen=2, undo=1, also=[also])
    assert not Participation.objects.filter(single_parent=True).exists()
    assert set(Participation.objects.values_list("version", flat=True)) == {3}
    action, fields = undo_form(page)
    assert len(fields["also"]) == 1
    cottonwood.record(kayla, BUSINESS, in_district_credits=Decimal("0.25"))
    desk.post(action, fields)
    assert not Participation.objects.filter(single_parent=True).exists(), (
        "one record has moved on, so neither is written"
    )


def test_a_lapsed_approval_or_a_retired_pathway_does_not_stand_in_the_way(
    desk: Client, record: Participation
) -> None:
    delete(desk, record)
    Approval.objects.all().delete()
    page = restore(desk, record, version=1, seen=0)
    html = dense(page.content.decode())  # type: ignore[attr-defined]
    assert "Restored." in html and "is not approved for this district" in html
    assert Participation.objects.get().total_credits == Decimal("1.50")


def test_a_locked_collection_is_neither_deleted_from_nor_restored_to(
    desk: Client, cottonwood: District_, kayla: Student, record: Participation
) -> None:
    gone = cottonwood.record(kayla, BUSINESS)
    entry.delete(cottonwood.scope, gone, version=1, by="MARTIN, CHERYL")
    CollectionLock.objects.create(
        district="9012",
        end_year=2025,
        collection="cte-eoy",
        since=timezone.now(),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    refused = delete(desk, record)
    assert "Records have been locked since" in refused.content.decode()  # type: ignore[attr-defined]
    assert "There is a problem" in refused.content.decode()  # type: ignore[attr-defined]
    assert (
        "Records have been locked since" in restore(desk, gone, version=1, seen=0).content.decode()
    )  # type: ignore[attr-defined]
    assert list(Participation.objects.values_list("pathway__name", flat=True)) == [HEALTH]
    page = desk.get(address(record, "cte-record-delete")).content.decode()
    assert "Locked since" in page and "Delete this record" not in page, (
        "what would be refused is not offered"
    )


def test_another_role_of_the_district_that_edits_may_undo_and_one_that_views_may_not(
    client: Client, administrator: User, viewer: User, desk: Client, record: Participation
) -> None:
    delete(desk, record)
    client.force_login(viewer)
    assert client.get(address(record, "cte-record-delete")).status_code == 403
    assert (
        client.post(address(record, "cte-record-restore"), {"version": 1, "seen": 0}).status_code
        == 403
    )
    client.force_login(administrator)
    restore(client, record, version=1, seen=0)
    assert Participation.objects.exists()


def test_another_school_year_and_another_district_write_nothing(
    desk: Client,
    client: Client,
    stranger: User,
    cottonwood: District_,
    kayla: Student,
    record: Participation,
) -> None:
    cottonwood.enroll(kayla, 2026)
    for end_year in (2026,):
        assert desk.get(address(record, "cte-record-delete", end_year=end_year)).status_code == 403
        assert (
            desk.post(
                address(record, "cte-record-delete", end_year=end_year), {"version": 1}
            ).status_code
            == 403
        )
        assert (
            desk.post(
                address(record, "cte-record-restore", end_year=end_year), {"version": 1, "seen": 1}
            ).status_code
            == 403
        )
    client.force_login(stranger)
    for page in ("cte-record-delete", "cte-record-history"):
        assert client.get(address(record, page)).status_code == 404
        there = reverse(page, args=["0965", 2025, record.student_id, record.pathway_id])
        assert client.get(there).status_code == 404, (
            "the student of another district under the own district's address"
        )
    there = reverse("cte-record-restore", args=["0965", 2025, record.student_id, record.pathway_id])
    assert client.post(there, {"version": 1, "seen": 1}).status_code == 404
    assert len(changes(record)) == 1


def test_e_07_restore_is_post_only(desk: Client, record: Participation) -> None:
    assert desk.get(address(record, "cte-record-restore")).status_code == 405


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"version": "1"},
        {"version": "x", "seen": "1"},
        {"version": "-1", "seen": "1"},
        {"version": "1", "seen": "１\0"},
        {"version": "99", "seen": "1"},
        {"version": str(10**30), "seen": "1"},
        {"version": "1", "seen": "1", "also": "1:2"},
        {"version": "1", "seen": "1", "also": "999999999999999999:1:1"},
        {"version": "1", "seen": "1", "also": ["5:1:1"] * 60},
    ],
)
def test_e_02_a_restore_that_names_no_version_is_refused(
    desk: Client, record: Participation, fields: dict[str, object]
) -> None:
    assert restore(desk, record, **fields).status_code == 400  # type: ignore[attr-defined]
    assert len(changes(record)) == 1


def test_e_02_one_record_cannot_be_named_twice(
    desk: Client, cottonwood: District_, record: Participation
) -> None:
    cottonwood.record(record.student, HEALTH, single_parent=True)
    answer = restore(desk, record, version=1, seen=2, also=f"{record.pathway_id}:2:2")
    assert answer.status_code == 400  # type: ignore[attr-defined]


@pytest.mark.parametrize("version", ["", "x", "0", str(10**30), "1\0"])
def test_e_02_a_deletion_without_a_version_asks_again(
    desk: Client, record: Participation, version: str
) -> None:
    page = desk.post(address(record, "cte-record-delete"), {"version": version})
    assert page.status_code == 200
    assert "There is a problem" in page.content.decode()
    assert 'name="version" value="1"' in page.content.decode()
    assert Participation.objects.exists()


@pytest.mark.parametrize("student, pathway", [(10**12, 1), (10**30, 1), (0, 0)])
def test_a_record_that_never_was_does_not_exist(
    desk: Client, kayla: Student, student: int, pathway: int
) -> None:
    for page in ("cte-record-delete", "cte-record-history"):
        assert desk.get(reverse(page, args=["9012", 2025, student, pathway])).status_code == 404
        finance = Pathway.objects.get(name=FINANCE).pk
        assert desk.get(reverse(page, args=["9012", 2025, kayla.pk, finance])).status_code == 404
        assert desk.get(reverse(page, args=["9012", 2025, kayla.pk, 10**30])).status_code == 404


def test_the_student_page_leads_to_what_is_deleted_and_not_to_what_came_back(
    desk: Client, cottonwood: District_, kayla: Student
) -> None:
    gone, back = cottonwood.record(kayla, HEALTH), cottonwood.record(kayla, BUSINESS)
    for state in (gone, back):
        entry.delete(cottonwood.scope, state, version=1, by="KELLER, DANIEL")
    deletion = Change.objects.get(pathway_id=back.pathway_id, version=2)
    entry.restore(
        cottonwood.scope, deletion, version=0, by="KELLER, DANIEL", source=Change.Source.RESTORE
    )
    assert [
        (state.pathway_name, state.version)
        for state in history.deleted(Change.objects.of_student(kayla.pk))
    ] == [(HEALTH, 2)]
    page = desk.get(address(kayla, "cte-student") + LIST, follow=True).content.decode()
    assert "Deleted records (1)" in page
    assert address(gone, "cte-record-history") + LIST in page
