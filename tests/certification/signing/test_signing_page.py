"""Certify & Submit in the browser's terms: pressed twice, with the wrong password, with a code, too
early, too late, at the wrong address.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from certification.models import CertificationEvent, Certifier, Signature
from certification.signing.gates import GATES, verdicts
from cte_portal.accounts.models import User
from pathways.models import CollectionLock, Student
from tests.certification.either import COLLECTIONS, both, ready
from tests.certification.ready import Ready
from tests.fixtures import phone
from tests.fixtures.certification import make_certifier, make_event
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.records import District_
from tests.pathways.desk import text

__all__ = ["ready"]
pytestmark = [pytest.mark.django_db(databases=["default", "state"]), both]


class Page:
    """The event's page as one certifier has it open."""

    def __init__(self, ready: Ready, user: User) -> None:
        self.ready, self.user, self.client = ready, user, Client()
        self.client.force_login(user)
        self.path = ready.path

    def markup(self) -> str:
        return self.client.get(self.path).content.decode()

    def filled(self, **values: Any) -> dict[str, Any]:
        """The form as it is on the page, every statement ticked, with the password."""
        page = self.markup()
        ticks = dict.fromkeys(re.findall(r'name="(statement_\d+|nothing_to_report)"', page), "on")
        (digest,) = re.findall(r'name="digest" value="([0-9a-f]{64})"', page)
        return {"digest": digest, **ticks, "proof": PASSPHRASE, **values}

    def press(self, data: dict[str, Any] | None = None, **values: Any) -> Any:
        answer = self.client.post(self.path, self.filled(**values) if data is None else data)
        assert answer.status_code in (200, 302), answer.status_code
        return answer

    def text_of(self, answer: Any) -> str:
        return text(self.client.get(answer["Location"]) if answer.status_code == 302 else answer)


@pytest.fixture
def desk(ready: Ready) -> Page:
    return Page(ready, ready.primary.user)


def test_signed_with_the_password(desk: Page) -> None:
    answer = desk.press()
    assert answer.status_code == 302 and desk.ready.receipt in desk.text_of(answer)
    assert Signature.objects.get().method == "password" and desk.ready.copies.exists()


def test_a_certified_event_names_who_signed_as_they_signed(desk: Page, second_clerk: User) -> None:
    """Whoever becomes a certifier later has signed nothing, and nobody signed at another level."""
    desk.press()
    Certifier.objects.update(level="secondary")
    make_certifier(second_clerk)
    words = text(desk.client.get(desk.path))
    assert f"{desk.ready.primary.name} Primary, you Signed" in words
    assert second_clerk.record_name not in words
    signed = desk.ready.primary.name
    User.objects.filter(pk=desk.ready.primary.user_id).update(last_name="Newly-Wed")
    words = text(desk.client.get(desk.path))
    assert f"{signed} Primary, you Signed" in words, "as the receipt has it"


@pytest.mark.parametrize("primaries", [1, 2])
def test_c_13_pressed_twice_is_one_signature(primaries: int, desk: Page) -> None:
    if primaries == 2:
        desk.ready.certifier("mreyes2", "Reyes", "Maria")
    data = desk.filled()
    assert desk.press(data).status_code == 302
    again = desk.text_of(desk.press(data))
    assert (
        "You already signed." if primaries == 2 else "This collection is already certified."
    ) in again
    assert Signature.objects.count() == 1 and desk.ready.copies.count() == (
        1 if primaries == 1 else 0
    )


def test_a_wrong_password_leaves_the_ticks_and_says_so(desk: Page) -> None:
    answer = desk.press(proof="four quiet rivers bent")
    markup = answer.content.decode()
    assert (
        answer.status_code == 200
        and "This is not your password" in markup
        and re.search(r"<title>\s*Error: ", markup)
    )
    ticks = re.findall(r'<input type="checkbox"[^>]*name="statement_\d+"[^>]*>', markup)
    assert ticks and all("checked" in tick for tick in ticks)
    assert "four quiet rivers bent" not in markup and not Signature.objects.exists()


def test_a_wrong_password_is_not_tried_without_end(desk: Page) -> None:
    data = desk.filled(proof="wrong")
    for _ in range(5):
        desk.press(data)
    answer = desk.press({**data, "proof": PASSPHRASE})
    assert "Too many failed attempts" in desk.text_of(answer) and not Signature.objects.exists()


def test_who_has_the_app_signs_with_a_code_and_each_code_once(desk: Page) -> None:
    desk.ready.certifier("mreyes2", "Reyes", "Maria")
    phone.give(desk.user)
    assert "Code from your authenticator app" in desk.markup()
    assert (
        "incorrect" in desk.text_of(desk.press(proof=PASSPHRASE)) and not Signature.objects.exists()
    )
    data = desk.filled(proof=phone.code())
    assert desk.press(data).status_code == 302 and Signature.objects.get().method == "totp"
    assert "already used" in desk.text_of(desk.press(data)) and Signature.objects.count() == 1


def test_a_code_that_signed_in_one_place_does_not_sign_in_another(desk: Page) -> None:
    """Seen over the shoulder and typed at another desk, it is spent."""
    second = desk.ready.certifier("mreyes2", "Reyes", "Maria")
    phone.give(desk.user)
    code = phone.code()
    desk.press(proof=code)
    second_page = Page(desk.ready, second.user)
    assert (
        "not your password" in second_page.text_of(second_page.press(proof=code))
        and Signature.objects.count() == 1
    )


