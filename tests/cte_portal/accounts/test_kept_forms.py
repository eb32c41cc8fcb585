"""What is typed when a session ends comes back where it is promised, to the same person, and is
sent by nobody but the person (G-23).
"""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import AuditEvent, KeptForm, Role, User
from pathways.models import Pathway
from tests.fixtures.people import PASSPHRASE, person
from tests.fixtures.records import District_
from tests.fixtures.signed_out import cut_off, send_too_late, session_over, sign_in
from tests.pathways.desk import text

HERE = "/districts/9012/2025/people/"
NEW = {
    "username": "nlee",
    "first_name": "Nora",
    "last_name": "Lee",
    "email": "nora@example.org",
    "role": "data-clerk",
}
BACK = "What you typed is back."
PROMISE, WARNING = "What you typed is kept.", "Anything not saved by then will be lost."


def test_a_person_who_was_typed_is_back_and_not_added(client: Client, administrator: User) -> None:
    page = cut_off(client, administrator, f"{HERE}new/", NEW)
    assert (
        BACK in page
        and 'value="nora@example.org"' in page
        and re.search(r'value="data-clerk"\s+selected', page)
    )
    assert not User.objects.filter(username="nlee").exists() and not AuditEvent.objects.exists()
    assert 'value="nlee"' in client.get(f"{HERE}new/").content.decode(), (
        "looking at it does not lose it"
    )
    client.post(f"{HERE}new/", NEW)
    assert User.objects.filter(username="nlee").exists() and not KeptForm.objects.exists()
    assert BACK not in client.get(f"{HERE}new/").content.decode()


def test_a_zero_byte_is_kept_as_a_mark(client: Client, administrator: User) -> None:
    """Which PostgreSQL could not keep."""
    page = cut_off(client, administrator, f"{HERE}new/", {**NEW, "first_name": "No\x00ra"})
    assert BACK in page and 'value="No\ufffdra"' in page


@pytest.mark.parametrize(
    ("method", "address", "headers"),
    [
        ("get", "/news/", {"HX-Request": "true", "X-News": "true"}),
        ("post", "/session/stay/", {"X-Requested-With": "fetch"}),
        ("get", "/districts/", {}),
    ],
    ids=["news", "a-key", "another-window"],
)
def test_whatever_meets_the_end_first_what_is_sent_after_it_is_kept(
    method: str, address: str, headers: dict[str, str], client: Client, administrator: User
) -> None:
    """A page asks for news by itself, and another window may be opened again."""
    session_over(client, administrator)
    getattr(client, method)(address, headers=headers)
    answer = client.post(f"{HERE}new/", NEW)
    assert PROMISE in text(client.get(answer["Location"]))
    page = sign_in(client, administrator, answer["Location"]).content.decode()
    assert BACK in page and 'value="nora@example.org"' in page
    KeptForm.objects.all().delete()
    client.post(reverse("account_logout"))
    client.post(f"{HERE}new/", NEW)
    assert not KeptForm.objects.exists(), "who signed out has nothing kept"


