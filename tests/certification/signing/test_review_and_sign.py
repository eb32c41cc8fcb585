"""The event's page with its figures: an unusual one may be noted, the note is signed and stands on
the receipt (R-04, R-08, R-09).
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from certification.collections.chosen import collection_of
from certification.models import CertificationEvent, Signature
from cte_portal.accounts.models import KeptForm, User
from cte_portal.editions import school_year_label
from pathways.models import Student
from tests.certification.either import both, ready_for
from tests.certification.ready import Ready
from tests.certification.review.test_snapshot import text
from tests.fixtures.certification import make_event, make_round, seal
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import District_
from tests.fixtures.signed_out import cut_off

UNUSUAL = {"cte-eoy": "participants", "cte-fall": "graduates"}
"""The figure that has moved much."""


@pytest.fixture
@stands
def ready(
    request: pytest.FixtureRequest,
    cottonwood: District_,
    event: CertificationEvent,
    clerk: User,
    kayla: Student,
) -> Ready:
    """One participant or graduate this year, twenty in the last sealed one."""
    ready_case = ready_for(request.param, cottonwood, event, clerk, kayla)
    collection = collection_of(ready_case.event)
    counts = collection.counts([])
    counts["totals"][UNUSUAL[request.param]] = 20
    earlier = make_event(
        name="Earlier", collection=collection.slug, end_year=ready_case.scope.end_year - 1
    )
    seal(make_round(earlier), receipt="9012-EARLIER", form_version=collection.form, counts=counts)
    ready_case.prepare()
    return ready_case


def figure(ready: Ready) -> str:
    return UNUSUAL[ready.event.collection]


def before(ready: Ready) -> str:
    return school_year_label(ready.scope.end_year - 1)


def form_values(ready: Ready, page: str, **values: str) -> dict[str, str]:
    digest = re.search(r'name="digest" value="(\w{64})"', page)
    assert digest
    ticks = {f"statement_{number}": "on" for number in range(len(ready.event.statements))}
    return {"digest": digest[1], "proof": PASSPHRASE, **ticks, **values}


def address(ready: Ready) -> str:
    return ready.path


@both
def test_a_note_on_an_unusual_figure_is_signed_and_stands_on_the_receipt(
    client: Client, ready: Ready
) -> None:
    client.force_login(ready.primary.user)
    page = client.get(address(ready)).content.decode()
    assert (
        f'href="#id_note-{figure(ready)}"' in page
        and f'id="id_note-{figure(ready)}"' in page
        and "Unusual: add a note" in page
    )
    answer: Any = client.post(
        address(ready),
        form_values(ready, page, **{f"note-{figure(ready)}": "The Business program ended."}),
        follow=True,
    )
    words = f"{figure(ready).capitalize()}: 1, 20 in {before(ready)} (−95.0%)"
    assert Signature.objects.get().notes == [
        {"figure": words, "note": "The Business program ended."}
    ]
    copy = ready.copies.get()
    assert answer.redirect_chain[-1][0] == f"{ready.place}event-certification/receipts/{copy.pk}/"
    assert f"{words}: The Business program ended." in text(answer) and copy.receipt in text(answer)


@both
def test_a_note_that_is_too_long_is_said_with_the_rest_and_nothing_is_signed(
    client: Client, ready: Ready
) -> None:
    client.force_login(ready.primary.user)
    page = client.get(address(ready)).content.decode()
    answer = text(
        client.post(
            address(ready),
            form_values(ready, page, **{f"note-{figure(ready)}": "x" * 501, "statement_0": ""}),
        )
    )
    assert (
        f'<a href="#id_note-{figure(ready)}">The note must be 500 characters or fewer</a>' in answer
        and "Check the statement" in answer
    )
    assert not Signature.objects.exists()


@pytest.mark.parametrize("ready", ["cte-eoy"], indirect=True)
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


@both
def test_the_figures_of_the_page_become_the_sealed_ones(client: Client, ready: Ready) -> None:
    client.force_login(ready.primary.user)
    page_before = text(client.get(address(ready)))
    moved = f"1 {figure(ready).removesuffix('s')} (−19 since {before(ready)})"
    assert "State edition as sent on" in page_before and moved in page_before
    ready.sign()
    after = text(client.get(address(ready)))
    assert "Sealed copy" in after and ready.receipt in after and "add a note" not in after
    listed = {"cte-eoy": "Concentrators</a>", "cte-fall": "Placed</a>"}[ready.event.collection]
    assert listed in after and "View District Certification Status" in after


@both
def test_g_23_notes_of_a_signer_come_back_and_neither_ticks_nor_the_password(
    client: Client, ready: Ready
) -> None:
    client.force_login(ready.primary.user)
    here = address(ready)
    sent = form_values(
        ready,
        client.get(here).content.decode(),
        **{f"note-{figure(ready)}": "The Business program ended."},
    )
    page = cut_off(client, ready.primary.user, here, sent)
    assert "What you typed is back." in page and 'value="The Business program ended."' in page
    assert (
        not re.search("<input[^>]* checked", page)
        and sent["proof"] not in page
        and not Signature.objects.filter(round__event=ready.event).exists()
    )
    note = {f"note-{figure(ready)}": ["The Business program ended."]}
    assert KeptForm.objects.get().fields == note
