"""Who may sign in is kept by administrators: nobody above the own role, nobody elsewhere, nobody
about herself.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import AuditEvent, Invitation, Role, User
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from tests.cte_portal.accounts.letters import send_queued
from tests.fixtures.people import PASSPHRASE, person
from tests.fixtures.records import District_
from tests.listing import file_of, heads, names
from tests.pathways.desk import text
from tests.pathways.test_query_counts import at_most

NEW = {
    "username": "nlee",
    "first_name": "Nora",
    "last_name": "Lee",
    "email": "nora@example.org",
    "role": "data-clerk",
}
HERE, OPI = "/districts/9012/2025/people/", "/opi/people/"
CHOSEN = "seven slow herons wade"


def add(client: Client, base: str = HERE, **values: str) -> Any:
    return client.post(f"{base}new/", {**NEW, **values}, follow=True)


def link_in(answer: Any) -> str:
    match = re.search(r"/accounts/invitation/[\w-]+/", answer.content.decode())
    assert match
    return match[0]


def test_a_clerk_is_invited_and_signs_in(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    answer = add(client, mail="on")
    link = link_in(answer)
    assert (
        "will not be shown again" in text(answer)
        and len(mail.outbox) == 1
        and link in mail.outbox[0].body
    )
    new = User.objects.get(username="nlee")
    assert [(membership.role, membership.district) for membership in new.memberships.all()] == [
        (Role.DATA_CLERK, "9012")
    ]
    again = client.get(f"{HERE}{new.pk}/")
    assert link not in again.content.decode() and "Invited" in text(again)
    theirs = Client()
    assert theirs.get(link)["Referrer-Policy"] == "no-referrer"
    page = theirs.get(link, follow=True)
    assert "nlee" in text(page) and page.redirect_chain[-1][0] == "/accounts/invitation/"
    assert "Enter the same password twice" in text(
        theirs.post("/accounts/invitation/", {"password1": CHOSEN, "password2": "x"})
    )
    assert "15 characters" in text(
        theirs.post("/accounts/invitation/", {"password1": "short", "password2": "short"})
    )
    home = theirs.post(
        "/accounts/invitation/", {"password1": CHOSEN, "password2": CHOSEN}, follow=True
    )
    assert "LEE, NORA" in text(home) and "9012" in text(home)
    assert theirs.get(link, follow=True).status_code == 410, "a link works once"
    assert Client().login(username="nlee", password=CHOSEN)
    assert [event.kind for event in AuditEvent.objects.order_by("pk")] == [
        "person",
        "role",
        "person",
    ]


@pytest.mark.parametrize("secret", ["made-up", "x" * 500, "%00", "..%2f"])
def test_a_link_that_was_made_up(secret: str, client: Client, db: None) -> None:
    assert client.get(f"/accounts/invitation/{secret}/", follow=True).status_code in (404, 410)


def test_a_link_expires_is_replaced_and_ends_with_the_account(
    client: Client, administrator: User, clerk: User
) -> None:
    old = Invitation.objects.make(clerk.pk, "X")
    new = Invitation.objects.make(clerk.pk, "X")
    assert Invitation.objects.by_secret(old) is None and Invitation.objects.by_secret(new)
    people.close(Authority(administrator, "9012"), clerk)
    assert Invitation.objects.by_secret(new) is None
    Invitation.objects.make(administrator.pk, "X")
    Invitation.objects.update(expires_at=timezone.now())
    assert not Invitation.objects.open().exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"username": ""}, "Enter a user name"),
        ({"username": "CMARTIN"}, "Another person has that user name"),
        ({"username": "a b"}, "letters from A to Z"),
        ({"email": "nowhere"}, "valid e-mail"),
        ({"role": ""}, "Choose a role"),
        ({"role": "opi-administrator"}, "valid choice"),
        ({"role": "king"}, "valid choice"),
        ({"last_name": "x" * 51}, "50 characters"),
        ({"first_name": "a\0b"}, "Null characters"),
    ],
)
def test_bad_input_is_told_and_nobody_is_added(
    values: dict[str, str], sentence: str, client: Client, administrator: User, clerk: User
) -> None:
    client.force_login(administrator)
    answer = add(client, **values)
    assert answer.status_code == 200 and sentence in text(answer)
    assert not User.objects.filter(email="nora@example.org").exists()


def test_a_double_click_adds_one_person(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    add(client)
    assert "already on the list" in text(add(client))
    assert User.objects.filter(username="nlee").count() == 1


def test_somebody_with_an_account_elsewhere_is_added_by_name_and_address(
    client: Client, administrator: User, stranger: User
) -> None:
    client.force_login(administrator)
    assert "Another person has that user name" in text(
        add(client, username="sgrant", email="wrong@example.org")
    )
    answer = add(client, username="sgrant", email="SGRANT@example.org")
    assert "already had an account" in text(answer) and "0965" not in text(answer), (
        "where else is not told"
    )
    assert stranger.memberships.filter(district="9012", role=Role.DATA_CLERK).exists()
    assert client.post(f"{HERE}{stranger.pk}/", {"do": "close"}).status_code == 403, (
        "the account is not hers alone"
    )
    stranger.refresh_from_db()
    assert stranger.is_active


def test_z_08_nobody_grants_above_the_own_role_elsewhere_or_to_herself(
    client: Client, administrator: User, clerk: User, stranger: User, keeper: User
) -> None:
    client.force_login(administrator)
    own, theirs = f"{HERE}{administrator.pk}/", f"{HERE}{clerk.pk}/"
    assert "valid choice" in text(client.post(theirs, {"do": "give", "role": "opi-staff"}))
    client.post(theirs, {"do": "give", "role": "viewer", "district": "0965"})
    assert not clerk.memberships.filter(district="0965").exists(), (
        "a district in the form is not asked"
    )
    assert client.post(own, {"do": "give", "role": "viewer"}).status_code == 403
    mine = administrator.memberships.get()
    assert client.post(own, {"do": "take", "membership": mine.pk}).status_code == 403
    assert client.post(own, {"do": "take", "membership": "9" * 5000}).status_code == 302
    for do in ("close", "details", "address", "link", "mail", "open"):
        sent = {
            "do": do,
            "first_name": "A",
            "last_name": "B",
            "email": "a@b.org",
            "proof": PASSPHRASE,
        }
        assert client.post(own, sent).status_code == 403, do
    for other in (stranger, keeper):
        assert client.post(f"{HERE}{other.pk}/", {"do": "close"}).status_code == 404
    for authority in (
        Authority(administrator, "0965"),
        Authority(administrator),
        Authority(clerk, "9012"),
    ):
        with pytest.raises(PermissionDenied):
            people.give(authority, stranger, Role.VIEWER, "0965")


def test_roles_are_given_and_taken(client: Client, administrator: User, clerk: User) -> None:
    client.force_login(administrator)
    address = f"{HERE}{clerk.pk}/"
    client.post(address, {"do": "give", "role": "viewer"})
    assert "already has that role" in text(client.post(address, {"do": "give", "role": "viewer"}))
    for held in list(clerk.memberships.all()):
        client.post(address, {"do": "take", "membership": held.pk})
        client.post(address, {"do": "take", "membership": held.pk})
    assert not clerk.memberships.exists()
    assert client.get(address).status_code == 404, "no longer one of the district's people"
    assert AuditEvent.objects.filter(kind="role", operation="remove").count() == 2


def test_z_06_closing_ends_sessions_and_opening_does_not_bring_them_back(
    client: Client, administrator: User, clerk: User
) -> None:
    theirs = Client()
    theirs.force_login(clerk)
    assert theirs.get("/districts/9012/2025/").status_code == 200
    client.force_login(administrator)
    address = f"{HERE}{clerk.pk}/"
    client.post(address, {"do": "close"})
    assert theirs.get("/districts/9012/2025/").status_code == 302
    client.post(address, {"do": "open"})
    clerk.refresh_from_db()
    assert clerk.is_active
    assert theirs.get("/districts/9012/2025/").status_code == 302, "the old session stays ended"


def test_a_new_link_sets_a_new_password(client: Client, administrator: User, clerk: User) -> None:
    theirs = Client()
    theirs.force_login(clerk)
    client.force_login(administrator)
    link = link_in(
        client.post(f"{HERE}{clerk.pk}/", {"do": "link", "proof": PASSPHRASE}, follow=True)
    )
    assert Client().login(username="cmartin", password=PASSPHRASE), (
        "the old one holds until a new one is chosen"
    )
    other = Client()
    other.get(link, follow=True)
    other.post("/accounts/invitation/", {"password1": CHOSEN, "password2": CHOSEN})
    assert not Client().login(username="cmartin", password=PASSPHRASE)
    assert theirs.get("/districts/9012/2025/").status_code == 302, "sessions from before are over"


def test_the_letter_that_cannot_be_sent_is_told(
    client: Client, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("cte_portal.accounts.sign_in.letters.send_mail", broken)
    client.force_login(administrator)
    answer = add(client, mail="on")
    assert "could not be e-mailed" in text(answer) and link_in(answer)


def test_s_08_a_forged_host_does_not_choose_the_letters_link(
    client: Client, clerk: User, settings: Any
) -> None:
    settings.PORTAL_ADDRESS, settings.ALLOWED_HOSTS = "https://cte.example.org", ["*"]
    client.post(
        "/accounts/password/reset/", {"email": clerk.email}, headers={"host": "evil.example"}
    )
    assert "https://cte.example.org/accounts/password/reset/key/" in send_queued()[0].body
    assert "evil" not in mail.outbox[0].body
    path = re.search(r"https://cte.example.org(\S+)", mail.outbox[0].body)
    assert path and "Choose a new password" in text(client.get(path[1], follow=True))


def test_s_10_an_account_that_nobody_uses_closes_by_itself(
    client: Client, administrator: User, clerk: User
) -> None:
    long_ago = timezone.now() - datetime.timedelta(days=181)
    User.objects.filter(pk=clerk.pk).update(date_joined=long_ago, last_login=long_ago)
    sent = {"login": "cmartin", "password": PASSPHRASE}
    assert "not been used for 180 days" in text(client.post("/accounts/sign-in/", sent))
    clerk.refresh_from_db()
    people.open_again(Authority(administrator, "9012"), clerk)
    assert client.post("/accounts/sign-in/", sent).status_code == 302


def test_opi_adds_people_anywhere(
    client: Client, keeper: User, cottonwood: District_, elsewhere: District_
) -> None:
    client.force_login(keeper)
    assert "Enter the district" in text(add(client, OPI))
    assert "Write 0965" in text(add(client, OPI, district="965"))
    assert "There is no district with that number" in text(add(client, OPI, district="4444"))
    assert "applies to all districts" in text(add(client, OPI, role="opi-staff", district="9012"))
    answer = add(client, OPI, role="district-administrator", district="0965")
    assert link_in(answer)
    assert User.objects.get(username="nlee").memberships.get().district == "0965"
    page = text(client.get(f"{OPI}?district=0965&role=district-administrator"))
    assert "LEE, NORA" in page and "rhale" not in page
    assert client.get(f"{OPI}?page=x&find={'a' * 300}&role=%00").status_code == 200


def test_two_administrators_who_close_each_other_leave_one(keeper: User, db: None) -> None:
    other = person("second", "Second", "Sam", (Role.OPI_ADMINISTRATOR, ""))
    people.close(Authority(keeper), other)
    with pytest.raises(PermissionDenied):
        people.close(Authority(other), keeper)
    keeper.refresh_from_db()
    assert keeper.is_active


def test_the_longest_names_fit_wherever_they_are_written(
    client: Client, administrator: User
) -> None:
    client.force_login(administrator)
    add(client, username="u" * 60, first_name="F" * 50, last_name="ß" * 50)
    event = AuditEvent.objects.filter(kind="person").get()
    assert len(event.name) <= 200 and len(User.objects.get(username="u" * 60).record_name) <= 120


@pytest.mark.parametrize("base", [HERE, OPI])
def test_as_many_statements_for_fifty_people_as_for_two(
    base: str, client: Client, administrator: User, keeper: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(50):
        person(f"p{number}", "Many", f"P{number}", (Role.VIEWER, "9012"))
    client.force_login(administrator if base == HERE else keeper)
    client.get(base)  # the figures of the frame are kept from then on
    with django_assert_max_num_queries(15):
        client.get(base)


def test_screens_are_found_by_their_old_look_path(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    client.get("/districts/9012/2025/")
    assert client.get("/screens/?find=user security")["Location"] == HERE
    # As the guide prints a path, as its steps print it, and as our own pages do.
    for path in (
        "Student Information>State Programs>CTE Concentrator",
        "Student Information > State Programs > CTE Concentrator",
        "State Programs › CTE Concentrator ›",
    ):
        assert (
            client.get("/screens/", {"find": path})["Location"]
            == "/districts/9012/2025/cte-concentrator/"
        ), path
    assert client.get("/screens/", {"find": "Reporting>Data Certification>Type Membership Setup"})[
        "Location"
    ].endswith("/type-membership-setup/")
    assert (
        client.get("/screens/?find=student information > general")["Location"]
        == "/districts/9012/2025/cte-concentrator/"
    )
    assert "CTE Concentrator" in text(client.get("/screens/?find=guide")) or "CTE Lingo" in text(
        client.get("/screens/?find=guide")
    )
    assert "No screen matches" in text(client.get("/screens/?find=zzz"))
    assert "/opi/" not in client.get("/screens/?find=").content.decode()


def test_the_list_of_people_is_narrowed_sorted_and_taken_along(
    client: Client, administrator: User, clerk: User, viewer: User, stranger: User
) -> None:
    """Roles of another district do not count here, and its people are in no file."""
    viewer.memberships.create(role=Role.DATA_CLERK, district="0965")
    User.objects.filter(pk=clerk.pk).update(last_login="2025-01-01T00:00Z")
    User.objects.filter(pk=viewer.pk).update(last_name="=Árne", last_login=None)
    User.objects.filter(pk=administrator.pk).update(last_login="2025-02-01T00:00Z")
    client.force_login(administrator)
    User.objects.filter(pk=administrator.pk).update(last_login="2025-02-01T00:00Z")

    def listed(query: str) -> list[str]:
        return names(client.get(HERE + query).content.decode())

    by_name = listed("")
    assert len(by_name) == 3 and by_name[0] == "=ÁRNE"
    assert listed("?sort=-name") == by_name[::-1]
    assert listed("?role=data-clerk") == ["MARTIN"]
    assert listed("?role=data-clerk&district=0965") == ["MARTIN"], "the district is the own one"
    assert listed("?sort=last_login")[:2] == ["=ÁRNE", "MARTIN"], "never comes first"
    assert listed("?role=nonsense") == listed("?find=%00") == listed("?find=zzz") == []
    page = client.get(f"{HERE}?columns=name&columns=email").content.decode()
    assert heads(page) == ["Name", "E-mail"]
    rows = file_of(client.get(f"{HERE}file/csv/?columns=name&columns=roles&role=viewer"))
    assert rows[0] == ["Name", "Roles"] and len(rows) == 2
    assert rows[1][0].startswith("'=ÁRNE") and rows[1][1] == "Viewer"
    assert client.get(f"{HERE}file/exe/").status_code == 404
    with at_most(20):
        client.get(HERE)


def test_opi_narrows_everybody_by_district_and_takes_the_list_along(
    client: Client, keeper: User, clerk: User, stranger: User
) -> None:
    client.force_login(keeper)
    page = client.get(f"{OPI}?district=9012&role=data-clerk")
    assert names(page.content.decode()) == ["MARTIN"]
    rows = file_of(client.get(f"{OPI}file/csv/?columns=name&columns=roles&district=9012"))
    assert [row[1] for row in rows[1:]] == ["Data Clerk 9012"]
