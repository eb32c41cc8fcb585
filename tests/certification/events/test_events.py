"""OPI's certification events (ux O-17): copied, changed, published and closed, each move seen
before it is made.
"""

from __future__ import annotations

import datetime
import html as escapes
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from certification.models import (
    CertificationEvent,
    Certifier,
    Extension,
    Recertification,
    Round,
    Signature,
)
from certification.models.dates import in_words
from cte_portal.accounts.models import AuditEvent, Membership, Role, User
from cte_portal.batches.models import Batch
from tests.certification.either import COLLECTIONS, both_events
from tests.fixtures.certification import (
    EVENT_NAME,
    make_certifier,
    make_event,
    make_event_of,
    make_recertification,
    make_round,
    seal,
    sign,
)
from tests.fixtures.records import District_
from tests.pathways.desk import text

LIST = "/opi/certification-events/"
HOME = "/districts/9012/2025/"
WEEK = datetime.timedelta(days=7)


def us(day: datetime.date | None) -> str:
    return f"{day:%m/%d/%Y}" if day else ""


def form_values(event: CertificationEvent, **values: Any) -> dict[str, Any]:
    """What the event's form sends, with these values instead."""
    fields = {
        "name": event.name,
        "collection": event.collection,
        "end_year": event.end_year,
        "review_opens": us(event.review_opens),
        "certification_opens": us(event.certification_opens),
        "due": us(event.due),
        "corrections_until": us(event.corrections_until),
        "statements": "\n".join(event.statements),
        "validation_groups": event.validation_groups,
        "links": "",
        "late_is_accepted": "on",
        "version": event.version,
    }
    return {**fields, **values}


def seen(answer: Any) -> str:
    match = re.search(r'name="seen" value="([^"]*)"', answer.content.decode())
    assert match, text(answer)
    return escapes.unescape(match[1])


def change(
    client: Client, event: CertificationEvent, reason: str = "Letter of 06/01/2025", **values: Any
) -> Any:
    """Preview, then save it."""
    address = f"{LIST}{event.pk}/"
    answer = client.post(address, form_values(event, **values))
    return client.post(
        address, form_values(event, **values, seen=seen(answer), reason=reason), follow=True
    )


@pytest.fixture
def desk(client: Client, keeper: User, cottonwood: District_, elsewhere: District_) -> Client:
    client.force_login(keeper)
    return client


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_an_event_is_copied_from_the_year_before(desk: Client, collection: str) -> None:
    earlier = make_event_of(
        collection,
        end_year=2024,
        name=EVENT_NAME.replace("2024-25", "2023-24"),
        due=datetime.date(2024, 6, 21),
        review_opens=datetime.date(2024, 5, 13),
        certification_opens=datetime.date(2024, 6, 3),
        corrections_until=datetime.date(2024, 6, 30),
        follow_up_opens=datetime.date(2024, 11, 1),
        follow_up_closes=datetime.date(2024, 12, 31),
    )
    earlier.links.create(title="OPI guide", url="https://opi.example/guide")
    assert "Copy to 2024-25" in text(desk.get(LIST))
    form = desk.get(f"{LIST}new/?from={earlier.pk}").content.decode()
    for value in (
        "2024-25",
        "06/20/2025",
        "05/12/2025",
        "OPI guide https://opi.example/guide",
    ):
        assert value in form
    copied = form_values(
        earlier,
        name=EVENT_NAME,
        end_year=2025,
        version=0,
        links="OPI guide https://opi.example/guide",
        review_opens="05/12/2025",
        certification_opens="06/02/2025",
        due="06/20/2025",
        corrections_until="06/30/2025",
    )
    assert "Saved as a draft" in text(desk.post(f"{LIST}new/", copied, follow=True))
    event = CertificationEvent.objects.get(end_year=2025)
    assert event.collection == collection
    assert (event.status, event.links.get().url) == ("draft", "https://opi.example/guide")
    # OPI keeps the dates of the follow-up on a list of its own, and the event takes them.
    assert (event.follow_up_opens, event.follow_up_closes) == (
        datetime.date(2025, 11, 1),
        datetime.date(2025, 12, 31),
    )
    assert AuditEvent.objects.get(kind="certification event").operation == "add"


