"""Rules and gates are titled by what is wrong wherever they are shown as wrong, and by the law
elsewhere (walk 3).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from certification.models import SealedCopy, Signature
from certification.signing import gates, signed_text
from certification.signing.sealing import differences
from cte_portal.accounts.models import User
from pathways import rules
from pathways.models import Student
from pathways.rules import severities
from pathways.rules.signed import SignedWords
from tests.certification.ready import Ready
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import BUSINESS, District_
from tests.fixtures.uploads import Uploaded, file, line
from tests.pathways.desk import text

# `severities.digest(2025)` of the portal that first sealed a collection: signatures given then must
# still cover the same text.
FIRST_SIGNED = "5a7fc0bc9a660204f012048e2d8ef9fa93284662dbd77ac1808d1f9c3a17b90c"
LAWS = {rule.title for rule in rules.CATALOGUE} | {gate.title for gate in gates.GATES}

pytestmark = pytest.mark.django_db(databases=["default", "state"])


@pytest.fixture
@stands
def ready(cottonwood: District_, event: object, clerk: User, kayla: Student) -> Ready:
    ready_case = Ready(cottonwood, event, clerk)  # type: ignore[arg-type]
    ready_case.record(kayla)
    return ready_case


@pytest.mark.parametrize(
    "rule",
    [*rules.CATALOGUE, *gates.GATES],
    ids=lambda rule: getattr(rule, "id", None) or rule.slug,
)
def test_every_rule_and_gate_has_a_title_for_the_law_and_another_for_the_breach(
    rule: rules.Rule | gates.Gate,
) -> None:
    assert rule.title and rule.problem and rule.title != rule.problem
    assert rule.problem not in LAWS
    assert not rule.problem.endswith(".") and rule.problem[0] == rule.problem[0].upper()


def texts(folder: str, ending: str) -> Iterator[tuple[str, str]]:
    for path in sorted((settings.BASE_DIR / folder).rglob(f"*.{ending}")):
        yield path.relative_to(settings.BASE_DIR).as_posix(), path.read_text()


def test_the_laws_title_is_written_on_the_page_of_the_rules_alone() -> None:
    """walk 3: everywhere else a rule is shown because it is broken."""
    naming = re.compile(r"(?:rule|by_id\([^)]*\)|gate)\.title\b")
    places = {name for name, words in texts("templates", "html") if naming.search(words)}
    for folder in ("pathways", "certification", "cte_portal"):
        places |= {name for name, words in texts(folder, "py") if naming.search(words)}
    assert places == {
        "templates/pathways/rules/rules.html",
        "pathways/rules/document.py",
        "certification/signing/gates.py",
    }
    assert (
        Path(settings.BASE_DIR, "certification/signing/gates.py").read_text().count("gate.title")
        == 1
    ), "chosen by the answer in one place"


def laws_on(page: str) -> set[str]:
    return {law for law in LAWS if re.search(rf"(?<![\w’']){re.escape(law)}(?![\w’'])", page)}


def test_no_page_shows_a_laws_title_beside_an_error_mark(
    ready: Ready, kayla: Student, client: Client, upload: object, cottonwood: District_
) -> None:
    """walk 3: upload result, findings, explaining, the record opened from a finding, the event and
    home.
    """
    ready.record(
        kayla,
        BUSINESS,
        in_district_credits=Decimal("2.50"),
        start_date=datetime.date(2016, 8, 29),
        single_parent=True,
    )
    ready.prepare()
    home = "/districts/9012/2025/"
    client.force_login(ready.clerk)
    for address in (
        "findings/",
        "findings/?by=rule",
        "findings/?at=state",
        "findings/?by=rule&rule=CTE-127",
    ):
        page = text(client.get(home + address))
        assert not laws_on(page), address
    assert "Start Date is unusually early" in page
    sent = upload(  # type: ignore[operator]
        file(
            line(start="07/14/2099"),
            line(state_id="999000999"),
            line(single="maybe", inside="a"),
            line(pathway="Finance", single="Y"),
        )
    )
    assert isinstance(sent, Uploaded)
    page = text(client.get(f"{home}batches/{sent.batch.pk}/"))
    assert not laws_on(page)
    for words in (
        "Start Date is in the future",
        "Student not found in this district",
        "Answer is not Yes or No",
        "Pathway not approved",
    ):
        assert words in page, words
    client.force_login(ready.primary.user)
    page = client.get(f"{home}event-certification/{ready.event.pk}/").content.decode()
    closed = page[
        page.index("Before you can sign") : page.index(
            "</table>", page.index("Before you can sign")
        )
    ]
    assert not laws_on(closed)
    for words in ("3 errors to fix", "1 warning without a reason"):
        assert words in closed, words
    assert "3 errors to fix, 1 warning without a reason." in text(client.get(home))


def test_words_on_the_screen_change_and_a_signature_stands(
    ready: Ready, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Design D5: a deploy voids nothing, neither in an open round nor in what is sealed."""
    second = ready.certifier("polsen", "Olsen", "Peter")
    ready.prepare()
    assert not ready.sign().sealed
    new_rules = [
        replace(rule, title="Other", problem="Else", message="Other", remedy="Other")
        for rule in rules.judging_stored(2025)
    ]
    monkeypatch.setattr(severities, "judging_stored", lambda end_year: new_rules)
    case = ready.case()
    assert case.covers(Signature.objects.get())
    assert ready.sign(second).sealed
    assert differences(SealedCopy.objects.get()) == []


def test_what_was_signed_before_the_titles_changed_is_signed_still(ready: Ready) -> None:
    """The text of today's rules is the one of the first release, byte by byte; a rule that is new
    is listed by its id.
    """
    first = [rule for rule in rules.judging_stored(2025) if SignedWords.of(rule.id).message]
    assert len(first) == 21
    of_first = "\n".join(
        sorted(severities._line(severities.RuleInForce(rule, rule.severity)) for rule in first)
    )
    assert sha256(of_first.encode()).hexdigest() == FIRST_SIGNED
    signed = signed_text.of_state(ready.scope, ready.event, 1, "Cottonwood Bend")
    assert ["CTE-127", "warning", "Start Date lies far back"] in signed.rules
    assert ["CTE-126", "error", "Start Date is not in the future"] in signed.rules
    assert SignedWords.of("CTE-999") == ("CTE-999", "", "")
