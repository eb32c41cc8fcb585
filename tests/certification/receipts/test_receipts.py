"""Receipts, the sealed extract, View District Certification Status, and the record that a seal has
locked (R-09, D-17, F-39).
"""

from __future__ import annotations

import datetime
import io
import re
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from certification.collections import sealed_extract
from certification.models import CertificationEvent, Certifier, Recertification, Round, SealedCopy
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.editions import Scope
from pathways.files import extract
from pathways.ledger import ledger, staging
from pathways.models import Change, CollectionLock, Participation, SchoolYear, Student
from tests.certification.review.test_snapshot import text
from tests.fixtures.certification import make_event, make_round, seal_records, sign
from tests.fixtures.records import BUSINESS, HEALTH, District_, row

SEALED_AT = datetime.datetime(2025, 6, 12, 16, 19, 27, tzinfo=datetime.UTC)
FORMS = ("tsv", "csv", "xlsx")


@pytest.fixture
def district(cottonwood: District_, kayla: Student, state_edition: Any) -> District_:
    cottonwood.record(kayla, HEALTH, concentrator=True, in_district_credits=Decimal("2.50"))
    cottonwood.record(
        cottonwood.student("999000124", "Brown", "Ben", gender="M"), BUSINESS, single_parent=True
    )
    state_edition()
    return cottonwood


@pytest.fixture
def copy(
    event: CertificationEvent, district: District_, superintendent: Certifier, principal: Certifier
) -> SealedCopy:
    round_of_event = make_round(event)
    sign(round_of_event, superintendent, signed_at=SEALED_AT)
    sign(
        round_of_event,
        principal,
        signed_at=SEALED_AT - datetime.timedelta(hours=1),
        method="totp",
        late=True,
    )
    notes = [
        {
            "by": "DOE, JANE",
            "figure": "Participants: 1, 9 in 2023-24 (−88.9%)",
            "note": "A program ended.",
        }
    ]
    return seal_records(
        round_of_event,
        district.scope.at_state(),
        sealed_at=SEALED_AT,
        sent_at=SEALED_AT,
        notes=notes,
    )


def page(copy: SealedCopy, *parts: str) -> str:
    return (
        f"/districts/9012/{copy.round.event.end_year}/event-certification/receipts/{copy.pk}/"
        + "".join(f"{part}/" for part in parts)
    )


def figures(page_text: str) -> dict[str, list[str]]:
    """Label → the cells of its line."""
    lines = re.findall(r'<tr>\s*<th scope="row">([^<]+)</th>(.*?)</tr>', page_text, re.DOTALL)
    return {label: re.findall(r"<td[^>]*>\s*([^<]*?)\s*</td>", cells) for label, cells in lines}


def resealed(copy: SealedCopy, district: District_) -> SealedCopy:
    """The next round is sealed over what stands at the state now."""
    Round.objects.filter(pk=copy.round_id).update(status="superseded", ended_at=timezone.now())
    return seal_records(
        make_round(copy.round.event, number=2, reason="Credits"), district.scope.at_state()
    )


def bytes_of(copy: SealedCopy, form: str) -> bytes:
    into = io.BytesIO()
    sealed_extract.write(into, copy, form)
    return into.getvalue()


