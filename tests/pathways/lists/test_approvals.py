"""Approvals district × pathway × end year (ux O-16): seen first, then saved; by hand, by copy, by
file.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cte_portal.accounts.models import AuditEvent, KeptForm, User
from pathways.models import Approval, Pathway, Student
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_
from tests.fixtures.signed_out import cut_off
from tests.pathways.desk import text


def key(name: str = HEALTH) -> int:
    return Pathway.objects.get(name=name).pk


def page_of(name: str = HEALTH, end_year: int = 2025) -> str:
    return f"/opi/approvals/{end_year}/pathways/{key(name)}/"


@pytest.fixture
def desk(client: Client, keeper: User, cottonwood: District_, elsewhere: District_) -> Client:
    client.force_login(keeper)
    return client


def change(
    desk: Client, address: str, to: str, *chosen: str, reason: str = "Letter", **more: str
) -> Any:
    answer = desk.post(address, {"chosen": chosen, "to": to, **more})
    seen = answer.context.get("seen")
    assert answer.status_code == 200 and seen, text(answer)[:600]
    return desk.post(address, {"chosen": chosen, "to": to, "seen": seen, "reason": reason, **more})


def test_o_16_whose_records_become_unapproved_is_shown_before(
    desk: Client, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla)
    answer = desk.post(page_of(), {"chosen": ["9012", "0965"], "to": "withdraw"})
    assert "Withdraws 2 approvals for 2024-25. Affects 1 district, 1 record" in text(answer)
    assert Approval.objects.filter(pathway_id=key()).count() == 2, "nothing is saved yet"
    assert change(desk, page_of(), "withdraw", "9012", "0965").status_code == 302
    assert not Approval.objects.filter(pathway_id=key()).exists()
    assert (
        AuditEvent.objects.filter(
            kind="approval", operation="remove", district="9012", end_year=2025
        ).count()
        == 1
    )
    assert "Lapsed" in text(desk.get(page_of())) and "HALE, ROBIN" in text(desk.get(page_of()))


def test_a_reason_is_asked_for(desk: Client) -> None:
    assert "Enter the reason, such as" in text(
        change(desk, page_of(), "withdraw", "9012", reason=" ")
    )
    assert not AuditEvent.objects.exists()


def test_who_saves_has_seen_what_follows(
    desk: Client, cottonwood: District_, kayla: Student
) -> None:
    seen = desk.post(page_of(), {"chosen": "9012", "to": "withdraw"}).context["seen"]
    cottonwood.record(kayla)
    answer = desk.post(page_of(), {"chosen": "9012", "to": "withdraw", "seen": seen, "reason": "x"})
    assert answer.status_code == 200 and "Affects 1 district" in text(answer)
    assert "This changed after you opened the page." in text(answer)
    assert 'value="x"' in answer.content.decode(), "the reason that was typed stays"
    assert Approval.objects.filter(pathway_id=key(), district_id="9012").exists()


def test_g_23_a_choice_and_its_reason_that_were_cut_off_by_the_sign_out_are_back(
    desk: Client, keeper: User
) -> None:
    sent = {"chosen": ["9012"], "to": "withdraw"}
    seen = desk.post(page_of(), sent).context["seen"]
    page = cut_off(
        desk, keeper, page_of(), {**sent, "seen": seen, "reason": "Letter of 06/01/2025"}
    )
    assert (
        "What you typed is back." in page
        and 'value="Letter of 06/01/2025"' in page
        and "Nothing has been saved yet." in page
    )
    assert (
        re.search(r'value="9012"[^>]* checked', page)
        and Approval.objects.filter(pathway_id=key(), district_id="9012").exists()
    )
    assert (
        change(desk, page_of(), "withdraw", "9012").status_code == 302
        and not KeptForm.objects.exists()
    )
    copy = "/opi/approvals/2026/copy/"
    page = cut_off(desk, keeper, copy, {"seen": "long ago", "reason": "As last year"})
    assert "What you typed is back." in page and 'value="As last year"' in page


def test_all_that_the_list_shows(desk: Client) -> None:
    assert (
        change(desk, f"{page_of(FINANCE)}?show=none", "approve", everything="yes").status_code
        == 302
    )
    assert Approval.objects.filter(pathway_id=key(FINANCE), school_year_id=2025).count() == 2
    assert "already have this approval" in text(
        desk.post(page_of(FINANCE), {"chosen": "9012", "to": "approve"})
    )


def test_by_district(desk: Client) -> None:
    address = "/opi/approvals/2025/districts/9012/"
    assert change(desk, address, "approve", str(key(FINANCE))).status_code == 302
    assert Approval.objects.filter(pathway_id=key(FINANCE), district_id="9012").exists()


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, {"everything", "to"}),
        ({"to": "approve"}, {"everything"}),
        ({"chosen": "9012"}, {"to"}),
        ({"chosen": "4444", "to": "approve"}, {"everything"}),
        ({"chosen": "9012", "to": "destroy"}, {"to"}),
    ],
)
def test_what_is_not_chosen_is_told_beside_its_field(
    sent: dict[str, str], fields: set[str], desk: Client
) -> None:
    """walk 29: six lines were chosen, and *Choose at least one line, and what to change to* said
    otherwise.
    """
    answer = desk.post(page_of(), sent)
    assert set(answer.context["form"].errors) == fields
    page = answer.content.decode()
    assert (
        ('href="#id_everything"' in page)
        == ("everything" in fields)
        == ("Choose at least one district" in page)
    )
    assert (
        ('href="#id_to_0"' in page)
        == ("to" in fields)
        == ("Choose Approved or Not approved" in page)
    )
    assert ('value="9012"' in page) and (" checked" in page) == (
        sent.get("chosen") == "9012" or sent.get("to") == "approve"
    )
    assert not AuditEvent.objects.exists()


def test_the_districts_that_are_affected_are_named(
    desk: Client, cottonwood: District_, kayla: Student
) -> None:
    """walk 28: *Affects 1 district, 25 records* did not say which."""
    cottonwood.record(kayla)
    page = text(upload(desk, "District Number,Pathway Code,Approved\n9012,10,No\n0965,10,No"))
    assert "Affects 1 district, 1 record (9012 Cottonwood Bend)" in page
    assert "2 districts: 0965" in page


OPEN_QUOTE = (
    'District Number,Pathway Code,Approved,Note\n0965,01,Yes,"asked by'
    " phone\n0965,05,Yes,\n0965,08,Yes,\n"
)


def test_an_open_quotation_mark_swallows_no_line_of_an_import(desk: Client) -> None:
    """FR-209: one line was read, two approvals were lost without a word."""
    answer = upload(desk, OPEN_QUOTE)
    assert answer.context["read"].lines == 3
    assert "Line 2: This line cannot be read. Check its quotation marks." in text(answer)
    for content in (OPEN_QUOTE.replace('"', ""), OPEN_QUOTE.replace(",", "\t")):
        read = upload(desk, content).context["read"]
        assert len(read.give) == read.lines == 3 and not read.problems, (
            "a quotation mark of its own is text between tabs"
        )


@pytest.mark.parametrize(
    "content",
    [
        "District Number;Pathway Code;Approved\n0965;9;TRUE\n".encode("utf-16"),
        b'"district number"\t"pathway code"\t"approved"\r"0965"\t"09"\t"yes"\r\x1a',
        b"District Number,Pathway Code,Approved\n,,\n0965,9.0,Y\n\x1a",
    ],
)
def test_an_import_is_read_with_the_promises_of_every_file(content: bytes, desk: Client) -> None:
    """Issue 13, 6: encodings, line ends, quotation marks, a closing 1A, codes without their
    zero.
    """
    assert "Approves 1 pathway for 2024-25" in text(upload(desk, content))


def test_a_retired_pathway_is_not_approved(desk: Client) -> None:
    Pathway.objects.filter(pk=key(FINANCE)).update(last_year=2024)
    assert "not offered in 2024-25" in text(
        desk.post(page_of(FINANCE), {"chosen": "9012", "to": "approve"})
    )


def test_filters_and_unknown_addresses(desk: Client) -> None:
    assert "0965" not in text(desk.get(f"{page_of()}?find=cottonwood")).split("Cottonwood Bend")[1]
    assert "Nothing matches" in text(desk.get(f"{page_of()}?find=zzz&show=lapsed"))
    for address in (
        "/opi/approvals/1999/copy/",
        "/opi/approvals/2025/pathways/99999/",
        "/opi/approvals/2025/districts/4444/",
    ):
        assert desk.get(address).status_code == 404


def test_copy_from_last_year(desk: Client) -> None:
    address = "/opi/approvals/2026/copy/"
    page = desk.get(address)
    assert "Nothing has been saved yet. Approves 4 pathways for 2025-26" in text(page)
    sent = {"seen": page.context["seen"], "reason": "New year"}
    assert desk.post(address, sent).status_code == 302
    assert Approval.objects.filter(school_year_id=2026).count() == 4
    assert desk.post(address, sent).status_code == 200, "a second click copies nothing"
    assert AuditEvent.objects.count() == 4


def upload(desk: Client, content: bytes | str) -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    return desk.post(
        "/opi/approvals/2025/import/", {"file": SimpleUploadedFile("approvals.csv", data)}
    )


def test_the_download_comes_back_as_no_change(desk: Client) -> None:
    file = b"".join(desk.get("/opi/approvals/2025/file/").streaming_content)  # type: ignore[attr-defined]
    assert b"0965," in file and file.count(b"Yes") == 4
    assert "Nothing would change" in text(upload(desk, file))


def test_a_file_is_shown_then_saved(desk: Client) -> None:
    answer = upload(
        desk, "\ufeffDistrict Number;Pathway Code;Approved\r\n9012;9;yes\r\n9012;10;N\r\n"
    )
    assert (
        "Nothing has been saved yet. Approves 1 pathway for 2024-25. Withdraws 1 approval for"
        " 2024-25." in text(answer)
    )
    context = answer.context
    sent = {
        "changes": context["changes"],
        "seen": context["seen"],
        "reason": "File of May",
    }
    assert desk.post("/opi/approvals/2025/import/", sent).status_code == 302
    assert set(
        Approval.objects.filter(district_id="9012").values_list("pathway__name", flat=True)
    ) == {BUSINESS, FINANCE}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "This file is empty"),
        ("nothing here", "Missing: District Number, Approved, Pathway Code"),
        (
            "District Number,Pathway Code,Approved\n965,10,Yes",
            "Line 2: District Number 965 has lost its leading zeros. Enter 0965",
        ),
        ("District Number,Pathway Code,Approved\n9012,77,Yes", "Pathway 77 is not on the list"),
        ("District Number,Pathway Code,Approved\n4444,10,Yes", "4444 is not on the list"),
        ("District Number,Pathway Code,Approved\n9012,10,perhaps", "Choose Yes or No for Approved"),
        ("District Number,Pathway Code,Approved\n9012,10,", "Approved must be Yes or No"),
        ("District Number,Pathway Code,Approved\n9012,10,Yes\n9012,10,No", "are already in line 2"),
        ("District Number,Pathway Code,End Year,Approved\n9012,10,2024,Yes", "End Year is 2024"),
        (
            "District Number,Pathway Code,CTE Pathway,Approved\n9012,10,Finance,Yes",
            "two different pathways",
        ),
        (b"PK\x03\x04rest", "Excel workbook or a zip archive"),
        (b"\xff\xfe\x00N", "The first line must name the columns"),
        ('District Number,Pathway Code,Approved\n"' + "x" * 200_000, "too long"),
        ("District Number,Pathway Code,Approved\n<script>,10,Yes", "is not on the list"),
    ],
    ids=range(14),
)
def test_a_hostile_or_broken_file_says_what_is_wrong(
    content: bytes | str, sentence: str, desk: Client
) -> None:
    answer = upload(desk, content)
    assert answer.status_code == 200 and sentence in text(answer)
    assert "<script>," not in answer.content.decode()
    assert not AuditEvent.objects.exists()


def test_changes_made_up_by_hand_are_checked_too(desk: Client) -> None:
    answer = desk.post(
        "/opi/approvals/2025/import/",
        {"changes": "District Number,Pathway Code,Approved\n4444,10,Yes", "seen": "x"},
    )
    assert answer.status_code == 200 and "is not on the list" in text(answer)


def test_statements_do_not_grow_with_districts(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(1000, 1060):
        District_(str(number), f"District {number}").approve(HEALTH)
    with django_assert_max_num_queries(20):
        desk.get(page_of())
