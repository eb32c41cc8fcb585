"""Invited, bound, signed on, asked again, signed, and signed out at both: in Chromium, at a real
identity provider, beside a second certifier with password and app.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from certification.models import Signature
from cte_portal.accounts.models import Invitation, SignOn, User
from cte_portal.accounts.sign_in.sign_on import provider as network
from pathways.models import Student
from tests.browser.conftest import NARROW, Desk
from tests.browser.pages.states import without_violations
from tests.certification.ready import Ready
from tests.fixtures import phone
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.records import District_
from tests.provider.running import CLIENT_ID, SECRET, Provider, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


@pytest.fixture
def provider(desk: Desk, settings: Any) -> Iterator[Provider]:
    with running(desk.url) as provider:
        settings.OIDC_ISSUER = provider.issuer
        settings.OIDC_CLIENT_ID, settings.OIDC_SECRET = CLIENT_ID, SECRET
        settings.PORTAL_ADDRESS = desk.url
        provider.forward_to = desk.url
        network.forget()
        yield provider
        network.forget()


@pytest.fixture
def ready(cottonwood: District_, event: object, clerk: User, kayla: Student) -> Ready:
    ready_case = Ready(cottonwood, event, clerk)  # type: ignore[arg-type]
    ready_case.record(kayla)
    ready_case.prepare()
    return ready_case


def named(page: Page, name: str) -> None:
    """On the provider's own page."""
    expect(page.get_by_role("heading", name="Provider of the tests")).to_be_visible()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Sign in").click()


def stands_on_the_receipt(page: Page, words: str) -> None:
    """On the page, at a telephone's width too, and on what the printer gives."""
    expect(page.get_by_text(words)).to_be_visible()
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    printed = "".join("".join(sheet.extract_text() for sheet in sheets).split())
    assert "".join(words.split()) in printed
    window = page.viewport_size
    page.set_viewport_size(NARROW)
    expect(page.get_by_text(words)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    without_violations(page)
    assert window
    page.set_viewport_size(window)


def test_a_certifier_without_a_password_from_invitation_to_sign_out(
    desk: Desk, provider: Provider, ready: Ready
) -> None:
    person = ready.primary.user
    person.set_unusable_password()
    person.save()
    second = ready.certifier("mreyes2", "Reyes", "Maria").user
    phone.give(second)
    provider.knows("jane", email=person.email, email_verified=True)
    page = desk.open(at=f"/accounts/invitation/{Invitation.objects.make(person.pk, 'LUND, OLA')}/")
    page.get_by_role("button", name="Continue with Montana sign-in").click()
    named(page, "jane")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert SignOn.objects.get().user_id == person.pk

    page.goto(f"/districts/9012/2025/event-certification/{ready.event.pk}/")
    page.get_by_role("button", name="Confirm with Montana sign-in").click()
    named(page, "jane")
    expect(page.get_by_text("Confirmed with Montana sign-in")).to_be_visible()
    for tick in page.get_by_role("group").get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("button", name="Certify & Submit").click()
    expect(page.get_by_text("Signed.").first).to_be_visible()
    assert Signature.objects.get().method == "sso"

    other = desk.open(at="/accounts/sign-in/")
    other.get_by_label("User name").fill(second.username)
    other.get_by_label("Password", exact=True).fill(PASSPHRASE)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.get_by_label("Code from your app").fill(phone.code(-1))
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("button", name="Sign out")).to_be_visible()
    other.goto(f"/districts/9012/2025/event-certification/{ready.event.pk}/")
    for tick in other.get_by_role("group").get_by_role("checkbox").all():
        tick.check()
    other.get_by_label("Code from your authenticator app").fill(phone.code())
    other.get_by_role("button", name="Certify & Submit").click()
    expect(other.get_by_text("Certified under receipt").first).to_be_visible()
    stands_on_the_receipt(other, f"Signed in at {provider.issuer} on ")

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("button", name="Continue with Montana sign-in").click()
    expect(page.get_by_role("heading", name="Provider of the tests")).to_be_visible()


SUBMITS = """address => new Promise(answers => {
  document.addEventListener('securitypolicyviolation', event => answers(event.violatedDirective));
  const form = document.createElement('form');
  form.action = address; form.method = 'post';
  document.body.append(form);
  form.submit();
})"""


def test_11_the_browser_lets_forms_lead_to_the_provider_and_to_nobody_else(
    desk: Desk, provider: Provider, settings: Any
) -> None:
    """The policy follows the setting: the same page, with the next issuer, refuses the old one."""
    page = desk.open(at="/accounts/sign-in/")

    def refused(address: str) -> bool:
        page.goto("/accounts/sign-in/")
        return bool(page.evaluate(SUBMITS, address) == "form-action")

    host, port = provider.issuer.rsplit(":", 1)
    assert refused(f"{host}:{int(port) + 1}/") and refused(f"http://localhost:{port}/")
    page.goto("/accounts/sign-in/")
    page.get_by_role("button", name="Continue with Montana sign-in").click()
    expect(page.get_by_role("heading", name="Provider of the tests")).to_be_visible()
    settings.OIDC_ISSUER = "https://login.example.gov"
    assert refused(f"{provider.issuer}/")
    desk.trap.heard[:] = [line for line in desk.trap.heard if "form-action" not in line]
