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

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from certification.collections.chosen import collection_of_copy
from certification.models import CertificationEvent, Certifier, Recertification, Round, SealedCopy
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from pathways.files import extract
from pathways.files.layout import CTE_END_OF_YEAR, CTE_FALL
from pathways.ledger import ledger, staging
from pathways.models import Change, CollectionLock, Participation, SchoolYear, Student
from tests.certification.either import both, ready_with
from tests.certification.ready import Ready
from tests.certification.review.test_snapshot import text
from tests.fixtures.certification import make_event_of, make_round, seal_records, sign
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import BUSINESS, HEALTH, District_, row

SEALED_AT = datetime.datetime(2025, 6, 12, 16, 19, 27, tzinfo=datetime.UTC)
FORMS = ("tsv", "csv", "xlsx")
LAYOUTS = {"cte-eoy": CTE_END_OF_YEAR, "cte-fall": CTE_FALL}
RECEIPTS = {"cte-eoy": "9012-2025-EOY", "cte-fall": "9012-2024-FALL"}
BEFORE = {"cte-eoy": "2023-24", "cte-fall": "2022-23"}
FIRST = {"cte-eoy": ("Concentrators", "1"), "cte-fall": ("Graduates", "2")}
"""The first figure of a receipt."""
OTHERS = {
    "cte-eoy": {"Pathway records": "2", "Health Professions": "1"},
    "cte-fall": {"Answered": "2", "Health Professions": "1"},
}


@pytest.fixture
@stands
def ready(
    request: pytest.FixtureRequest,
    cottonwood: District_,
    event: CertificationEvent,
    clerk: User,
    kayla: Student,
) -> Ready:
    collection = getattr(request, "param", "cte-eoy")
    ready_case = ready_with(collection, cottonwood, event, clerk)
    ready_case.record(kayla, HEALTH, concentrator=True, in_district_credits=Decimal("2.50"))
    ben = cottonwood.student("999000124", "Brown", "Ben", gender="M")
    ready_case.record(ben, BUSINESS, single_parent=True)
    ready_case.prepare()
    return ready_case


@pytest.fixture
@stands
def copy(ready: Ready, superintendent: Certifier, principal: Certifier) -> SealedCopy:
    """Of what stands at the state, sealed long before it came to stand there."""
    round_of_event = make_round(ready.event)
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
        round_of_event, ready.scope.at_state(), sealed_at=SEALED_AT, sent_at=SEALED_AT, notes=notes
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


def resealed(copy: SealedCopy, ready: Ready) -> SealedCopy:
    """The next round is sealed over what stands at the state now."""
    Round.objects.filter(pk=copy.round_id).update(status="superseded", ended_at=timezone.now())
    return seal_records(make_round(ready.event, number=2, reason="Credits"), ready.scope.at_state())


def last_year(event: CertificationEvent) -> CertificationEvent:
    return make_event_of(event.collection, end_year=event.end_year - 1, name="Last year")


def bytes_of(copy: SealedCopy, form: str) -> bytes:
    into = io.BytesIO()
    collection_of_copy(copy).extract(into, copy, form)
    return into.getvalue()


@both
def test_r_09_a_receipt_says_who_signed_what_when_and_what_happens_next(
    client: Client, viewer: User, ready: Ready, copy: SealedCopy
) -> None:
    client.force_login(viewer)
    page_text = re.sub(r"\s*(</?t[dh][^>]*>)\s*", r"\1", text(client.get(page(copy))))
    for words in (
        copy.receipt,
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
        f"There is no sealed copy of {BEFORE[ready.event.collection]} to compare with.",
        "Corrections may be requested through",
        'AIM Unit, <span class="whole">406-555-0142</span>',
        " ".join(copy.digest[at : at + 4] for at in range(0, 32, 4)),
    ):
        assert words in page_text, words
    label, number = FIRST[ready.event.collection]
    assert figures(page_text)[label] == [number, "–", "–", "–"]
    for label, number in OTHERS[ready.event.collection].items():
        assert figures(page_text)[label][0] == number, label
    assert copy.receipt == f"{RECEIPTS[ready.event.collection]}-1"
    assert re.search(rf"<title>\s*{copy.receipt} – Certification receipt", page_text)