def address_of(event: CertificationEvent) -> str:
    """Where a district sees it."""
    return f"/districts/9012/{event.end_year}/event-certification/{event.pk}/"


@both_events
def test_a_draft_is_published_and_closed(
    desk: Client, clerk: User, event: CertificationEvent
) -> None:
    CertificationEvent.objects.update(status="draft", published_at=None)
    second_client = Client()
    second_client.force_login(clerk)
    assert (
        event.name not in text(second_client.get(HOME))
        and second_client.get(address_of(event)).status_code == 404
    )

    page = desk.get(f"{LIST}{event.pk}/move/published/")
    assert "2 districts see this event" in text(
        page
    ) and "2 districts have no Primary certifier" in text(page)
    assert "What districts will see" in text(
        page
    ) and "I am authorized to certify for [district name]." in text(page)
    for _ in range(2):
        desk.post(f"{LIST}{event.pk}/move/published/", {"seen": seen(page)})
    event.refresh_from_db()
    assert event.status == "published" and event.published_at and event.version == 2
    assert event.name in text(second_client.get(HOME))

    page = desk.get(f"{LIST}{event.pk}/move/closed/")
    assert "Enter the reason" in text(
        desk.post(f"{LIST}{event.pk}/move/closed/", {"seen": seen(page), "reason": ""})
    )
    event.refresh_from_db()
    assert event.status == "published", "without a reason nothing is closed"
    assert "2 districts have not certified and will no longer be able to: 0965, 9012." in text(page)
    assert "0 certifications" not in text(page), "none is named where none is"
    desk.post(f"{LIST}{event.pk}/move/closed/", {"seen": seen(page), "reason": "Year is over"})
    assert event.name not in text(second_client.get(HOME))
    assert desk.get(f"{LIST}{event.pk}/move/draft/").status_code == 404, (
        "a published event is never a draft again"
    )
    assert "Show again" in text(desk.get(f"{LIST}{event.pk}/"))
    entries = [
        (entry.before.get("Status", ""), entry.after.get("Status", ""), entry.reason)
        for entry in AuditEvent.objects.filter(kind="certification event")
    ]
    assert entries == [
        ("Draft", "Published", ""),
        ("Published", "Closed", "Year is over"),
    ]


@both_events
def test_moving_a_date_is_previewed_audited_and_touches_no_signature(
    desk: Client, event: CertificationEvent, superintendent: Certifier
) -> None:
    round_of_event = make_round(event)
    sign(round_of_event, superintendent)
    seal(make_round(event, district="0965"))
    later = event.due + WEEK
    before = (
        list(Signature.objects.values()),
        list(Round.objects.values()),
        Recertification.objects.count(),
        Batch.objects.count(),
    )
    answer = desk.post(f"{LIST}{event.pk}/", form_values(event, due=us(later)))
    words = text(answer)
    assert (
        "Nothing has been saved yet." in words and "2 districts will see this right away" in words
    )
    assert (
        f"Due on {in_words(later)} instead of" in words
        and "1 signature and 1 certification stay as they are." in words
    )
    assert CertificationEvent.objects.get().due == event.due
    change(desk, event, due=us(later))
    assert CertificationEvent.objects.get().due == later
    assert (
        list(Signature.objects.values()),
        list(Round.objects.values()),
        Recertification.objects.count(),
        Batch.objects.count(),
    ) == before
    audit = AuditEvent.objects.get(kind="certification event")
    assert (
        audit.changes == [("Due", us(event.due), us(later))]
        and audit.reason == "Letter of 06/01/2025"
        and audit.by == "HALE, ROBIN"
    )


@both_events
def test_a_due_date_in_the_past_says_who_is_overdue_at_once(
    desk: Client, event: CertificationEvent
) -> None:
    Extension.objects.create(
        event=event,
        district="0965",
        due=event.due + WEEK,
        corrections_until=event.corrections_until,
        reason="Flood",
        by="HALE",
        at=event.published_at,
    )
    words = text(
        desk.post(f"{LIST}{event.pk}/", form_values(event, due=us(event.certification_opens)))
    )
    assert "2 districts have not certified and will be overdue right away." in words
    assert "1 district with an extension keeps the later dates: 0965." in words


