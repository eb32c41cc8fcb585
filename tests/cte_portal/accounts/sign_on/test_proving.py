"""What the provider says is judged in its token: a second factor, a proof for a signature, and
nothing that stood in the address bar (operations A-5, 7 to 10).
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from certification.models import Signature
from certification.signing.sealing import differences, text_of
from certification.signing.signed_text import of_copy, sealed_text
from cte_portal.accounts.models import SignInEvent, User
from cte_portal.accounts.sign_in.sign_on import provider as network
from cte_portal.accounts.sign_in.sign_on import tokens
from pathways.models import Student
from tests.certification.ready import Ready
from tests.cte_portal.accounts.sign_on.test_binding import bind
from tests.fixtures import phone
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.records import District_
from tests.pathways.desk import text
from tests.provider.running import Provider, Visitor

CONFIRM, SECURITY = "/accounts/sign-on/confirm/", "/accounts/security/"


def signed_on(person: User, provider: Provider, subject: str = "jane") -> Visitor:
    bind(person, provider, subject)
    visitor = Visitor(subject)
    assert visitor.goes("/accounts/sign-on/")["Location"] == "/"
    return visitor


@pytest.fixture
def ready(cottonwood: District_, event: object, clerk: User, kayla: Student) -> Ready:
    ready_case = Ready(cottonwood, event, clerk)  # type: ignore[arg-type]
    ready_case.record(kayla)
    ready_case.prepare()
    return ready_case


def page_of(ready: Ready) -> str:
    return f"/districts/9012/2025/event-certification/{ready.event.pk}/"


def filled(markup: str) -> dict[str, str]:
    (digest,) = re.findall(r'name="digest" value="([0-9a-f]{64})"', markup)
    return {"digest": digest, **dict.fromkeys(re.findall(r'name="(statement_\d+)"', markup), "on")}


def test_07_who_has_neither_password_nor_app_signs_by_signing_in_again(
    provider: Provider, ready: Ready
) -> None:
    person, path = ready.primary.user, page_of(ready)
    person.set_unusable_password()
    person.save()
    visitor = signed_on(person, provider)
    markup = visitor.client.get(path).content.decode()
    assert "Your password, to sign" not in markup and "Confirm with Montana sign-in" in markup
    form = filled(markup)
    refused = visitor.client.post(path, form)
    assert "Confirm with Montana sign-in first" in text(refused) and not Signature.objects.exists()
    assert visitor.goes(CONFIRM, {**form, "next": path})["Location"] == path
    assert visitor.asked_there == 2
    assert "Confirmed with Montana sign-in" in text(visitor.client.get(path))
    assert visitor.client.post(path, form).status_code == 302
    signature = Signature.objects.get()
    assert signature.method == "sso"
    assert signature.proof["issuer"] == provider.issuer and signature.proof["acr"] == ""
    assert 0 <= time.time() - signature.proof["auth_time"] < 120


def pdf_words(client: Client, receipt: str) -> str:
    """What the receipt's PDF says, without spaces: a long address may go on in the next line."""
    pdf = PdfReader(io.BytesIO(client.get(f"{receipt}pdf/").content))
    return "".join("".join(page.extract_text() for page in pdf.pages).split())


def test_what_the_provider_said_is_sealed_and_stands_on_the_receipt(
    provider: Provider, ready: Ready, settings: Any
) -> None:
    """Of a signature without it nothing is written or sealed, as before it was kept."""
    person, path = ready.primary.user, page_of(ready)
    settings.OIDC_STRONG_ACR = ["urn:example:mfa"]
    provider.control(acr="urn:example:mfa", amr=["pwd", "otp", "xyz"])
    visitor = signed_on(person, provider)
    form = filled(visitor.client.get(path).content.decode())
    visitor.goes(CONFIRM, {**form, "next": path})
    visitor.client.post(path, form)
    signature = Signature.objects.get()
    assert set(signature.proof) == {"issuer", "auth_time", "acr", "amr"}
    copy = ready.copies.get()
    assert differences(copy) == []
    assert b'"acr":"urn:example:mfa"' in b"".join(text_of(copy))
    path_of_receipt = f"/districts/9012/2025/event-certification/receipts/{copy.pk}/"
    receipt = text(visitor.client.get(path_of_receipt))
    pdf = pdf_words(visitor.client, path_of_receipt)
    at = timezone.localtime(
        datetime.datetime.fromtimestamp(signature.proof["auth_time"], datetime.UTC)
    )
    for words in (
        f"Single sign-on. Signed in at {provider.issuer} on {at:%m/%d/%Y} at {at:%I:%M:%S %p} MT.",
        "Methods (amr): password (pwd), one-time code (otp), xyz.",
        "Level (acr): urn:example:mfa.",
    ):
        assert words in receipt and "".join(words.split()) in pdf
    signature.proof = None
    assert signature.proof_words == "" and b"proof" not in b"".join(
        sealed_text(of_copy(copy), copy, [signature])
    )


