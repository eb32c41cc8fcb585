"""Dispatcher and workers do their work without a right to read password hashes, secrets of
authenticator apps, or sessions: tried under the role itself.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from cte_portal.accounts import grants
from cte_portal.accounts.models import Invitation, User
from cte_portal.accounts.models.password import WORKER
from cte_portal.accounts.sign_in.letters import post_password_links
from cte_portal.batches.letters.unused_accounts import warn
from cte_portal.batches.models import Batch
from cte_portal.batches.retention import clean_up
from cte_portal.batches.running import run
from cte_portal.watch import configuration
from tests.fixtures import phone

pytestmark = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="roles are PostgreSQL's"
)
LINK = re.compile(r"http://\S+(/accounts/password/reset/key/\S+)")


@contextmanager
def as_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the process of a worker is: its role in the database, and its name in the settings."""
    with monkeypatch.context() as patch, connection.cursor() as cursor:
        patch.setitem(connection.settings_dict, "USER", WORKER)
        cursor.execute(f"SET ROLE {WORKER}")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


@pytest.fixture
def worker(db: None) -> None:
    """The role with the rights of docs/create-roles.sh, narrowed as migrate narrows them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WORKER])
        if cursor.fetchone() is None:
            assert not grants.narrow(connection), "nothing to narrow"
            cursor.execute(f"CREATE ROLE {WORKER}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {WORKER}")
        for rights in ("SELECT, INSERT, UPDATE, DELETE ON ALL TABLES", "USAGE ON ALL SEQUENCES"):
            cursor.execute(f"GRANT {rights} IN SCHEMA public TO {WORKER}")
    assert grants.narrow(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT password FROM accounts_user",
        "SELECT * FROM accounts_user",
        "SELECT data FROM mfa_authenticator",
        "SELECT session_data FROM django_session",
        "SELECT session_key FROM django_session",
        "UPDATE accounts_user SET password = 'x'",
        "INSERT INTO django_session VALUES ('k', 'd', now())",
        "UPDATE mfa_authenticator SET data = '{}'",
    ],
)
def test_the_database_refuses_secrets_to_the_worker(
    statement: str, worker: None, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.give(clerk)
    with (
        as_worker(monkeypatch),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_link_that_the_worker_mails_opens_the_page_and_dies_with_the_password(
    worker: None, clerk: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.set_password("four unrelated words here")
    clerk.email = "cmartin@example.org"
    clerk.save()
    post_password_links([clerk], "http://testserver")
    with as_worker(monkeypatch):
        assert run(Batch.objects.get(kind="password").pk)
    assert Batch.objects.get(kind="password").sentence == "Sent."
    link = LINK.search(str(mail.outbox[0].body))
    assert link
    assert "New password" in client.get(link[1], follow=True).content.decode()
    clerk.set_password("another four unrelated words")
    clerk.save()
    assert "New password" not in Client().get(link[1], follow=True).content.decode()


def test_the_worker_warns_and_cleans_up_and_knows_who_has_a_password(
    worker: None, clerk: User, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = timezone.now() - datetime.timedelta(days=177)
    for person, password in ((clerk, "four unrelated words here"), (viewer, None)):
        person.set_password(password)
        person.email, person.date_joined = f"{person.username}@example.org", long_ago
        person.save()
    Session.objects.create(session_key="a" * 32, session_data="x", expire_date=long_ago)
    Invitation.objects.make(viewer.pk, "X")
    with as_worker(monkeypatch):
        warn()
        clean_up.clean_up()
        people = User.objects.in_bulk([clerk.pk, viewer.pk])
        assert people[clerk.pk].password == "" and people[clerk.pk].has_usable_password()
        assert not people[viewer.pk].has_usable_password()
        batch = Batch.objects.select_related("submitted_by").first()
        assert batch is None or batch.submitted_by.password == ""
    assert not Session.objects.exists()
    clerk.refresh_from_db()
    assert clerk.check_password("four unrelated words here")


def test_the_check_names_what_a_worker_may_still_read(
    worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_worker(monkeypatch):
        assert grants.readable_secrets(connection) == []
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON accounts_user TO {WORKER}")
    with as_worker(monkeypatch):
        messages = list(configuration._role(configuration.Edition.DISTRICT, connection))
    assert [message.id for message in messages] == ["portal.E116"], messages
    assert "accounts_user.password" in str(messages[0].msg)