@both_events
def test_new_statements_leave_what_was_signed(
    desk: Client, event: CertificationEvent, superintendent: Certifier
) -> None:
    signature = sign(make_round(event), superintendent)
    change(desk, event, statements="I certify for {district}.")
    assert CertificationEvent.objects.get().worded("Cottonwood Bend") == [
        "I certify for Cottonwood Bend."
    ]
    signature.refresh_from_db()
    assert len(signature.statements) == 5


@both_events
def test_what_changed_between_look_and_save_is_shown_first(
    desk: Client, event: CertificationEvent, superintendent: Certifier
) -> None:
    later = us(event.due + WEEK)
    old = seen(desk.post(f"{LIST}{event.pk}/", form_values(event, due=later)))
    sign(make_round(event), superintendent)
    answer = desk.post(
        f"{LIST}{event.pk}/", form_values(event, due=later, seen=old, reason="Letter")
    )
    assert (
        "1 signature and 0 certifications stay" in text(answer)
        and CertificationEvent.objects.get().due == event.due
    )


@both_events
def test_u_72_two_who_change_the_same_event(desk: Client, event: CertificationEvent) -> None:
    change(desk, event, name="First")
    stale = change(desk, event, name="Second")
    assert "Someone else changed this event" in text(stale)
    assert CertificationEvent.objects.get().name == "First"
    fresh = CertificationEvent.objects.get()
    assert "No changes to save" in text(
        desk.post(f"{LIST}{event.pk}/", form_values(fresh), follow=True)
    ), "a double click changes nothing"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"due": "06/20/25"}, "Due must be a date like 06/20/2025"),
        ({"due": ""}, "Enter a date for Due"),
        ({"due": "06/20/9999"}, "Due must be between 2000 and 2099"),
        (
            {"due": "01/01/2026", "corrections_until": "01/01/2025"},
            "Corrections must end on or after the due date.",
        ),
        ({"statements": ""}, "Enter at least one statement"),
        ({"statements": "I certify for {name}"}, "“{name}” is not filled in"),
        ({"statements": "x\n" * 13}, "Enter no more than 12 lines"),
        ({"statements": "x" * 301}, "A line can have up to 300 characters"),
        ({"validation_groups": "none"}, "none"),
        ({"links": "Guide http://opi.example/"}, "must begin with https://"),
        ({"links": "Guide javascript:alert(1)"}, "must begin with https://"),
        ({"links": "https://opi.example/"}, "title of up to 80 characters"),
        ({"links": "A https://a.example/\nA https://b.example/"}, "Two links have the title “A”"),
        ({"name": ""}, "Enter the name"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_its_field(
    values: dict[str, str], message: str, desk: Client
) -> None:
    event = make_event(status="draft", published_at=None, end_year=2025)
    answer = desk.post(f"{LIST}{event.pk}/", form_values(event, **values))
    assert "There is a problem" in text(answer) and escapes.escape(
        message
    ) in answer.content.decode().replace("&quot;", '"')
    assert CertificationEvent.objects.get().version == 1


def test_both_collections_are_offered_each_with_its_own_words(
    desk: Client, event: CertificationEvent
) -> None:
    page = desk.get(f"{LIST}new/").content.decode()
    assert "End of Year CTE Concentrator and Participants" in page and "Fall CTE follow-up" in page
    assert "Every leaver on the list" not in page
    page = desk.get(f"{LIST}new/?collection=cte-fall").content.decode()
    assert "Every leaver on the list" in page
    assert "Fall CTE Follow-up Certification 2023-24" in page, "the class that has left"
    assert f"{LIST}new/?collection=cte-fall" in desk.get(LIST).content.decode()


def test_an_event_asks_for_validation_groups_of_its_own_collection(desk: Client) -> None:
    event = make_event(status="draft", published_at=None)
    own = form_values(event, version=0) | {"validation_groups": []}
    CertificationEvent.objects.all().delete()
    answer = desk.post(f"{LIST}new/", own)
    assert "Choose at least one validation group" in text(answer)
    fall = own | {"collection": "cte-fall", "name": "Fall CTE"}
    answer = desk.post(f"{LIST}new/", fall | {"validation_groups": ["cte-end-of-year"]})
    assert "Choose at least one validation group of Fall CTE" in text(answer)
    both = {"validation_groups": ["cte-end-of-year", "cte-fall-follow-up"]}
    desk.post(f"{LIST}new/", fall | both)
    made = CertificationEvent.objects.get()
    assert (made.collection, made.validation_groups) == ("cte-fall", ["cte-fall-follow-up"])


@both_events
def test_one_event_for_a_collection_and_year_is_said_in_words(
    desk: Client, event: CertificationEvent
) -> None:
    answer = desk.post(f"{LIST}new/", form_values(event, version=0))
    assert "This collection already has an event in that school year." in text(answer)


@both_events
def test_an_extension_is_previewed_given_and_taken_back(
    desk: Client, event: CertificationEvent, clerk: User, superintendent: Certifier
) -> None:
    second_client = Client()
    second_client.force_login(clerk)
    address, later = f"{LIST}{event.pk}/extensions/new/", event.due + WEEK
    later_dates = {
        "district": "9012",
        "due": us(later),
        "corrections_until": us(event.corrections_until),
        "reason": "Flood",
    }
    page = desk.post(address, later_dates)
    assert (
        "9012 Cottonwood Bend: due" in text(page)
        and "21 days left" in text(page)
        and "0 of 1 primary certifier has signed." in text(page)
    )
    assert not Extension.objects.exists()
    desk.post(address, {**later_dates, "seen": seen(page)})
    assert Extension.objects.get().by == "HALE, ROBIN" and "21 days left" in text(
        second_client.get(HOME)
    )
    assert "already has an extension" in text(desk.post(address, later_dates))
    assert "9012 Cottonwood Bend" in text(desk.get(f"{LIST}{event.pk}/"))
    extension_page = f"{LIST}{event.pk}/extensions/9012/"
    for nobody in ("9999", "%00", "x", "²"):
        assert desk.get(f"{LIST}{event.pk}/extensions/{nobody}/").status_code == 404
    page = desk.post(extension_page, {"do": "take-back"})
    assert Extension.objects.exists() and "Nothing has been saved yet." in text(page)
    desk.post(extension_page, {"do": "take-back", "seen": seen(page), "reason": "Water is gone"})
    assert not Extension.objects.exists() and "14 days left" in text(second_client.get(HOME))
    assert [
        (entry.operation, entry.district, entry.reason)
        for entry in AuditEvent.objects.filter(kind="extension")
    ] == [("add", "9012", "Flood"), ("remove", "9012", "Water is gone")]
    assert desk.get(extension_page).status_code == 404


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"district": "965"}, "Write 0965"),
        ({"district": "4444"}, "There is no district with that number"),
        ({"due": "01/01/2025"}, "cannot be earlier than the date for all districts"),
        ({"due": "01/01/2999"}, "must be between 2000 and 2099"),
        ({"reason": ""}, "Enter the reason, such as"),
        ({}, "These are the same dates that all districts have"),
    ],
)
def test_an_extension_that_cannot_be_given(
    values: dict[str, str], message: str, desk: Client, event: CertificationEvent
) -> None:
    later_dates = {
        "district": "9012",
        "due": us(event.due),
        "corrections_until": us(event.corrections_until),
        "reason": "Flood",
        **values,
    }
    assert message in text(desk.post(f"{LIST}{event.pk}/extensions/new/", later_dates))
    assert not Extension.objects.exists()