def test_a_window_that_was_open_before_the_person_signed_in_again_loses_nothing(
    administrator: User,
) -> None:
    """Its token is of the sign-in before."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    token = str(client.get(f"{HERE}new/").context["csrf_token"])
    again = {"login": administrator.username, "password": PASSPHRASE}
    client.post(reverse("account_logout"), {"csrfmiddlewaretoken": token})
    there = str(client.get("/accounts/sign-in/").context["csrf_token"])
    assert (
        client.post("/accounts/sign-in/", {**again, "csrfmiddlewaretoken": there}).status_code
        == 302
    )
    typed = {**NEW, "csrfmiddlewaretoken": token}
    own = {"Sec-Fetch-Site": "same-origin"}
    assert (
        client.post(f"{HERE}new/", typed, headers={"Sec-Fetch-Site": "cross-site"}).status_code
        == 403
    )
    assert not KeptForm.objects.exists()
    page = client.post(f"{HERE}new/", typed, headers=own, follow=True).content.decode()
    assert BACK in page and 'value="nora@example.org"' in page
    assert not User.objects.filter(username="nlee").exists()
    refused = client.post("/districts/", {"csrfmiddlewaretoken": token}, headers=own)
    assert refused.status_code == 403 and "This form is too old" in refused.content.decode()


def test_a_window_that_another_person_left_open_is_nobody_elses(
    administrator: User, clerk: User
) -> None:
    """Two people at one browser: what the first typed is not given to the second, who would send
    it by her own name.
    """
    client = Client(enforce_csrf_checks=True)

    def signed_in(person: User) -> str:
        token = str(client.get("/accounts/sign-in/").context["csrf_token"])
        proof = {"login": person.username, "password": PASSPHRASE, "csrfmiddlewaretoken": token}
        assert client.post("/accounts/sign-in/", proof).status_code == 302
        return str(client.get("/accounts/2fa/").context["csrf_token"])

    left_open = signed_in(clerk)
    client.post(reverse("account_logout"), {"csrfmiddlewaretoken": left_open})
    signed_in(administrator)
    own = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post(
        f"{HERE}new/", {**NEW, "csrfmiddlewaretoken": left_open}, headers=own, follow=True
    )
    assert answer.status_code == 403 and "This form is too old" in text(answer)
    assert not KeptForm.objects.exists()
    assert BACK not in client.get(f"{HERE}new/").content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"do": "details", "first_name": "Cher", "last_name": "Martin"}, 'value="Cher"'),
        ({"do": "address", "email": "cher@example.org"}, 'value="cher@example.org"'),
        ({"do": "give", "role": "viewer"}, 'value="viewer" selected'),
    ],
)
def test_each_form_of_a_page_gets_what_was_typed_in_it(
    typed: dict[str, str], field: str, client: Client, administrator: User, clerk: User
) -> None:
    page = cut_off(client, administrator, f"{HERE}{clerk.pk}/", typed)
    assert BACK in page and field in page and "There is a problem" not in page
    clerk.refresh_from_db()
    assert (clerk.first_name, clerk.memberships.count()) == ("Cheryl", 1)


def test_nobody_else_is_shown_what_was_typed(client: Client, administrator: User) -> None:
    other = person("bfox", "Fox", "Ben", (Role.DISTRICT_ADMINISTRATOR, "9012"))
    cut_off(
        client,
        other,
        f"{HERE}{administrator.pk}/",
        {"do": "details", "first_name": "Anna", "last_name": "R", "email": "a@example.org"},
    )
    page = sign_in(
        client, other, send_too_late(client, administrator, f"{HERE}new/", NEW)["Location"]
    )
    assert (
        page.status_code == 200 and BACK not in text(page) and "nora@example.org" not in text(page)
    )


def test_secrets_and_what_buttons_send_are_not_kept(
    client: Client, administrator: User, clerk: User
) -> None:
    secrets = {
        "password": "secret",
        "password1": "secret",
        "proof": "secret",
        "code": "123456",
        "csrfmiddlewaretoken": "t",
    }
    send_too_late(client, administrator, f"{HERE}new/", {**NEW, **secrets})
    assert set(KeptForm.objects.get().fields) == set(NEW)
    KeptForm.objects.all().delete()
    answer = send_too_late(client, administrator, f"{HERE}{clerk.pk}/", {"do": "link"})
    assert not KeptForm.objects.exists() and "kept" not in text(client.get(answer["Location"]))


def test_pages_that_do_not_show_it_again_keep_and_promise_nothing(
    client: Client, keeper: User, cottonwood: District_
) -> None:
    page = f"/admin/pathways/pathway/{Pathway.objects.all()[0].pk}/change/"
    client.force_login(keeper)
    assert WARNING in text(client.get(page)) and PROMISE not in text(client.get(page))
    answer = send_too_late(
        client, keeper, page, {"code": "99", "name": "Typed", "reason": "Letter"}
    )
    assert not KeptForm.objects.exists() and "kept" not in text(client.get(answer["Location"]))
    client.force_login(keeper)
    new = text(client.get("/opi/people/new/"))
    assert PROMISE in new and WARNING not in new
