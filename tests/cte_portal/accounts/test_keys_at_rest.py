"""Secrets of authenticator apps lie in the database under a key of the environment: what is read
there, or in a dump, makes no code.
"""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.test import Client

from cte_portal.accounts.models import User
from tests.cte_portal.test_set_up import PRODUCTION, manage
from tests.fixtures import phone
from tests.fixtures.people import PASSPHRASE

SIGN_IN, CODE, SECURITY = "/accounts/sign-in/", "/accounts/sign-in/code/", "/accounts/security/"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def stored() -> str:
    return json.dumps(list(Authenticator.objects.order_by("pk").values_list("data", flat=True)))


def enters(user: User, code: str) -> bool:
    client = Client()
    client.post(SIGN_IN, {"login": user.username, "password": PASSPHRASE})
    client.post(CODE, {"code": code})
    return client.get(SECURITY).status_code == 200


def test_what_is_stored_is_no_secret_and_its_codes_are_accepted(clerk: User, settings: Any) -> None:
    settings.MFA_KEYS = [NEW]
    codes = phone.give(clerk)
    assert phone.SECRET not in stored() and stored().count("f1:") == 2
    assert enters(clerk, phone.code()) and enters(clerk, codes[0])


def test_a_secret_from_before_the_key_is_read_until_it_is_encrypted_too(
    clerk: User, second_clerk: User, settings: Any
) -> None:
    codes = phone.give(clerk)
    settings.MFA_KEYS = [OLD]
    phone.give(second_clerk)
    assert phone.SECRET in stored() and enters(clerk, phone.code(-1))
    settings.MFA_KEYS = [NEW, OLD]
    output = StringIO()
    call_command("rotate_keys", stdout=output)
    assert "4 authenticators" in output.getvalue()
    assert phone.SECRET not in stored() and stored().count("f1:") == 4
    settings.MFA_KEYS = [NEW]
    assert enters(clerk, phone.code()) and enters(second_clerk, phone.code())
    assert enters(clerk, codes[1])


def test_a_secret_that_no_key_opens_is_a_sentence_and_is_left_as_it_is(
    clerk: User, second_clerk: User, client: Client, settings: Any, caplog: Any
) -> None:
    settings.MFA_KEYS = [OLD]
    phone.give(clerk)
    settings.MFA_KEYS = [NEW]
    phone.give(second_clerk)
    before = stored()
    client.post(SIGN_IN, {"login": clerk.username, "password": PASSPHRASE})
    page = client.post(CODE, {"code": phone.code()})
    assert page.status_code == 200 and "cannot check this code" in page.content.decode()
    assert f"user={clerk.pk}" in caplog.text and phone.SECRET not in caplog.text
    with pytest.raises(CommandError) as refused:
        call_command("rotate_keys")
    assert "Nothing was changed" in str(refused.value) and stored() == before
    client.force_login(clerk)
    assert "None left" in client.get(SECURITY).content.decode()
    assert client.get(f"{SECURITY}recovery-codes/").status_code == 302


def test_without_a_key_the_command_changes_nothing(clerk: User) -> None:
    phone.give(clerk)
    with pytest.raises(CommandError, match="MFA_KEYS is not set"):
        call_command("rotate_keys")
    assert phone.SECRET in stored()


def test_the_portal_does_not_start_with_half_a_key() -> None:
    refused = manage("check", **PRODUCTION, MFA_KEYS=f"{NEW},{OLD[:-4]}")
    assert refused.returncode != 0 and "Key 2 of MFA_KEYS is none" in refused.stderr
    assert OLD[:-4] not in refused.stderr