@both_events
def test_opi_staff_looks_and_districts_do_not(
    client: Client, opi: User, clerk: User, event: CertificationEvent
) -> None:
    client.force_login(opi)
    words = text(client.get(f"{LIST}{event.pk}/"))
    assert us(event.due) in words and "Give an extension" not in words and "Close…" not in words
    assert client.post(f"{LIST}{event.pk}/", form_values(event, name="X")).status_code == 403
    client.force_login(clerk)
    assert client.get(LIST).status_code == 403


def test_the_set_up_list_of_opi_names_the_event(desk: Client) -> None:
    assert "Set what districts certify, and by when." in text(desk.get("/admin/"))
    event = make_event(status="draft", published_at=None)
    assert "The event of 2024-25 is a draft" in text(desk.get("/admin/"))
    CertificationEvent.objects.filter(pk=event.pk).update(
        status="published", published_at="2025-05-01T12:00Z"
    )
    assert "14 days left" in text(desk.get("/admin/"))


@both_events
def test_certifiers_of_a_closed_event_keep_their_signatures(
    desk: Client, event: CertificationEvent, clerk: User
) -> None:
    signature = sign(make_round(event), make_certifier(clerk))
    page = desk.get(f"{LIST}{event.pk}/move/closed/")
    desk.post(f"{LIST}{event.pk}/move/closed/", {"seen": seen(page), "reason": "Over"})
    signature.refresh_from_db()
    assert signature.voided_at is None