def test_sign_ins_and_their_file_say_what_the_provider_said(
    provider: Provider, clerk: User, second_clerk: User, opi: User
) -> None:
    """Of the person's district, and in the file of it too; a password has no such words."""
    provider.control(acr="urn:example:mfa", amr=["pwd", "otp"])
    signed_on(clerk, provider).goes(CONFIRM, {"next": SECURITY})
    Client().post("/accounts/sign-in/", {"login": second_clerk.username, "password": PASSPHRASE})
    office = Client()
    office.force_login(opi)
    asked_for = {"district": "9012", "first": "01/01/2020"}
    page = text(office.get("/opi/sign-ins/", asked_for))
    file = b"".join(office.get("/opi/sign-ins/file/", asked_for).streaming_content).decode()
    rows = {row["What"]: row for row in csv.DictReader(io.StringIO(file.lstrip("\ufeff")))}
    for act in ("Signed in by single sign-on", "Confirmed by single sign-on"):
        words = rows[act]["What the identity provider said"]
        assert words.startswith(f"Signed in at {provider.issuer}") and words in page
        assert words.endswith(
            "Methods (amr): password (pwd), one-time code (otp). Level (acr): urn:example:mfa."
        )
    assert " on " in words, "the provider was told to ask again, and says when it did"
    assert rows["Signed in"]["What the identity provider said"] == ""
    asked_for["district"] = "0965"
    assert provider.issuer not in text(office.get("/opi/sign-ins/", asked_for))


@pytest.mark.parametrize("moment", [1_764_000_000_000, 10**30, -(10**15)])
def test_a_moment_that_no_calendar_has_breaks_no_list(moment: int, clerk: User, opi: User) -> None:
    """A provider that counts milliseconds."""
    claims = {"issuer": "https://login.example.gov", "auth_time": moment, "acr": "mfa", "amr": []}
    SignInEvent.objects.note(SignInEvent.Act.SIGNED_ON, clerk, None, claims)
    office = Client()
    office.force_login(opi)
    assert "Signed in at https://login.example.gov. Level (acr): mfa." in text(
        office.get("/opi/sign-ins/")
    )


def test_10_a_proof_is_for_the_figures_on_the_page_once_and_soon(
    provider: Provider, ready: Ready
) -> None:
    person, path = ready.primary.user, page_of(ready)
    visitor = signed_on(person, provider)
    form = filled(visitor.client.get(path).content.decode())

    def refused() -> bool:
        return "Confirm with Montana sign-in first" in text(visitor.client.post(path, form))

    visitor.goes(CONFIRM, {"next": path, "digest": "0" * 64})
    assert refused()
    visitor.goes(CONFIRM, {"next": "/districts/9012/2025/", "digest": form["digest"]})
    assert refused()
    visitor.goes(CONFIRM, {"next": path, "digest": form["digest"]})
    with time_machine.travel(time.time() + 301):
        assert refused()
    assert not Signature.objects.exists()
    visitor.goes(CONFIRM, {"next": path, "digest": form["digest"]})
    assert visitor.client.post(path, form).status_code == 302
    assert "sign_on_proof" not in visitor.client.session