def test_r_09_a_receipt_says_who_signed_what_when_and_what_happens_next(
    client: Client, viewer: User, copy: SealedCopy
) -> None:
    client.force_login(viewer)
    page_text = re.sub(r"\s*(</?t[dh][^>]*>)\s*", r"\1", text(client.get(page(copy))))
    for words in (
        "9012-2025-EOY-1",
        copy.event_name.replace("&", "&amp;"),
        "9012 Cottonwood Bend",
        "Certification Sent to State",
        ">06/12/2025 10:19:27 AM MT</time>",
        "State edition as sent on",
        (
            'DOE, JANE, Superintendent</th><td data-label="Role">Primary</td><td'
            ' data-label="Confirmed by">Password</td>'
        ),
        (
            'OLSEN, PETER, Principal</th><td data-label="Role">Secondary, review</td><td'
            ' data-label="Confirmed by">Code of an authenticator app</td>'
        ),
        "after the due date",
        "I am authorized to certify for Cottonwood Bend.",
        "A program ended.",
        "There is no sealed copy of 2023-24 to compare with.",
        "Corrections may be requested through",
        'AIM Unit, <span class="whole">406-555-0142</span>',
        " ".join(copy.digest[at : at + 4] for at in range(0, 32, 4)),
    ):
        assert words in page_text, words
    assert figures(page_text)["Concentrators"] == ["1", "–", "–", "–"]
    assert (
        figures(page_text)["Pathway records"][0] == "2"
        and figures(page_text)["Health Professions"][0] == "1"
    )
    assert re.search(r"<title>\s*9012-2025-EOY-1 – Certification receipt", page_text)


def test_r_09_a_receipt_stays_as_it_was_whatever_happens_to_records_events_and_earlier_years(
    client: Client,
    viewer: User,
    copy: SealedCopy,
    district: District_,
    kayla: Student,
    state_edition: Any,
) -> None:
    client.force_login(viewer)
    start = '<h2 id="signed">'
    before = text(client.get(page(copy))).partition(start)[2].partition("What happens next")[0]
    record = Participation.objects.get(student=kayla)
    district.record(
        kayla,
        HEALTH,
        version=record.version,
        concentrator=False,
        in_district_credits=Decimal("0.50"),
    )
    state_edition()
    district.district.name = "Renamed"
    district.district.save()
    later = make_event(end_year=2024, name="Last year, sealed late")
    seal_records(
        make_round(later),
        district.scope.at_state(),
        sealed_at=SEALED_AT + datetime.timedelta(days=9),
    )
    CertificationEvent.objects.filter(pk=copy.round.event_id).update(
        name="Renamed", status="closed", statements=["Other words."]
    )
    page_text = text(client.get(page(copy)))
    assert page_text.partition(start)[2].partition("What happens next")[0] == before and before
    assert (
        "9012 Cottonwood Bend" in page_text
        and "Renamed" not in page_text.partition("<h1>")[2].partition("What happens")[0]
    )


def test_r_09_last_years_column_is_what_was_sealed_before(
    client: Client, viewer: User, district: District_, copy: SealedCopy
) -> None:
    """Sealed before this receipt: it is compared with."""
    earlier = make_event(end_year=2024, name="Last year")
    last = seal_records(
        make_round(earlier),
        district.scope.at_state(),
        sealed_at=SEALED_AT - datetime.timedelta(days=365),
    )
    client.force_login(viewer)
    page_text = text(client.get(page(copy)))
    assert "2023-24, certified" in page_text and figures(page_text)["Concentrators"] == [
        "1",
        "1",
        "0",
        "0.0%",
    ]
    assert client.get(page(last)).status_code == 200, "bookmarked under its own year"
    assert client.get(page(last).replace("/2024/", "/2025/")).status_code == 404


def test_r_09_superseded_and_official_name_one_another(
    client: Client, viewer: User, copy: SealedCopy, district: District_
) -> None:
    second = resealed(copy, district)
    client.force_login(viewer)
    first, official = text(client.get(page(copy))), text(client.get(page(second)))
    assert (
        "This receipt is superseded." in first
        and f'<a href="{page(second)}">9012-2025-EOY-2</a>' in first
        and "Superseded" in first
    )
    assert (
        "This receipt is superseded." not in official
        and f'<a href="{page(copy)}">9012-2025-EOY-1</a>' in official
    )


def test_a_receipt_of_another_district_does_not_exist(
    client: Client, stranger: User, clerk: User, copy: SealedCopy
) -> None:
    client.force_login(stranger)
    assert client.get(page(copy)).status_code == 404
    assert client.get(page(copy).replace("/9012/", "/0965/")).status_code == 404
    assert client.get(page(copy, "records", "tsv").replace("/9012/", "/0965/")).status_code == 404