@both_events
def test_an_event_is_not_closed_while_a_recertification_is_open(
    desk: Client, event: CertificationEvent, superintendent: Certifier
) -> None:
    round_of_event = make_round(event)
    seal(round_of_event)
    request = make_recertification(round_of_event, by=superintendent.user)
    page = desk.get(f"{LIST}{event.pk}/move/closed/")
    answer = desk.post(f"{LIST}{event.pk}/move/closed/", {"seen": seen(page), "reason": "Over"})
    event.refresh_from_db()
    assert event.is_published and "A recertification is open in 9012" in text(answer)
    request.status, request.ended_at = "withdrawn", timezone.now()
    request.save()
    desk.post(
        f"{LIST}{event.pk}/move/closed/",
        {"seen": seen(desk.get(f"{LIST}{event.pk}/move/closed/")), "reason": "Over"},
    )
    event.refresh_from_db()
    assert not event.is_published


@both_events
def test_g_09_the_bar_of_opis_pages_names_the_event_too(
    desk: Client, event: CertificationEvent
) -> None:
    for address in ("/admin/", LIST, "/opi/audit/"):
        html = desk.get(address).content.decode()
        bar = text(html[html.index('<div class="context">') : html.index('<div class="frame')])
        assert (
            f"Due {event.due:%A, %B} {event.due.day}, {event.due.year} {event.name} – 14 days left"
            in bar
        ), address
    CertificationEvent.objects.filter(pk=event.pk).update(status="draft", published_at=None)
    assert "days left" not in text(desk.get("/opi/audit/"))


def test_a_first_event_offers_statements_and_is_published_without_a_reason(
    client: Client, keeper: User, opi_reference: None
) -> None:
    """walk 26: the attestation had to be invented, and a letter to be named, for the very first
    event.
    """
    client.force_login(keeper)
    page = client.get("/opi/certification-events/new/").content.decode()
    assert "I am authorized to certify for {district}." in page
    event = make_event(status="draft", published_at=None)
    move = f"/opi/certification-events/{event.pk}/move/published/"
    preview = client.get(move).content.decode()
    assert (
        "I am authorized to certify for [district name]." in preview
        and 'name="reason"' not in preview
    )
    seen = escapes.unescape(re.search(r'name="seen" value="([^"]*)"', preview).group(1))  # type: ignore[union-attr]
    assert client.post(move, {"seen": seen}).status_code == 302
    event.refresh_from_db()
    assert event.is_published
    assert (
        'name="reason"'
        in client.get(f"/opi/certification-events/{event.pk}/move/closed/").content.decode()
    ), "a change says why"


@both_events
def test_an_extension_is_given_from_the_districts_own_row(
    client: Client, keeper: User, event: CertificationEvent, cottonwood: District_
) -> None:
    """walk 28: the number had to be typed from memory."""
    Membership.objects.create(user=keeper, role=Role.OPI_STAFF)
    client.force_login(keeper)
    address = f"/opi/certification-events/{event.pk}/extensions/new/?district=9012"
    assert f'href="{address}"' in client.get("/opi/status-board/").content.decode()
    assert 'value="9012"' in client.get(address).content.decode()