def test_10_what_the_address_bar_says_changes_nothing_that_is_asked(
    provider: Provider, clerk: User
) -> None:
    visitor = signed_on(clerk, provider)
    extra = "?max_age=999999&acr_values=none&prompt=none"
    leads = visitor.client.post(f"{CONFIRM}{extra}", {"next": SECURITY, "prompt": "none"})
    fields = parse_qs(urlsplit(leads["Location"]).query)
    assert (fields["max_age"], fields["prompt"]) == (["0"], ["login"])
    assert fields["redirect_uri"] == ["http://testserver/accounts/sign-on/answer/"]
    assert {"nonce", "state", "code_challenge"} <= fields.keys()


def test_10_who_signed_in_there_before_has_proved_nothing_now(
    provider: Provider, clerk: User
) -> None:
    """The visitor takes the wish to be asked again out of the address: the provider lets her
    through with the sign-in of some minutes ago, and its token says so.
    """
    visitor = signed_on(clerk, provider)
    with time_machine.travel(time.time() + 100):
        leads = visitor.client.post(CONFIRM, {"next": SECURITY})["Location"]
        bent = leads.replace("prompt=login", "").replace("max_age=0", "max_age=9999")
        assert bent != leads
        page = visitor.client.get(visitor.at_provider(bent))
        assert visitor.asked_there == 1
    assert page.status_code == 403 and "did not confirm that it is you" in text(page)
    assert "sign_on_proof" not in visitor.client.session
    assert SignInEvent.objects.newest_first()[0].act == "sign-on-refused"


def test_10_somebody_elses_sign_in_is_no_proof(
    provider: Provider, clerk: User, second_clerk: User
) -> None:
    bind(second_clerk, provider, "dan")
    visitor = signed_on(clerk, provider)
    visitor.name = "dan"
    page = visitor.goes(CONFIRM, {"next": SECURITY})
    assert page.status_code == 403 and "sign_on_proof" not in visitor.client.session


def test_08_a_second_factor_is_asked_once(provider: Provider, clerk: User, settings: Any) -> None:
    """The provider's where OPI trusts its word, else the app's, in words that are true."""
    phone.give(clerk)
    bind(clerk, provider, "cheryl")
    visitor = Visitor("cheryl")
    assert visitor.goes("/accounts/sign-on/")["Location"] == "/accounts/sign-in/code/"
    page = text(visitor.client.get("/accounts/sign-in/code/"))
    assert "Montana sign-in knows you. Now enter your code." in page and "Password" not in page
    assert not visitor.inside
    visitor.client.post("/accounts/sign-in/code/", {"code": phone.code()})
    assert visitor.inside
    settings.OIDC_STRONG_AMR = ["mfa"]
    provider.control(amr=["pwd"])
    assert Visitor("cheryl").goes("/accounts/sign-on/")["Location"] == "/accounts/sign-in/code/"
    provider.control(amr=["pwd", "mfa"])
    strong = Visitor("cheryl")
    assert strong.goes("/accounts/sign-on/")["Location"] == "/" and strong.inside
    settings.OIDC_STRONG_AMR, settings.OIDC_STRONG_ACR = [], ["urn:strong"]
    assert Visitor("cheryl").goes("/accounts/sign-on/")["Location"] == "/accounts/sign-in/code/"
    provider.control(acr="urn:strong")
    strong = Visitor("cheryl")
    assert strong.goes("/accounts/sign-on/")["Location"] == "/" and strong.inside
    provider.control(acr="urn:weak", amr=[])
    assert strong.goes(CONFIRM, {"next": SECURITY}).status_code == 403


def test_08_where_everybody_needs_a_second_factor_the_providers_is_one(
    provider: Provider, clerk: User, settings: Any
) -> None:
    settings.REQUIRE_MFA, settings.OIDC_STRONG_AMR = True, ["mfa"]
    provider.control(amr=["mfa"])
    home = "/districts/9012/2025/"
    visitor = signed_on(clerk, provider)
    assert visitor.client.get(home).status_code == 200
    provider.control(amr=["pwd"])
    weak = Visitor("jane")
    weak.goes("/accounts/sign-on/")
    assert weak.client.get(home)["Location"] == "/accounts/security/app/"


