"""The event's page with its figures: an unusual one may be noted, the note is signed and stands on
the receipt (R-04, R-08, R-09).
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from certification.collections.figures import counts_of
from certification.models import CertificationEvent, SealedCopy, Signature
from cte_portal.accounts.models import KeptForm, User
from cte_portal.editions import Scope
from pathways.models import Student
from tests.certification.ready import Ready
from tests.certification.review.test_snapshot import sealed_year, text
from tests.fixtures.certification import make_round, seal_records
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.records import District_
from tests.fixtures.signed_out import cut_off


@pytest.fixture
def ready(cottonwood: District_, event: CertificationEvent, clerk: User, kayla: Student) -> Ready:
    """One participant this year, twenty in the last sealed one."""
    counts = counts_of([])
    counts["totals"]["participants"] = 20
    seal_records(make_round(sealed_year()), Scope("9012", 2024), counts=counts)
    ready_case = Ready(cottonwood, event, clerk)
    ready_case.record(kayla)
    ready_case.prepare()
    return ready_case


def form_values(ready: Ready, page: str, **values: str) -> dict[str, str]:
    digest = re.search(r'name="digest" value="(\w{64})"', page)
    assert digest
    ticks = {f"statement_{number}": "on" for number in range(len(ready.event.statements))}
    return {"digest": digest[1], "proof": PASSPHRASE, **ticks, **values}


def address(ready: Ready) -> str:
    return f"/districts/9012/2025/event-certification/{ready.event.pk}/"


def test_a_note_on_an_unusual_figure_is_signed_and_stands_on_the_receipt(
    client: Client, ready: Ready
) -> None:
    client.force_login(ready.primary.user)
    page = client.get(address(ready)).content.decode()
    assert (
        'href="#id_note-participants"' in page
        and 'id="id_note-participants"' in page
        and "Unusual: add a note" in page
    )
    answer: Any = client.post(
        address(ready),
        form_values(ready, page, **{"note-participants": "The Business program ended."}),
        follow=True,
    )
    words = "Participants: 1, 20 in 2023-24 (−95.0%)"
    assert Signature.objects.get().notes == [
        {"figure": words, "note": "The Business program ended."}
    ]
    copy = SealedCopy.objects.get(round__event=ready.event)
    assert (
        answer.redirect_chain[-1][0]
        == f"/districts/9012/2025/event-certification/receipts/{copy.pk}/"
    )
    assert f"{words}: The Business program ended." in text(answer) and copy.receipt in text(answer)


def test_a_note_that_is_too_long_is_said_with_the_rest_and_nothing_is_signed(
    client: Client, ready: Ready
) -> None:
    client.force_login(ready.primary.user)
    page = client.get(address(ready)).content.decode()
    answer = text(
        client.post(
            address(ready),
            form_values(ready, page, **{"note-participants": "x" * 501, "statement_0": ""}),
        )
    )
    assert (
        '<a href="#id_note-participants">The note must be 500 characters or fewer</a>' in answer
        and "Check the statement" in answer
    )
    assert not Signature.objects.exists()


def test_the_events_page_leads_to_the_validation_groups_that_opi_has_chosen(
    client: Client, ready: Ready
) -> None:
    client.force_login(ready.primary.user)
    group = (
        '<a href="/districts/9012/2025/data-validation-reports/#cte-rostered">CTE Students Rostered'
        " to Courses with Pathways</a>"
    )
    assert group not in client.get(address(ready)).content.decode()
    ready.event.validation_groups = ["cte-end-of-year", "cte-rostered"]
    ready.event.save()
    page = client.get(address(ready)).content.decode()
    assert group in page and "#cte-end-of-year" in page


def test_the_figures_of_the_page_become_the_sealed_ones(client: Client, ready: Ready) -> None:
    client.force_login(ready.primary.user)
    before = text(client.get(address(ready)))
    assert "State edition as sent on" in before and "1 participant (−19 since 2023-24)" in before
    ready.sign()
    after = text(client.get(address(ready)))
    assert "Sealed copy" in after and "9012-2025-EOY-1" in after and "add a note" not in after
    assert "Concentrators</a>" in after and "View District Certification Status" in after


def test_g_23_notes_of_a_signer_come_back_and_neither_ticks_nor_the_password(
    client: Client, ready: Ready
) -> None:
    client.force_login(ready.primary.user)
    here = address(ready)
    sent = form_values(
        ready,
        client.get(here).content.decode(),
        **{"note-participants": "The Business program ended."},
    )
    page = cut_off(client, ready.primary.user, here, sent)
    assert "What you typed is back." in page and 'value="The Business program ended."' in page
    assert (
        not re.search("<input[^>]* checked", page)
        and sent["proof"] not in page
        and not Signature.objects.filter(round__event=ready.event).exists()
    )
    assert KeptForm.objects.get().fields == {"note-participants": ["The Business program ended."]}