# --- the sealed extract


@pytest.mark.parametrize("form", FORMS)
def test_c_27_the_sealed_extract_is_the_same_bytes_whatever_happens_later(
    form: str,
    copy: SealedCopy,
    district: District_,
    kayla: Student,
    state_edition: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = bytes_of(copy, form)
    record = Participation.objects.get(student=kayla)
    district.record(kayla, HEALTH, version=record.version, in_district_credits=Decimal("0.50"))
    Student.objects.filter(pk=kayla.pk).update(last_name="Aaa")
    state_edition()
    second = resealed(copy, district)
    later = timezone.now() + datetime.timedelta(days=800)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert bytes_of(SealedCopy.objects.get(pk=copy.pk), form) == before
    assert bytes_of(second, form) != before


def test_the_sealed_extract_is_what_mt_extracts_wrote_with_the_moment_of_the_seal(
    copy: SealedCopy, district: District_
) -> None:
    content = io.BytesIO()
    extract.write(content, district.scope.at_state(), "tsv")
    head, _, lines = bytes_of(copy, "tsv").partition(b"\n")
    assert head == b"HD\t06/12/2025\t10:19:27\tMT9.1"
    assert lines == content.getvalue().partition(b"\n")[2] and lines.count(b"\n") == 2


def test_the_sealed_extract_is_taken_out_by_who_may(
    client: Client, clerk: User, viewer: User, opi: User, copy: SealedCopy
) -> None:
    client.force_login(clerk)
    answer = client.get(page(copy, "records", "tsv"))
    assert b"".join(answer.streaming_content) == bytes_of(copy, "tsv")  # type: ignore[attr-defined]
    assert "CTE End of Year 9012-2025-EOY-1.tsv" in answer["Content-Disposition"]
    assert client.get(page(copy, "records", "docx")).status_code == 404
    for person in (viewer, opi):
        client.force_login(person)
        assert client.get(page(copy, "records", "tsv")).status_code == 403
        assert "State Format (TSV)" not in text(client.get(page(copy)))


# --- View District Certification Status


def test_the_districts_status_lists_rounds_signers_receipts_and_recertifications(
    client: Client, viewer: User, copy: SealedCopy, district: District_
) -> None:
    second = resealed(copy, district)
    Recertification.objects.create(
        event=copy.round.event,
        district="9012",
        origin="district",
        sealed_round=copy.round,
        opened_round=second.round,
        reason="Credits were wrong",
        status="closed",
        asked_at=timezone.now(),
        asked_by="DOE, JANE",
        asked_by_id=1,
        answer="Please do",
    )
    earlier = seal_records(
        make_round(make_event(end_year=2024, name="Last year")), Scope("9012", 2025).at_state()
    )
    client.force_login(viewer)
    page_text = text(client.get("/districts/9012/2025/event-certification/status/"))
    for sealed_copy in (copy, second, earlier):
        assert sealed_copy.receipt in page_text
    assert (
        "OLSEN, PETER, Secondary" in page_text
        and "Credits were wrong" in page_text
        and "Please do" in page_text
    )
    assert page_text.count("Official") == 3 and page_text.count("Superseded") == 2


# --- the locked record


def lock(copy: SealedCopy) -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=2025,
        collection="cte-eoy",
        since=copy.sealed_at,
        by="DOE, JANE",
        reason="The event is certified.",
        reference=copy.receipt,
    )


