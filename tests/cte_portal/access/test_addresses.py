"""An e-mail address is one account's, however it is written; names are told apart, and hold nothing
that nobody sees.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import AuditEvent, Role, User
from cte_portal.accounts.models.names import name_key
from tests.cte_portal.accounts.letters import send_queued
from tests.cte_portal.accounts.test_people import HERE, NEW, OPI, add
from tests.fixtures.people import PASSPHRASE, person
from tests.fixtures.records import District_
from tests.pathways.desk import text

RESET = "/accounts/password/reset/"


@pytest.mark.parametrize(
    "spelling",
    ["Mia.Mixed@Mixed.K12.mt.us", "mia.mixed@mixed.k12.mt.us", " MIA.MIXED@MIXED.K12.MT.US "],
)
def test_an_address_with_capitals_gets_the_letter_however_it_is_typed(
    spelling: str, client: Client, administrator: User
) -> None:
    """FR-203."""
    client.force_login(administrator)
    add(client, email="Mia.Mixed@Mixed.K12.mt.us")
    assert User.objects.get(username="nlee").email == "mia.mixed@mixed.k12.mt.us"
    Client().post(RESET, {"email": spelling})
    assert [letter.to for letter in send_queued()] == [["mia.mixed@mixed.k12.mt.us"]]


def test_a_letter_that_only_looks_like_another_finds_the_same_account(
    client: Client, clerk: User
) -> None:
    """FR-203: the Kelvin sign and full-width letters are the same address, a Cyrillic letter is
    none.
    """
    User.objects.filter(pk=clerk.pk).update(email="kim@example.org")
    for spelling in ("\u212aim@example.org", "kim@\uff45xample.org"):
        assert User.objects.with_address(spelling).get() == clerk
    client.post(RESET, {"email": "\u212aim@example.org"})
    assert [letter.to for letter in send_queued()] == [["kim@example.org"]]
    assert not User.objects.with_address("").exists()


def test_the_same_address_twice_asks_whether_the_role_goes_there(
    client: Client, administrator: User, stranger: User
) -> None:
    """FR-219: one press adds the role to the account that is there; nobody gets a second one."""
    client.force_login(administrator)
    answer = add(client, email="SGrant@Example.org")
    assert "An account with this address exists" in text(answer) and "GRANT, SAM" in text(answer)
    assert (
        not stranger.memberships.filter(district="9012").exists()
        and not User.objects.filter(username="nlee").exists()
    )
    assert answer.context["answer"] == f"account {stranger.pk}"
    other = add(client, email="someone.else@example.org", meant=f"account {stranger.pk}")
    assert not stranger.memberships.filter(district="9012").exists() and "GRANT" not in text(
        other
    ), "the answer holds for what was asked"
    User.objects.filter(username="nlee").delete()
    done = add(client, email="SGrant@Example.org", meant=answer.context["answer"])
    assert "now has this role too" in text(done)
    assert (
        stranger.memberships.get(district="9012").role == Role.DATA_CLERK
        and not User.objects.filter(username="nlee").exists()
    )
    assert "already has that role" in text(
        add(client, email="sgrant@example.org", meant=answer.context["answer"])
    )


def test_an_address_is_not_changed_to_somebody_elses(
    client: Client, keeper: User, clerk: User, viewer: User
) -> None:
    """FR-219."""
    client.force_login(keeper)
    sent = {"do": "address", "email": "CMARTIN@example.org", "proof": PASSPHRASE}
    assert "Another account has that e-mail address" in text(
        client.post(f"{OPI}{viewer.pk}/", sent)
    )
    viewer.refresh_from_db()
    assert viewer.email == "jdoe@example.org"


def test_the_database_keeps_an_address_once(clerk: User) -> None:
    """FR-219."""
    with pytest.raises(IntegrityError):
        User.objects.create(username="another", email="CMartin@example.org")


def test_people_without_an_address_are_as_many_as_there_are(db: None) -> None:
    for name in ("one", "two"):
        User.objects.create_user(name, "")
    assert User.objects.filter(email="").count() == 2


@pytest.fixture
def before_any_table(db: None) -> Iterator[None]:
    """The District edition is a place in which nothing stands, as on the day of a first start."""
    standing = connections["default"]
    connections["default"] = empty = standing.copy()
    try:
        if empty.vendor == "sqlite":
            empty.settings_dict["NAME"] = ":memory:"
        else:
            empty.cursor().execute("CREATE SCHEMA first_start; SET search_path TO first_start")
        yield
    finally:
        if empty.vendor == "postgresql":
            empty.cursor().execute("DROP SCHEMA IF EXISTS first_start CASCADE")
        empty.close()
        connections["default"] = standing


def test_stored_addresses_are_put_in_lower_case_and_nobody_is_lost(before_any_table: None) -> None:
    """FR-203: of those who share an address the one who used the portal last keeps it; the others
    keep all else, and it is in their history.
    """
    executor = MigrationExecutor(connection)
    state = executor.migrate([("accounts", "0003_audit_triggers")])
    old = state.apps.get_model("accounts", "User")
    now = timezone.now()
    made = [
        ("first", "Anna.Test@example.org", now - datetime.timedelta(days=9)),
        ("last", "anna.test@example.org", now),
        ("never", " anna.test@example.org ", None),
        ("mixed", "Mia@Mixed.K12.mt.us", None),
        ("none", "", None),
    ]
    for username, email, last_login in made:
        old.objects.create(
            username=username,
            email=email,
            last_login=last_login,
            first_name="Anna",
            last_name="Test",
            password="kept",
        )
    executor = MigrationExecutor(connection)
    executor.migrate([("accounts", "0005_an_address_is_one_accounts")])
    addresses = dict(User.objects.values_list("username", "email"))
    assert addresses == {
        "first": "",
        "last": "anna.test@example.org",
        "never": "",
        "mixed": "mia@mixed.k12.mt.us",
        "none": "",
    }
    assert set(User.objects.values_list("password", flat=True)) == {"kept"}
    first = User.objects.values_list("pk", flat=True).get(username="first")
    lost = AuditEvent.objects.only("before", "after", "reason").get(key=str(first))
    assert (
        lost.changes == [("E-mail", "anna.test@example.org", "")]
        and "last has this one too" in lost.reason
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"first_name": "Pay,\nsee evil.example/x"}, "letters, spaces, hyphens"),
        ({"last_name": "Martin\u202e"}, "letters, spaces, hyphens"),
        ({"last_name": "Mar\u200btin"}, "letters, spaces, hyphens"),
        ({"last_name": "Martin\ufe0f"}, "letters, spaces, hyphens"),
        ({"last_name": "M\u0430rtin"}, "mixes Cyrillic and Latin letters"),
        ({"first_name": "\u0421\u0430\u043c"}, "mixes Cyrillic and Latin letters"),
        ({"username": "\u0441martin"}, "letters from A to Z"),
        ({"username": "cmar\u200btin"}, "letters from A to Z"),
    ],
)
def test_a_name_that_deceives_is_refused(
    values: dict[str, str], sentence: str, client: Client, administrator: User, clerk: User
) -> None:
    """M-13, L-23: line breaks, invisible signs, writing direction, letters of another alphabet;
    when somebody is added and renamed.
    """
    client.force_login(administrator)
    assert (
        sentence in text(add(client, **values))
        and not User.objects.filter(email=NEW["email"]).exists()
    )
    if "username" not in values:
        sent = {"do": "details", "first_name": "Cheryl", "last_name": "Martin", **values}
        assert sentence in text(client.post(f"{HERE}{clerk.pk}/", sent))
        clerk.refresh_from_db()
        assert clerk.record_name == "MARTIN, CHERYL"


@pytest.mark.parametrize(
    "names",
    [
        ("Zoë", "Álvarez"),
        ("María José", "de la Cruz"),
        ("Jean-Luc", "O’Neil"),
        ("Kaʻiulani", "St. John"),
        ("Сергей", "Иванов"),
    ],
)
def test_names_as_people_have_them_are_taken(
    names: tuple[str, str], client: Client, administrator: User
) -> None:
    client.force_login(administrator)
    add(client, first_name=f" {names[0]}  ", last_name=names[1])
    new = User.objects.get(username="nlee")
    assert (new.first_name, new.last_name) == names


def test_a_second_person_of_the_same_name_is_asked_about(
    client: Client, administrator: User, clerk: User
) -> None:
    """M-13, FR-218: Anna Test three times is three people only when somebody says so."""
    client.force_login(administrator)
    answer = add(client, first_name="CHÉRYL", last_name="martin")
    assert "Someone with this name is already here" in text(
        answer
    ) and "cmartin@example.org" in text(answer)
    assert not User.objects.filter(username="nlee").exists()
    add(client, first_name="CHÉRYL", last_name="martin", meant=answer.context["answer"])
    assert User.objects.filter(username="nlee").exists()
    sent = {"do": "details", "first_name": "Cheryl", "last_name": "Martin"}
    assert "Another person is also named" in text(
        client.post(f"{HERE}{User.objects.get(username='nlee').pk}/", sent, follow=True)
    )


def test_a_name_of_another_district_is_not_told(
    client: Client, administrator: User, elsewhere: District_
) -> None:
    person("other", "Lee", "Nora", (Role.DATA_CLERK, "0965"))
    client.force_login(administrator)
    assert "already here" not in text(add(client))
    assert User.objects.filter(username="nlee").exists()


def test_names_are_compared_without_accents_case_and_signs() -> None:
    assert name_key("Zoë", "O’Neil") == name_key("ZOE", "oneil") != name_key("Zoe", "Neil")
    assert name_key("", "") == ""


def test_an_empty_name_has_no_namesake(db: None) -> None:
    namesakes: Any = User.objects.namesakes("Nora", "Lee")
    assert not namesakes.exists()