def test_a_code_is_not_spent_on_a_page_that_cannot_be_signed(desk: Page) -> None:
    phone.give(desk.user)
    data = desk.filled(proof=phone.code())
    missing = {name: value for name, value in data.items() if name != "statement_0"}
    assert "Check the statement" in desk.text_of(desk.press(missing))
    assert "have changed since you opened this page" in desk.text_of(
        desk.press({**data, "digest": "0" * 64})
    )
    assert desk.press(data).status_code == 302 and desk.ready.copies.exists()


def test_figures_that_changed_since_the_page_was_opened_are_looked_at_again(
    desk: Page, kayla: Student
) -> None:
    data = desk.filled()
    desk.ready.change(kayla, in_district_credits=Decimal("1.75"))
    desk.ready.bring()
    answer = desk.press(data)
    assert (
        "have changed since you opened this page" in desk.text_of(answer)
        and not Signature.objects.exists()
    )
    assert desk.ready.case().digest in answer.content.decode(), "the page shows them now"
    assert desk.press().status_code == 302


def test_what_is_missing_is_named_all_at_once(desk: Page, kayla: Student) -> None:
    desk.ready.change(kayla, in_district_credits=Decimal("2.50"))
    answer = desk.press({})
    text = desk.text_of(answer)
    closed = [gate.problem for gate in GATES if gate.slug in desk.ready.not_sent]
    assert len(closed) == 2
    for words in (
        *closed,
        "Enter your password",
        "Check the statement",
    ):
        assert words in text, words
    assert not Signature.objects.exists() and not desk.ready.rounds.exists()


def test_advice_is_not_counted_with_what_must_be_ready(desk: Page, kayla: Student) -> None:
    desk.ready.change(kayla, in_district_credits=Decimal("2.50"))
    needed = [verdict for verdict in verdicts(desk.ready.case()) if not verdict.is_advice]
    assert f"Before you sign: 2 of {len(needed)} are not ready" in text(desk.client.get(desk.path))


def test_missing_gates_are_named_before_a_password_is_weighed(desk: Page, kayla: Student) -> None:
    data = desk.filled()
    desk.ready.change(kayla, single_parent=True)
    text = desk.text_of(desk.press(data))
    assert desk.ready.one_change in text and not Signature.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"digest": "x" * 5000},
        {"digest": "\x00"},
        {"proof": "\x00"},
        {"proof": "x" * 100_000},
        {"digest": ["a", "b"], "proof": ["a", "b"]},
        {"statement_99": "on", "do": "seal"},
    ],
)
def test_whatever_is_sent_is_answered(values: dict[str, Any], desk: Page) -> None:
    answer = desk.press(**values)
    if "statement_99" not in values:
        assert answer.status_code == 200 and not Signature.objects.exists()


def test_another_event_or_district_is_not_there(
    desk: Page, elsewhere: District_, stranger: User
) -> None:
    data = desk.filled()
    event, year = desk.ready.event, desk.ready.scope.end_year
    (other,) = set(COLLECTIONS) - {event.collection}
    beside = CertificationEvent.objects.filter(collection=other, end_year=year)
    draft = beside.first() or make_event(name="Beside it", collection=other, end_year=year)
    beside.update(status="draft", published_at=None)
    earlier = make_event(name="Earlier", collection=event.collection, end_year=year - 1)
    for path in (
        desk.path.replace("9012", "0965"),
        desk.path.replace("9012", "4444"),
        desk.path.replace(f"/{year}/", f"/{year - 1}/"),
        desk.path.replace(f"/{desk.ready.event.pk}/", f"/{draft.pk}/"),
        desk.path.replace(f"/{desk.ready.event.pk}/", f"/{earlier.pk}/"),
        desk.path.replace(f"/{desk.ready.event.pk}/", "/99999999999999999999/"),
    ):
        assert desk.client.post(path, data).status_code == 404, path
    assert not Signature.objects.exists()


def test_c_20_nobody_signs_for_somebody_else(
    desk: Page, clerk: User, opi: User, viewer: User, stranger: User, elsewhere: District_
) -> None:
    data = desk.filled()
    make_certifier(stranger, district="0965")
    for user in (clerk, opi, viewer):
        answer = Page(desk.ready, user).press(data)
        assert "You are not an active certifier of this district." in text(answer)
    second_client = Client()
    second_client.force_login(stranger)
    assert second_client.post(desk.path, data).status_code == 404
    assert Client().post(desk.path, data).status_code == 302
    assert not Signature.objects.exists() and not CollectionLock.objects.exists()


def test_c_19_a_role_that_was_taken_away_while_the_page_was_open(desk: Page) -> None:
    data = desk.filled()
    desk.user.memberships.all().delete()
    assert desk.client.post(desk.path, data).status_code == 404
    assert not Signature.objects.exists()


def test_c_32_an_event_that_was_closed_while_the_page_was_open(desk: Page) -> None:
    data, event = desk.filled(), desk.ready.event
    event.status, event.closed_at = "closed", event.published_at
    event.save()
    text = desk.client.post(desk.path, data)
    assert text.status_code in (200, 404) and not Signature.objects.exists()