def test_d_17_a_locked_record_is_text_and_its_banner_leads_to_the_receipt(
    client: Client, clerk: User, copy: SealedCopy, kayla: Student
) -> None:
    client.force_login(clerk)
    lock(copy)
    page_text = text(client.get(f"/districts/9012/2025/cte-concentrator/{kayla.pk}/"))
    banner = page_text[page_text.index('<div class="banner locked">') :].partition("</div>")[0]
    assert (
        "Locked since" in banner
        and "06/12/2025 10:19:27 AM MT" in banner
        and "The event is certified." in banner
        and "DOE, JANE" in banner
    )
    assert f'<a href="{page(copy)}">9012-2025-EOY-1</a>' in banner
    detail = page_text[page_text.index("detail-heading") :]
    assert (
        "2.50" in detail
        and "<input" not in detail.partition("</section>")[0]
        and 'type="submit" form="record"' not in page_text
    )


def test_d_17_a_lock_of_something_else_still_says_its_reference(
    client: Client, clerk: User, district: District_, kayla: Student
) -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=2025,
        collection="cte-eoy",
        since=timezone.now(),
        by="OPI",
        reason="Closed.",
        reference="7K3Q",
    )
    client.force_login(clerk)
    assert "reference 7K3Q" in text(
        client.get(f"/districts/9012/2025/cte-concentrator/{kayla.pk}/")
    )


# --- what certified data refuse, and what a past year shows


def test_f_39_certified_data_are_tested_against_and_not_uploaded(
    client: Client, clerk: User, copy: SealedCopy, kayla: Student
) -> None:
    lock(copy)
    client.force_login(clerk)
    page_ = "/districts/9012/2025/mt-data-upload/"
    banner = text(client.get(page_))
    assert (
        "Locked since" in banner
        and page(copy) in banner
        and "Validate and Test File still works" in banner
    )
    for work, batches in (("upload", 0), ("validate", 1)):
        content = SimpleUploadedFile("eoy.tsv", b"HD\t06/12/2025\t10:00:00\tMT9.1\n")
        values = {
            "type": "cte-eoy",
            "work": work,
            "rows": "good",
            "key": str(uuid.uuid4()),
            "file": content,
        }
        answer = client.post(page_, values)
        assert Batch.objects.filter(kind="upload").count() == batches, work
    refused = client.post(
        page_,
        {
            **values,
            "work": "upload",
            "file": SimpleUploadedFile("eoy.tsv", b"HD\t06/12/2025\t10:00:00\tMT9.1\n"),
        },
    )
    assert (
        answer.status_code == 302
        and "Records have been locked since" in text(refused)
        and "There is a problem" in text(refused)
    )


def test_a_past_year_that_was_sealed_shows_the_sealed_figures_and_offers_the_sealed_files(
    client: Client, clerk: User, copy: SealedCopy, district: District_, kayla: Student
) -> None:
    SchoolYear.objects.filter(is_active=True).update(is_active=False)
    SchoolYear.objects.filter(end_year=2026).update(is_active=True)
    record = Participation.objects.get(student=kayla)
    next_year = replace(district.scope, end_year=2026)
    changed = row(
        kayla,
        HEALTH,
        version=record.version,
        concentrator=False,
        in_district_credits=Decimal("0.50"),
    )
    ledger.apply(
        next_year,
        staging.stage([changed]),
        by="MARTIN, CHERYL",
        source=Change.Source.DEMO,
        checked=None,
    )
    client.force_login(clerk)
    home = text(client.get("/districts/9012/2025/"))
    assert "1 concentrator, 1 participant. Certified under receipt 9012-2025-EOY-1." in home
    assert (
        "Certified under receipt 9012-2025-EOY-1: 2 records of 2 students." in home
        and "not those of" not in home
    )
    extracts = text(client.get("/districts/9012/2025/mt-extracts/"))
    assert "Certified data of 2024-25" in extracts and page(copy, "records", "tsv") in extracts


def test_a_past_year_never_sealed_says_that_values_are_current(
    client: Client, clerk: User, district: District_
) -> None:
    client.force_login(clerk)
    home = text(client.get("/districts/9012/2024/"))
    assert "not those of 2023-24" in home
    extracts = text(client.get("/districts/9012/2024/mt-extracts/"))
    assert "not those of 2023-24" in extracts and "Certified data of" not in extracts