@both
def test_r_09_a_receipt_stays_as_it_was_whatever_happens_to_records_events_and_earlier_years(
    client: Client, viewer: User, ready: Ready, copy: SealedCopy, kayla: Student
) -> None:
    client.force_login(viewer)
    start = '<h2 id="signed">'
    before = text(client.get(page(copy))).partition(start)[2].partition("What happens next")[0]
    ready.change(kayla, concentrator=False, in_district_credits=Decimal("0.50"))
    ready.send()
    ready.district.district.name = "Renamed"
    ready.district.district.save()
    seal_records(
        make_round(last_year(ready.event)),
        ready.scope.at_state(),
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


@both
def test_r_09_last_years_column_is_what_was_sealed_before(
    client: Client, viewer: User, ready: Ready, copy: SealedCopy
) -> None:
    """Sealed before this receipt: it is compared with."""
    last = seal_records(
        make_round(last_year(ready.event)),
        ready.scope.at_state(),
        sealed_at=SEALED_AT - datetime.timedelta(days=365),
    )
    client.force_login(viewer)
    page_text = text(client.get(page(copy)))
    assert f"{BEFORE[ready.event.collection]}, certified" in page_text
    label, number = FIRST[ready.event.collection]
    assert figures(page_text)[label] == [number, number, "0", "0.0%"]
    assert client.get(page(last)).status_code == 200, "bookmarked under its own year"
    year = ready.event.end_year
    assert client.get(page(last).replace(f"/{year - 1}/", f"/{year}/")).status_code == 404


@both
def test_r_09_superseded_and_official_name_one_another(
    client: Client, viewer: User, ready: Ready, copy: SealedCopy
) -> None:
    second = resealed(copy, ready)
    client.force_login(viewer)
    first, official = text(client.get(page(copy))), text(client.get(page(second)))
    assert (
        "This receipt is superseded." in first
        and f'<a href="{page(second)}">{RECEIPTS[ready.event.collection]}-2</a>' in first
        and "Superseded" in first
    )
    assert (
        "This receipt is superseded." not in official
        and f'<a href="{page(copy)}">{RECEIPTS[ready.event.collection]}-1</a>' in official
    )


@both
def test_a_receipt_of_another_district_does_not_exist(
    client: Client, stranger: User, clerk: User, copy: SealedCopy
) -> None:
    client.force_login(stranger)
    assert client.get(page(copy)).status_code == 404
    assert client.get(page(copy).replace("/9012/", "/0965/")).status_code == 404
    assert client.get(page(copy, "records", "tsv").replace("/9012/", "/0965/")).status_code == 404


# --- the sealed extract


@both
def test_c_27_the_sealed_extract_is_the_same_bytes_whatever_happens_later(
    ready: Ready, copy: SealedCopy, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {form: bytes_of(copy, form) for form in FORMS}
    ready.change(kayla, in_district_credits=Decimal("0.50"))
    Student.objects.filter(pk=kayla.pk).update(last_name="Aaa")
    ready.send()
    second = resealed(copy, ready)
    later = timezone.now() + datetime.timedelta(days=800)
    monkeypatch.setattr(timezone, "now", lambda: later)
    for form in FORMS:
        assert bytes_of(SealedCopy.objects.get(pk=copy.pk), form) == before[form], form
        assert bytes_of(second, form) != before[form], form


@both
def test_the_sealed_extract_is_what_mt_extracts_wrote_with_the_moment_of_the_seal(
    ready: Ready, copy: SealedCopy
) -> None:
    content = io.BytesIO()
    layout = LAYOUTS[ready.event.collection]
    extract.write(content, ready.scope.at_state(), "tsv", layout)
    head, _, lines = bytes_of(copy, "tsv").partition(b"\n")
    assert head == b"HD\t06/12/2025\t10:19:27\tMT9.1"
    assert lines == content.getvalue().partition(b"\n")[2] and lines.count(b"\n") == 2


@both
def test_the_sealed_extract_is_taken_out_by_who_may(
    client: Client, clerk: User, viewer: User, opi: User, ready: Ready, copy: SealedCopy
) -> None:
    client.force_login(clerk)
    answer = client.get(page(copy, "records", "tsv"))
    assert b"".join(answer.streaming_content) == bytes_of(copy, "tsv")  # type: ignore[attr-defined]
    name = {"cte-eoy": "CTE End of Year", "cte-fall": "Fall CTE"}[ready.event.collection]
    assert f"{name} {copy.receipt}.tsv" in answer["Content-Disposition"]
    assert client.get(page(copy, "records", "docx")).status_code == 404
    for person in (viewer, opi):
        client.force_login(person)
        assert client.get(page(copy, "records", "tsv")).status_code == 403
        assert "State Format (TSV)" not in text(client.get(page(copy)))


# --- View District Certification Status


@both
def test_the_districts_status_lists_rounds_signers_receipts_and_recertifications(
    client: Client, viewer: User, ready: Ready, copy: SealedCopy
) -> None:
    second = resealed(copy, ready)
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
    earlier = seal_records(make_round(last_year(ready.event)), ready.scope.at_state())
    client.force_login(viewer)
    page_text = text(client.get(f"{ready.place}event-certification/status/"))
    for sealed_copy in (copy, second, earlier):
        assert sealed_copy.receipt in page_text
    assert (
        "OLSEN, PETER, Secondary" in page_text
        and "Credits were wrong" in page_text
        and "Please do" in page_text
    )
    lines = [line for line in re.findall("<tr>.*?</tr>", page_text) if ready.code in line]
    rounds = 1 + (ready.event.collection == "cte-fall")  # whose leavers are followed up in the year
    assert sum("Official" in line for line in lines) == 2 + rounds
    assert sum("Superseded" in line for line in lines) == 2


# --- the locked record


def lock(copy: SealedCopy) -> None:
    event = copy.round.event
    CollectionLock.objects.create(
        district="9012",
        end_year=event.end_year,
        collection=event.collection,
        since=copy.sealed_at,
        by="DOE, JANE",
        reason="The event is certified.",
        reference=copy.receipt,
    )


@both
def test_d_17_a_locked_record_is_text_and_its_banner_leads_to_the_receipt(
    client: Client, clerk: User, ready: Ready, copy: SealedCopy, kayla: Student
) -> None:
    client.force_login(clerk)
    lock(copy)
    own_page = ready.locked_pages(kayla)[0]
    page_text = text(client.get(own_page))
    banner = page_text[page_text.index('<div class="banner locked">') :].partition("</div>")[0]
    assert (
        "ocked since" in banner
        and "06/12/2025 10:19:27 AM MT" in banner
        and "The event is certified." in banner
        and "DOE, JANE" in banner
    )
    assert f'<a href="{page(copy)}">{copy.receipt}</a>' in banner
    assert {"cte-eoy": "2.50", "cte-fall": "ANDERSON"}[ready.event.collection] in page_text
    assert saving_forms(page_text) == []
    CollectionLock.objects.all().delete()
    assert saving_forms(text(client.get(own_page))), "otherwise there is nothing to take away"


def saving_forms(page_text: str) -> list[str]:
    """What a page's own content is saved by: a search saves nothing."""
    main = page_text[page_text.index("<main") : page_text.index("</main>")]
    forms = re.findall(r'<form[^>]*method="post".*?</form>', main)
    return [
        form
        for form in forms
        if "<button" in form and 'role="search"' not in form and "/session/stay/" not in form
    ] + re.findall(r'<button[^>]*type="submit"[^>]*form="record"', main)


@both
def test_d_17_a_lock_of_something_else_still_says_its_reference(
    client: Client, clerk: User, ready: Ready, kayla: Student
) -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=ready.event.end_year,
        collection=ready.event.collection,
        since=timezone.now(),
        by="OPI",
        reason="Closed.",
        reference="7K3Q",
    )
    client.force_login(clerk)
    assert "reference 7K3Q" in text(client.get(ready.locked_pages(kayla)[0]))


# --- what certified data refuse, and what a past year shows


@both
def test_f_39_certified_data_are_tested_against_and_not_uploaded(
    client: Client, clerk: User, ready: Ready, copy: SealedCopy
) -> None:
    lock(copy)
    client.force_login(clerk)
    kind = ready.kinds.get("upload", "upload")
    page_ = f"{ready.place}mt-data-upload/"
    banner = text(client.get(page_))
    assert (
        "ocked since" in banner
        and page(copy) in banner
        and "Validate and Test File still works" in banner
    )
    for work, batches in (("upload", 0), ("validate", 1)):
        content = SimpleUploadedFile("eoy.tsv", b"HD\t06/12/2025\t10:00:00\tMT9.1\n")
        values = {
            "type": ready.event.collection,
            "work": work,
            "rows": "good",
            "key": str(uuid.uuid4()),
            "file": content,
        }
        answer = client.post(page_, values)
        assert Batch.objects.filter(kind=kind).count() == batches, work
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
        and re.search("ha(s|ve) been locked since", text(refused))
        and "There is a problem" in text(refused)
    )


