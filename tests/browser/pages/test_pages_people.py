"""Pages of people and sign-in in each of their states, and those that everybody sees."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test.utils import override_settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import (
    EmergencyAccount,
    Invitation,
    Membership,
    Role,
    SignOnDuty,
)
from cte_portal.batches.letters.invitations import queue_all
from pathways.demo.districts import PRACTICE
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look
from tests.fixtures import phone
from tests.fixtures.people import PASSPHRASE, person
from tests.fixtures.records import District_

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def practicing(role: Role) -> Callable[[Stage, Page], None]:
    """The practice tour, of somebody with this role in the Practice District."""

    def visit(stage: Stage, page: Page) -> None:
        number = District_(PRACTICE.number, PRACTICE.name).district.number
        Membership.objects.create(user=stage.clerk, role=role, district=number)
        page.goto("/practice-tour/")

    return visit


def wrong_password(stage: Stage, page: Page) -> None:
    page.goto("/accounts/sign-in/")
    page.get_by_label("User name").fill("cmartin")
    page.get_by_label("Password", exact=True).fill("not the passphrase")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def weak_password(stage: Stage, page: Page) -> None:
    page.goto("/accounts/password/")
    for field in page.locator("input[type=password]").all():
        field.fill("short")
    page.get_by_role("button", name=re.compile("[Cc]hange")).first.click()
    page.wait_for_load_state()


def reset_sent(stage: Stage, page: Page) -> None:
    page.goto("/accounts/password/reset/")
    page.locator("input[type=email]").fill("nobody@example.org")
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_load_state()


def something_read(stage: Stage, page: Page) -> None:
    page.goto(stage.address("cte-concentrator", stage.kayla.pk))
    VIEW_LOG.write()
    page.goto(stage.address("views-and-downloads"))
    expect(page.get_by_role("main").get_by_role("link", name="Anderson").first).to_be_visible()


def person_added(stage: Stage, page: Page) -> None:
    page.goto(stage.address("people", "new"))
    for label, value in (
        ("User name", "nlee"),
        ("First name", "Nora"),
        ("Last name", "Lee"),
        ("E-mail address", "nora@example.org"),
    ):
        page.get_by_label(label).fill(value)
    page.get_by_label("Role").select_option("Data Clerk")
    page.get_by_label("E-mail the one-time link").uncheck()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label("One-time link", exact=True)).to_be_visible()


def person_errors(address: str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        page.goto(address)
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()

    return visit


def invited(stage: Stage, page: Page) -> None:
    page.goto(
        f"/accounts/invitation/{Invitation.objects.make(stage.people['nobody'].pk, 'HALE, ROBIN')}/"
    )


def invited_by_a_file(stage: Stage, page: Page) -> None:
    person = stage.people["nobody"]
    made = Invitation.objects.make_unsent([person], "HALE, ROBIN")
    queue_all(made, by=stage.people["keeper"], address="https://portal.example.gov")
    page.goto(f"/opi/people/{person.pk}/")
    expect(page.get_by_text("Invitation by e-mail: Written")).to_be_visible()


def invited_weak(stage: Stage, page: Page) -> None:
    invited(stage, page)
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def second_step(stage: Stage, page: Page) -> None:
    phone.give(stage.clerk)
    page.get_by_label("User name").fill("cmartin")
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()


def second_step_wrong(stage: Stage, page: Page) -> None:
    second_step(stage, page)
    page.get_by_label("Code from your app").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def with_an_app(address: str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        phone.give(stage.clerk)
        page.goto(address)

    return visit


def wrong_code(stage: Stage, page: Page) -> None:
    page.goto("/accounts/security/app/")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def reset_without_a_reason(stage: Stage, page: Page) -> None:
    phone.give(stage.clerk)
    page.goto(stage.address("people", stage.clerk.pk))
    page.get_by_text("Reset the second factor").first.click()
    page.get_by_role("button", name="Reset the second factor").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def with_sign_on(visit: Callable[[Stage, Page], None]) -> Callable[[Stage, Page], None]:
    """The page of a portal that has an identity provider."""

    def visit_there(stage: Stage, page: Page) -> None:
        issuer = "https://login.example.gov"
        with override_settings(OIDC_ISSUER=issuer):
            visit(stage, page)

    return visit_there


def duty_without_a_reason(stage: Stage, page: Page) -> None:
    page.goto("/opi/sign-on/districts/9012/")
    page.get_by_role("button", name="Require Montana sign-in").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def with_an_emergency_account(path: str) -> Callable[[Stage, Page], None]:
    """Of another OPI Administrator, who has no authenticator app; the account's own page where no
    path is given.
    """

    def visit(stage: Stage, page: Page) -> None:
        other = person("rmoss", "Moss", "Rita", (Role.OPI_ADMINISTRATOR, ""))
        EmergencyAccount.objects.create(user=other, since=timezone.now())
        SignOnDuty.objects.create(since=timezone.now())
        page.goto(path or f"/opi/sign-on/emergency/{other.pk}/")

    return visit


STATES: dict[str, list[State]] = {
    "people": [
        State("list", at("/opi/people/"), who="keeper"),
        State("nobody found", at("/opi/people/?find=zzz"), who="keeper"),
    ],
    "person": [
        State("a clerk", at(lambda stage: f"/opi/people/{stage.clerk.pk}/"), who="keeper"),
        State("invited by a file", invited_by_a_file, who="keeper"),
        State(
            "oneself", at(lambda stage: f"/opi/people/{stage.people['keeper'].pk}/"), who="keeper"
        ),
    ],
    "person-new": [
        State("new", at("/opi/people/new/"), who="keeper"),
        State("errors", person_errors("/opi/people/new/"), who="keeper"),
    ],
    "district-people": [
        State("list", at(lambda stage: stage.address("people")), who="administrator")
    ],
    "district-view-events": [
        State("some", something_read, who="administrator"),
        State("nothing", at(lambda stage: stage.address("views-and-downloads")), who="opi"),
        State(
            "bad date",
            at(lambda stage: f"{stage.address('views-and-downloads')}?first=yesterday"),
            who="administrator",
        ),
    ],
    "district-person": [
        State("link shown", person_added, who="administrator"),
        State(
            "a clerk",
            at(lambda stage: stage.address("people", stage.clerk.pk)),
            who="administrator",
        ),
        State("reset without a reason", reset_without_a_reason, who="administrator"),
    ],
    "district-person-new": [
        State("errors", person_errors("/districts/9012/2025/people/new/"), who="administrator")
    ],
    "invitation": [
        State("ask", invited, who=""),
        State("weak password", invited_weak, who=""),
        State("with single sign-on", with_sign_on(invited), who=""),
    ],
    "invitation-link": [State("spent", at("/accounts/invitation/spent/"), who="")],
    "screens": [State("all", at("/screens/")), State("none", at("/screens/?find=zzz"))],
    "account_login": [
        State("empty", at("/accounts/sign-in/"), who=""),
        State("wrong password", wrong_password, who=""),
        State("with single sign-on", with_sign_on(at("/accounts/sign-in/")), who=""),
    ],
    "sign-on-confirm": [State("ask", with_sign_on(at("/accounts/sign-on/confirm/")))],
    "sign-on-duties": [
        State("no provider", at("/opi/sign-on/"), who="keeper"),
        State("districts", with_sign_on(with_an_emergency_account("/opi/sign-on/")), who="keeper"),
        State("none match", with_sign_on(at("/opi/sign-on/?find=zzz")), who="keeper"),
    ],
    "sign-on-duty": [
        State("not connected", with_sign_on(at("/opi/sign-on/districts/9012/")), who="keeper"),
        State("without a reason", with_sign_on(duty_without_a_reason), who="keeper"),
    ],
    "sign-on-duty-of-all": [
        State("preview", with_sign_on(at("/opi/sign-on/everybody/")), who="keeper")
    ],
    "emergency-account-new": [
        State("ask", with_sign_on(at("/opi/sign-on/emergency/")), who="keeper")
    ],
    "emergency-account": [
        State("preview", with_sign_on(with_an_emergency_account("")), who="keeper")
    ],
    "sign-on-answer": [
        State("not asked for", with_sign_on(at("/accounts/sign-on/answer/")), who="")
    ],
    "account_logout": [State("ask", at("/accounts/sign-out/"))],
    "account_reauthenticate": [State("ask", at("/accounts/confirm/"))],
    "account_change_password": [
        State("ask", at("/accounts/password/")),
        State("weak password", weak_password),
    ],
    "mfa_authenticate": [
        State("ask", second_step, who=""),
        State("wrong code", second_step_wrong, who=""),
    ],
    "mfa_reauthenticate": [State("ask", with_an_app("/accounts/confirm/code/"))],
    "mfa_index": [
        State("no app", at("/accounts/security/")),
        State("with an app", with_an_app("/accounts/security/")),
        State("single sign-on", with_sign_on(at("/accounts/security/"))),
    ],
    "mfa_activate_totp": [
        State("picture", at("/accounts/security/app/")),
        State("wrong code", wrong_code),
    ],
    "mfa_deactivate_totp": [State("ask", with_an_app("/accounts/security/app/remove/"))],
    "mfa_view_recovery_codes": [State("codes", with_an_app("/accounts/security/recovery-codes/"))],
    "mfa_generate_recovery_codes": [
        State("ask", with_an_app("/accounts/security/recovery-codes/new/"))
    ],
    "account_reset_password": [State("ask", at("/accounts/password/reset/"), who="")],
    "account_reset_password_done": [State("sent", reset_sent, who="")],
    "account_reset_password_from_key": [
        State("spent link", at("/accounts/password/reset/key/1-set-password/"), who="")
    ],
    "account_reset_password_from_key_done": [
        State("done", at("/accounts/password/reset/done/"), who="")
    ],
    "districts": [
        State("two districts", at("/districts/"), who="opi"),
        State("no match", at("/districts/?find=zzz"), who="opi"),
        State("no role", at("/districts/"), who="nobody"),
    ],
    "practice-tour": [
        State("no Practice District", at("/practice-tour/")),
        State("its clerk", practicing(Role.DATA_CLERK)),
        State("its viewer", practicing(Role.VIEWER)),
    ],
    "cte-lingo": [State("page", at("/cte-lingo/"))],
    "help": [State("page", at("/help/"), who="")],
}


@each(STATES)
def test_g_01_g_05_a_page_in_a_state_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
