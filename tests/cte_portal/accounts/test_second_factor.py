"""The authenticator app: set up, asked for at sign-in, required where the portal says so, reset by
an administrator (S-07).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import qrcode
import time_machine
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client

from cte_portal.accounts.models import AuditEvent, Invitation, KeptForm, Role, User
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from cte_portal.refusals import Refusal
from pathways.models import Participation, Student
from tests.cte_portal.test_set_up import PRODUCTION, manage
from tests.fixtures import phone
from tests.fixtures.people import PASSPHRASE, person
from tests.fixtures.records import District_
from tests.pathways import desk
from tests.pathways.desk import text

START = datetime.datetime(2025, 5, 8, 18, 0, 5, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
SIGN_IN, CODE, APP, SECURITY = (
    "/accounts/sign-in/",
    "/accounts/sign-in/code/",
    "/accounts/security/app/",
    "/accounts/security/",
)
CODES = f"{SECURITY}recovery-codes/"


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def sign_in(client: Client, username: str = "cmartin", password: str = PASSPHRASE) -> Any:
    return client.post(SIGN_IN, {"login": username, "password": password})


def enter(client: Client, code: str) -> Any:
    return client.post(CODE, {"code": code})


def inside(client: Client) -> bool:
    return client.get(SECURITY).status_code == 200


def set_up(client: Client) -> str:
    """Through the page; the secret it showed comes back."""
    page = client.get(APP).content.decode()
    match = re.search(r"<b>((?:[A-Z2-7]{4} ?){8})</b>", page)
    assert match
    secret = match[1].replace(" ", "")
    assert client.post(APP, {"code": phone.code(secret=secret)})["Location"] == CODES
    return secret


def test_the_app_is_set_up_and_asked_for_at_the_next_sign_in(
    client: Client, clerk: User, clock: Any
) -> None:
    sign_in(client)
    assert "Not set up" in text(client.get(SECURITY))
    secret = set_up(client)
    kept = text(client.get(CODES))
    assert len(re.findall(r"\b\d{8}\b", kept)) == 10 and "10 of 10 left" in kept
    assert "Authenticator app" in text(client.get(SECURITY))
    client.post("/accounts/sign-out/")
    assert sign_in(client)["Location"] == CODE
    assert not inside(client), "the password alone opens nothing"
    assert "Now enter your code" in text(client.get(CODE))
    clock.shift(MINUTE)
    assert enter(client, phone.code(secret=secret)).status_code == 302
    assert inside(client)
    assert [event.changes for event in AuditEvent.objects.filter(kind="person")] == [
        [("Second factor", "none", "authenticator app")]
    ]


def test_the_picture_holds_what_the_app_needs_and_no_style(client: Client, clerk: User) -> None:
    sign_in(client)
    answer = client.get(APP)
    page = answer.content.decode()
    svg = re.search(r"<svg role=\"img\".*?</svg>", page, re.DOTALL)
    secret = answer.context["form"].secret
    assert svg and "style" not in svg[0] and "data:" not in page
    code = qrcode.QRCode(border=4)
    code.add_data(f"otpauth://totp/cmartin?secret={secret}&issuer={quote('CTE Portal')}")
    dark = {(x, y) for y, row in enumerate(code.get_matrix()) for x, dot in enumerate(row) if dot}
    assert {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg[0])} == dark
    assert secret not in client.get(SECURITY).content.decode()


def test_a_wrong_code_sets_nothing_up_and_the_picture_stays(client: Client, clerk: User) -> None:
    sign_in(client)
    secret = client.get(APP).context["form"].secret
    for wrong in ("000000", "", "abc", "१२३४५६", "x" * 5000, "a\0b"):
        answer = client.post(APP, {"code": wrong})
        assert answer.status_code == 200 and "There is a problem" in text(answer)
        assert answer.context["form"].secret == secret and (
            len(wrong) < 6 or wrong not in answer.content.decode()
        )
    assert not phone.has(clerk)


def test_setting_up_twice_leaves_one_app_and_ends_other_sessions(
    client: Client, clerk: User
) -> None:
    other = Client()
    sign_in(other)
    sign_in(client)
    secret = set_up(client)
    assert client.post(APP, {"code": phone.code(secret=secret)})["Location"] == SECURITY
    assert clerk.authenticator_set.filter(type="totp").count() == 1
    assert inside(client) and not inside(other)


def test_s_07_the_code_that_set_the_app_up_does_not_sign_in(
    client: Client, clerk: User, clock: Any
) -> None:
    sign_in(client)
    secret = set_up(client)
    cache.clear()
    other = Client()
    sign_in(other)
    assert "already used" in text(enter(other, phone.code(secret=secret)))
    clock.shift(MINUTE)
    assert enter(other, phone.code(secret=secret)).status_code == 302


@pytest.mark.parametrize("emptied", [False, True])
def test_s_07_a_code_is_used_once_even_if_the_cache_forgets(
    emptied: bool, client: Client, clerk: User, clock: Any
) -> None:
    phone.give(clerk)
    used, older = phone.code(), phone.code(-1)
    sign_in(client)
    enter(client, used)
    assert inside(client)
    clock.shift(datetime.timedelta(seconds=20))
    for again in (used, older):
        if emptied:
            cache.clear()
        thief = Client()
        sign_in(thief)
        assert enter(thief, again).status_code == 200 and not inside(thief)
    thief = Client()
    sign_in(thief)
    assert enter(thief, phone.code(1)).status_code == 302, "the next one is as good as any"


def test_a_clock_may_be_half_a_minute_off_and_no_more(clerk: User) -> None:
    phone.give(clerk)
    for later, accepted in ((-2, False), (2, False), (-1, True), (1, True)):
        client = Client()
        sign_in(client)
        enter(client, f" {phone.code(later)[:3]} {phone.code(later)[3:]} ")
        assert inside(client) == accepted, later


def test_s_07_guessing_is_slowed_down_and_never_locks_for_good(
    client: Client, clerk: User, clock: Any
) -> None:
    phone.give(clerk)
    sign_in(client)
    for _ in range(5):
        assert "incorrect" in text(enter(client, "000000"))
    assert "Too many failed attempts" in text(enter(client, phone.code()))
    assert not inside(client)
    clock.shift(15 * MINUTE + datetime.timedelta(seconds=5))
    sign_in(client)
    assert enter(client, phone.code()).status_code == 302 and inside(client)


def test_a_recovery_code_gets_in_once(client: Client, clerk: User) -> None:
    first, second, *_ = phone.give(clerk)
    sign_in(client)
    assert enter(client, first).status_code == 302 and inside(client)
    again = Client()
    sign_in(again)
    assert enter(again, first).status_code == 200 and not inside(again)
    assert enter(again, second).status_code == 302 and inside(again)
    assert "8 codes left" in text(client.get(SECURITY)) and "8 of 10 left" in text(
        client.get(CODES)
    )
    download = client.get(f"{CODES}file/")
    assert (
        first not in download.content.decode()
        and "attachment" in download["Content-Disposition"]
        and download["Content-Type"] == "text/plain"
    )


def test_new_recovery_codes_end_the_old_ones(client: Client, clerk: User) -> None:
    old = phone.give(clerk)
    client.force_login(clerk)
    assert "no longer work" in text(client.get(f"{CODES}new/"))
    page = text(client.post(f"{CODES}new/", follow=True))
    assert not any(code in page for code in old) and "10 of 10 left" in page
    assert AuditEvent.objects.get().after == {"Recovery codes": "replaced"}


def test_without_an_app_there_are_no_recovery_codes(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert (
        client.get(CODES).status_code
        == client.get(f"{CODES}file/").status_code
        == client.get(f"{APP}remove/").status_code
        == 404
    )
    assert "Set one up first" in text(client.post(f"{CODES}new/"))


def test_the_app_is_removed_after_a_code_where_it_is_not_required(
    client: Client, clerk: User, clock: Any
) -> None:
    phone.give(clerk)
    client.force_login(clerk)
    client.get(SECURITY)
    clock.shift(16 * MINUTE)
    page = client.get(f"{APP}remove/")
    assert page["Location"] == f"/accounts/confirm/code/?next={quote(APP, safe='')}remove%2F", (
        "who signed in long ago says so again, by code"
    )
    assert client.get("/accounts/confirm/")["Location"].startswith("/accounts/confirm/code/"), (
        "and not by password"
    )
    assert "incorrect" in text(client.post(page["Location"], {"code": "000000"}))
    assert (
        client.post(page["Location"], {"code": phone.code(), "next": f"{APP}remove/"})["Location"]
        == f"{APP}remove/"
    )
    client.post(f"{APP}remove/")
    assert not clerk.authenticator_set.exists(), "recovery codes end with it"
    assert AuditEvent.objects.get().before == {"Second factor": "authenticator app"}


def test_s_07_neither_a_letter_nor_a_one_time_link_removes_the_factor(
    client: Client, clerk: User
) -> None:
    phone.give(clerk)
    secret = Invitation.objects.make(clerk.pk, "HALE, ROBIN")
    client.get(f"/accounts/invitation/{secret}/")
    chosen = {"password1": "seven slow herons wade", "password2": "seven slow herons wade"}
    assert client.post("/accounts/invitation/", chosen)["Location"] == CODE
    assert not inside(client) and phone.has(clerk)
    assert enter(client, phone.code()).status_code == 302 and inside(client)


def test_the_code_page_belongs_to_a_sign_in(client: Client, clerk: User) -> None:
    assert (
        client.get(CODE)["Location"] == client.post(CODE, {"code": "000000"})["Location"] == SIGN_IN
    )
    assert sign_in(client).status_code == 302 and inside(client), "nobody is asked who has no app"
    assert client.get(CODE).status_code == 302


@pytest.mark.parametrize(
    ("given", "required"),
    [({}, "False"), (PRODUCTION, "True"), ({**PRODUCTION, "REQUIRE_MFA": "false"}, "False")],
)
def test_production_requires_it_unless_told_otherwise(given: dict[str, str], required: str) -> None:
    printed = manage(
        "shell",
        "--no-imports",
        "-c",
        "from django.conf import settings; print(settings.REQUIRE_MFA)",
        **given,
    )
    assert printed.stdout.split() == [required], printed.stderr


@pytest.fixture
def required(settings: Any) -> None:
    settings.REQUIRE_MFA = True


@pytest.mark.usefixtures("required")
class TestRequired:
    def test_who_has_none_sets_it_up_before_any_other_page(
        self, client: Client, clerk: User, cottonwood: District_
    ) -> None:
        sign_in(client)
        for page in (
            "/",
            "/districts/",
            "/districts/9012/2025/",
            "/cte-lingo/",
            SECURITY,
            "/accounts/password/",
            CODES,
            "/nowhere/",
        ):
            assert client.get(page).status_code in (302, 404) and (
                page == "/nowhere/" or client.get(page)["Location"] == APP
            ), page
        assert client.get("/districts/", headers={"HX-Request": "true"})["HX-Redirect"] == APP
        assert (
            client.get("/help/").status_code == client.get("/accounts/sign-out/").status_code == 200
        )
        assert (
            client.post("/session/stay/", headers={"X-Requested-With": "fetch"}).status_code == 204
        )
        assert "This portal requires a second factor." in text(client.get(APP))
        set_up(client)
        assert client.get("/districts/9012/2025/").status_code == 200

    def test_what_was_typed_is_kept_and_it_is_said_why(
        self, client: Client, clerk: User, cottonwood: District_, kayla: Student
    ) -> None:
        record = cottonwood.record(kayla)
        sign_in(client)
        address = f"/districts/9012/2025/cte-concentrator/{kayla.pk}/{record.pathway_id}/"
        typed = {
            **desk.TYPED,
            "in_district_credits": "1.75",
            "version": "1",
            "proof": "secret",
            "password": "secret",
        }
        page = client.post(address, typed, follow=True)
        assert (
            "Nothing was saved. What you typed is kept" in text(page)
            and page.redirect_chain[-1][0] == APP
        )
        assert Participation.objects.get().version == 1
        assert not {"proof", "password", "csrfmiddlewaretoken"} & set(KeptForm.objects.get().fields)
        set_up(client)
        assert 'value="1.75"' in client.get(address).content.decode()

    def test_it_cannot_be_removed(self, client: Client, clerk: User) -> None:
        phone.give(clerk)
        client.force_login(clerk)
        for answer in (client.get(f"{APP}remove/"), client.post(f"{APP}remove/")):
            assert "cannot be removed" in text(answer)
        assert phone.has(clerk) and "remove/" not in client.get(SECURITY).content.decode()

    def test_who_was_reset_sets_it_up_anew(
        self, client: Client, clerk: User, administrator: User
    ) -> None:
        phone.give(clerk)
        sign_in(client)
        enter(client, phone.code())
        people.reset_second_factor(Authority(administrator, "9012"), clerk, "Lost phone")
        assert client.get("/districts/").status_code == 302, "signed out at once"
        sign_in(client)
        assert client.get("/districts/")["Location"] == APP


def test_a_typed_code_is_never_kept_when_the_session_has_ended(
    client: Client, clerk: User, clock: Any
) -> None:
    recovery = phone.give(clerk)[0]
    client.force_login(clerk)
    client.get(SECURITY)
    clock.shift(31 * MINUTE)
    client.post("/accounts/confirm/code/", {"code": recovery})
    assert not KeptForm.objects.exists()


def test_an_administrator_resets_with_a_reason(
    client: Client, clerk: User, administrator: User
) -> None:
    client.force_login(administrator)
    page = f"/districts/9012/2025/people/{clerk.pk}/"
    assert "Reset the second factor" not in text(client.get(page))
    assert "no second factor" in text(
        client.post(page, {"do": "factor", "reason": "x", "proof": PASSPHRASE})
    )
    phone.give(clerk)
    assert "Reset the second factor" in text(client.get(page))
    assert "Enter a reason" in text(
        client.post(page, {"do": "factor", "reason": " ", "proof": PASSPHRASE})
    ) and phone.has(clerk)
    client.post(page, {"do": "factor", "reason": "Lost phone, called back", "proof": PASSPHRASE})
    assert not clerk.authenticator_set.exists()
    event = AuditEvent.objects.get()
    assert (event.by, event.reason, event.district) == (
        "REYES, ANA",
        "Lost phone, called back",
        "9012",
    )
    assert event.changes == [("Second factor", "authenticator app", "none")]
    assert "Lost phone, called back" in text(client.get(page))


def test_nobody_resets_above_the_own_role_elsewhere_or_for_herself(
    client: Client, clerk: User, administrator: User, stranger: User, keeper: User, opi: User
) -> None:
    both = person("both", "Both", "Bea", (Role.DATA_CLERK, "9012"), (Role.OPI_STAFF, ""))
    for account in (clerk, administrator, stranger, keeper, both):
        phone.give(account)
    client.force_login(administrator)
    for account, answer in ((both, 403), (administrator, 403), (stranger, 404), (keeper, 404)):
        assert (
            client.post(
                f"/districts/9012/2025/people/{account.pk}/",
                {"do": "factor", "reason": "x", "proof": PASSPHRASE},
            ).status_code
            == answer
        )
    for authority, account in (
        (Authority(administrator), clerk),
        (Authority(opi), clerk),
        (Authority(clerk, "9012"), administrator),
    ):
        with pytest.raises(PermissionDenied):
            people.reset_second_factor(authority, account, "x")
    assert (
        all(phone.has(account) for account in (clerk, administrator, stranger, keeper, both))
        and not AuditEvent.objects.exists()
    )
    people.reset_second_factor(Authority(keeper), administrator, "New phone")
    with pytest.raises(Refusal, match="no second factor"):
        people.reset_second_factor(Authority(keeper), administrator, "New phone")


def test_start_again_leads_back_to_the_password(client: Client, clerk: User) -> None:
    phone.give(clerk)
    sign_in(client)
    assert "Start again" in text(client.get(CODE))
    assert client.get(SIGN_IN).status_code == 200
    assert client.get(CODE)["Location"] == SIGN_IN