def test_a_past_year_that_was_sealed_shows_the_sealed_figures_and_offers_the_sealed_files(
    client: Client, clerk: User, ready: Ready, copy: SealedCopy, kayla: Student
) -> None:
    SchoolYear.objects.filter(is_active=True).update(is_active=False)
    SchoolYear.objects.filter(end_year=2026).update(is_active=True)
    record = Participation.objects.get(student=kayla)
    next_year = replace(ready.scope, end_year=2026)
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


@both
def test_mt_extracts_offers_the_sealed_files_of_the_collection(
    client: Client, clerk: User, ready: Ready
) -> None:
    client.force_login(clerk)
    extracts = f"{ready.place}mt-extracts/"
    assert ready.receipt not in text(client.get(extracts))
    ready.sign()
    copy = ready.copies.get()
    title = {"cte-eoy": "CTE End of Year, sealed", "cte-fall": "Fall CTE, sealed"}
    words = text(client.get(extracts))
    assert title[ready.event.collection] in words and ready.receipt in words
    address = f"{ready.place}event-certification/receipts/{copy.pk}/records/tsv/"
    assert address in words and client.get(address).status_code == 200


def test_a_past_year_never_sealed_says_that_values_are_current(
    client: Client, clerk: User, ready: Ready
) -> None:
    client.force_login(clerk)
    home = text(client.get("/districts/9012/2024/"))
    assert "not those of 2023-24" in home
    extracts = text(client.get("/districts/9012/2024/mt-extracts/"))
    assert "not those of 2023-24" in extracts and "Certified data of" not in extracts