def test_08_a_password_after_half_a_sign_on_is_a_password(
    provider: Provider, clerk: User, second_clerk: User, settings: Any
) -> None:
    """Somebody stops before the code, and another person signs in at the same window."""
    settings.OIDC_STRONG_AMR = ["mfa"]
    phone.give(clerk)
    bind(clerk, provider, "cheryl")
    visitor = Visitor("cheryl")
    visitor.goes("/accounts/sign-on/")
    visitor.client.post(
        "/accounts/sign-in/", {"login": "dkeller", "password": "four quiet rivers bend"}
    )
    assert visitor.inside and "signed_on" not in visitor.client.session


@cache
def private_key() -> rsa.RSAPrivateKey:
    """Made by the first test that asks for it: every process of the suite reads this file."""
    return strangers_key()


def strangers_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


NOW = int(time.time())
CLAIMS: dict[str, Any] = {
    "iss": "https://login.example.gov",
    "aud": "portal",
    "sub": "jane",
    "nonce": "n" * 43,
    "iat": NOW,
    "exp": NOW + 600,
}
OUT = {"http://schemas.openid.net/event/backchannel-logout": {}}


@pytest.fixture
def known(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The provider's key, at the moment at which the claims were made."""
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = CLAIMS["iss"], "portal"
    public = jwt.algorithms.RSAAlgorithm.to_jwk(private_key().public_key(), as_dict=True)

    def key(name: str) -> dict[str, Any]:
        if name != "one":
            raise network.Rejected
        return {**public, "kid": "one"}

    monkeypatch.setattr(network, "key", key)
    with time_machine.travel(NOW, tick=False):
        yield


def signed(
    claims: dict[str, Any],
    key: Callable[[], Any] = private_key,
    alg: str = "RS256",
    kid: str = "one",
) -> str:
    return jwt.encode(claims, key(), algorithm=alg, headers={"kid": kid})


def without(name: str) -> dict[str, Any]:
    return {claim: value for claim, value in CLAIMS.items() if claim != name}


@pytest.mark.once
def test_09_a_token_as_it_should_be(known: None) -> None:
    identity = tokens.identity(
        signed({**CLAIMS, "acr": 7, "amr": "mfa", "auth_time": "1", "email_verified": True}),
        nonce="n" * 43,
    )
    assert identity == tokens.Identity("jane", "", None, "", (), "")


@pytest.mark.once
@pytest.mark.parametrize(
    "token",
    [
        lambda: signed({**CLAIMS, "nonce": "m" * 43}),
        lambda: signed(without("nonce")),
        lambda: signed({**CLAIMS, "aud": "another"}),
        lambda: signed({**CLAIMS, "aud": ["portal", "another"]}),
        lambda: signed({**CLAIMS, "azp": "another"}),
        lambda: signed({**CLAIMS, "iss": "https://login.example.gov/"}),
        lambda: signed({**CLAIMS, "exp": NOW - 60}),
        lambda: signed({**CLAIMS, "iat": NOW + 600}),
        lambda: signed(without("exp")),
        lambda: signed(without("sub")),
        lambda: signed(CLAIMS, key=strangers_key),
        lambda: signed(CLAIMS, kid="two"),
        lambda: signed(CLAIMS, key=lambda: "s" * 64, alg="HS256"),
        lambda: jwt.encode(CLAIMS, None, algorithm="none", headers={"kid": "one"}),
        lambda: signed({**CLAIMS, "events": OUT})[:-4],
        lambda: "nothing",
        lambda: "",
    ],
)
def test_09_a_token_that_is_not_for_this_sign_in_proves_nothing(
    token: Callable[[], str], known: None
) -> None:
    with pytest.raises(tokens.Unfit):
        tokens.identity(token(), nonce="n" * 43)


@pytest.mark.once
@pytest.mark.parametrize(
    "change",
    [
        {"events": None},
        {"events": {}},
        {"events": OUT, "nonce": "n"},
        {"events": OUT, "iat": NOW - 300},
        {"events": OUT, "sub": None},
        {"events": OUT, "jti": None},
        {"events": OUT, "aud": "another"},
    ],
)
def test_13_a_logout_token_is_one(change: dict[str, Any], known: None) -> None:
    good = {**without("nonce"), "jti": "1", "events": OUT}
    assert tokens.ended(signed(good)) == ("jane", "")
    bad = {name: value for name, value in {**good, **change}.items() if value is not None}
    with pytest.raises(tokens.Unfit):
        tokens.ended(signed(bad))
