"""A district that finishes last year, or whose year is closed: no page offers what cannot succeed,
and OPI can close the year for it alone.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from certification.events.year_end import close_for, holds_sending
from certification.models import CertificationEvent, Round, Signature
from certification.signing import gates
from cte_portal.accounts.models import AuditEvent, User
from cte_portal.batches.models import Batch, Notice
from cte_portal.batches.running import run
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.lists import publish
from pathways.models import Participation, SchoolYear, Student
from pathways.reports.groups import REPORTS
from pathways.reports.run import ask
from tests.certification.events.test_years import activate
from tests.certification.ready import Ready
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import HEALTH, District_
from tests.pathways.desk import text

OLD = "/districts/9012/2025/"
WHY = "Letter of 07/14/2025"
OFFERS = (
    "Open and fix",
    "Explain it",
    "Explain all",
    "Run the Certification report",
    "Run all at",
    "Add the record",
    "Open the report",
    "Send Resync",
    "Send everything",
    "Submit to Batch",
    "Save and next",
    "Request recertification",
    "See findings",
)


@pytest.fixture
@stands
def wrong(cottonwood: District_, event: CertificationEvent, clerk: User, kayla: Student) -> Ready:
    """What was sent has an error and a warning without a reason, and the Certification report was
    not run.
    """
    ready_case = Ready(cottonwood, event, clerk)
    ready_case.record(kayla, concentrator=True)
    publish.publish()
    ready_case.send()
    ready_case.wait()
    ask(ready_case.scope.at_state(), [REPORTS["incorrect-concentrator"]], by=clerk)
    cottonwood.enroll(kayla, 2026)
    cottonwood.approve(HEALTH, end_year=2026)
    return ready_case


@pytest.fixture
@stands
def ready(cottonwood: District_, event: CertificationEvent, clerk: User, kayla: Student) -> Ready:
    """Nothing is in the way of signing 2024-25."""
    ready_case = Ready(cottonwood, event, clerk)
    ready_case.record(kayla)
    ready_case.prepare()
    ask(ready_case.scope.at_state(), list(REPORTS.values()), by=clerk)
    return ready_case


def next_year() -> None:
    SchoolYear.objects.filter(is_active=True).update(is_active=False)
    SchoolYear.objects.filter(pk=2026).update(is_active=True)


def pages(event: CertificationEvent) -> list[str]:
    """Of the district; MT Extracts still gives a file of any year."""
    record = Participation.objects.get()
    event_path = f"event-certification/{event.pk}/"
    return [
        "",
        "cte-concentrator/",
        f"cte-concentrator/{record.student_id}/",
        f"cte-concentrator/{record.student_id}/{record.pathway_id}/",
        "findings/",
        "findings/?by=rule",
        "findings/?at=state",
        "findings/?at=state&by=rule",
        "data-validation-reports/",
        "data-validation-reports/?report=incorrect-concentrator",
        "data-validation-reports/?report=certification",
        "resync/",
        "resync/compare/",
        "mt-data-upload/",
        "event-certification/",
        event_path,
        f"{event_path}snapshot/",
        f"{event_path}changes/",
        f"{event_path}explanations/",
        f"{event_path}lists/participants/",
        "event-certification/status/",
    ]


def post_forms(page: str) -> list[str]:
    """The forms of a page's own content that save something of the year: a search by name is
    posted, so that no name is in an address, staying signed in saves nothing, and a list keeps a
    person's own filters under a name.
    """
    main = page[page.index("<main") : page.index("</main>")]
    every = re.findall(r"<form[^>]*method=\"post\".*?</form>", main, re.DOTALL)
    return [
        form
        for form in every
        if "<button" in form
        and 'role="search"' not in form
        and "/session/stay/" not in form
        and "/saved-lists/" not in form
    ]


@pytest.mark.parametrize("after", ["finish", "closed"])
@pytest.mark.parametrize("visitor", ["clerk", "certifier", "administrator"])
def test_no_page_of_a_year_that_is_over_offers_what_cannot_succeed(
    client: Client, wrong: Ready, administrator: User, clerk: User, visitor: str, after: str
) -> None:
    """FR-206: *Open and fix* and *Explain* stood on the gates of districts that finish, and led to
    pages that only read.
    """
    next_year()
    CertificationEvent.objects.update(
        after_year=after, may_finish=["9012"] if after == "finish" else [], after_year_reason=WHY
    )
    client.force_login(
        {"clerk": clerk, "certifier": wrong.primary.user, "administrator": administrator}[visitor]
    )
    for page in pages(wrong.event):
        answer = client.get(OLD + page)
        if visitor == "certifier" and answer.status_code == 403:  # batches are no business of hers
            continue
        content = answer.content.decode()
        assert answer.status_code == 200, page
        if page == "mt-data-upload/":  # what became of its leavers comes after the year
            (types,) = re.findall(r'<select[^>]*name="type".*?</select>', content, re.DOTALL)
            assert re.findall(r"<option[^>]*>([^<]+)</option>", types) == ["Fall CTE"]
            continue
        words = text(answer)
        assert not [offer for offer in OFFERS if offer in words], page
        signs = (
            visitor == "certifier"
            and after == "finish"
            and page == f"event-certification/{wrong.event.pk}/"
        )
        assert len(post_forms(content)) == (1 if signs else 0), (page, post_forms(content))


def test_the_gates_of_a_finishing_district_say_who_can_help(wrong: Ready) -> None:
    """FR-206: what the district can do is to write to OPI."""
    assert {"errors", "report"} <= set(wrong.missing())
    before = {
        verdict.gate.slug: verdict.answer for verdict in gates.missing(gates.verdicts(wrong.case()))
    }
    assert before["errors"].cure_label == "Open and fix" and before["report"].runs
    next_year()
    CertificationEvent.objects.update(after_year="finish", may_finish=["9012"])
    closed = gates.missing(gates.verdicts(wrong.case()))
    assert {"errors", "report"} <= {verdict.gate.slug for verdict in closed}
    for verdict in closed:
        assert (
            "2024-25 is over: records can be neither changed nor sent. Contact OPI."
            in verdict.answer.sentence
        )
        assert not verdict.answer.cure and not verdict.answer.runs


def letters() -> list[Batch]:
    return list(Batch.objects.filter(kind="letter", options__template="year_closed").order_by("pk"))


def test_closing_a_year_writes_to_certifiers_and_administrators(
    client: Client,
    ready: Ready,
    keeper: User,
    administrator: User,
    clerk: User,
    mailoutbox: list[EmailMessage],
) -> None:
    """FR-206: nobody of the districts was told."""
    assert activate(client, keeper, unfinished="closed", reason=WHY).status_code == 302
    batches = letters()
    assert {batch.options["to"] for batch in batches} == {ready.primary.user_id, administrator.pk}
    assert {batch.district for batch in batches} == {"9012"}
    for batch in batches:
        assert run(batch.pk)
    assert {batch.to[0].split("@")[0] for batch in mailoutbox} == {"jdoe2", "areyes"}
    assert "9012 Cottonwood Bend – closed without certification, was due" in mailoutbox[0].subject
    assert (
        "OPI has closed 2024-25 for your district." in mailoutbox[0].body
        and WHY not in mailoutbox[0].body
    )
    assert Notice.objects.filter(
        user=administrator, path=f"{OLD}event-certification/{ready.event.pk}/"
    ).exists()


def test_who_finishes_is_not_written_to(
    client: Client, ready: Ready, keeper: User, elsewhere: District_, stranger: User
) -> None:
    assert activate(client, keeper, unfinished="finish").status_code == 302
    assert "9012" not in {batch.district for batch in letters()}


def close_year(client: Client, event: CertificationEvent, **values: str) -> Any:
    """As OPI does it: look at what follows, give the reason, confirm."""
    address = f"/opi/certification-events/{event.pk}/finishing/9012/"
    answer = client.get(address)
    if answer.status_code != 200:
        return answer
    return client.post(address, {"seen": answer.context["seen"], "reason": WHY, **values})


def test_opi_closes_last_year_for_one_district(
    client: Client, ready: Ready, keeper: User, opi: User, administrator: User, clerk: User
) -> None:
    """FR-206: afterwards there was no way to end what one district did not finish, and it held its
    data of the next year.
    """
    ready.certifier("second", "Reyes", "Maria")
    ready.sign()
    assert activate(client, keeper, unfinished="finish").status_code == 302
    assert holds_sending(Scope("9012", 2026))
    address = f"/opi/certification-events/{ready.event.pk}/"
    client.force_login(opi)
    assert (
        "Close 2024-25…" not in text(client.get(address))
        and client.get(f"{address}finishing/9012/").status_code == 403
    )
    client.force_login(keeper)
    assert f"{address}finishing/9012/" in client.get(address).content.decode()
    preview = text(client.get(f"{address}finishing/9012/"))
    for sentence in (
        "9012 Cottonwood Bend can no longer certify 2024-25.",
        "1 signature is void.",
        "It can send data of the next school year",
    ):
        assert sentence in preview
    assert "Enter the reason" in text(close_year(client, ready.event, reason="")) and holds_sending(
        Scope("9012", 2026)
    )
    assert "This changed after you opened the page." in text(
        close_year(client, ready.event, seen="[]")
    )
    assert close_year(client, ready.event)["Location"] == address
    assert holds_sending(Scope("9012", 2026)) == ""
    assert not Signature.objects.standing().exists() and Round.objects.get().status == "abandoned"
    case = ready.case()
    assert (
        case.district_event.ended
        and case.district_event.status.sentence
        == f"2024-25 is over and was not certified. OPI closed it: {WHY}"
    )
    assert {batch.options["to"] for batch in letters()} >= {ready.primary.user_id, administrator.pk}
    entry = AuditEvent.objects.filter(kind="certification event", district="9012").get()
    assert (entry.reason, entry.after) == (WHY, {"After the school year": "Closed"})
    assert "To be finished" not in text(client.get(address))
    number = len(letters())
    again = client.post(f"{address}finishing/9012/", {"reason": WHY, "seen": "[]"})
    assert again["Location"] == address and len(letters()) == number, "a double click"


def test_only_what_is_to_be_finished_is_closed(client: Client, ready: Ready, keeper: User) -> None:
    with pytest.raises(Refusal, match="nothing to finish"):
        close_for(ready.scope, ready.event.pk, by=keeper, reason=WHY)
    client.force_login(keeper)
    assert close_year(client, ready.event).status_code == 404
    assert activate(client, keeper, unfinished="finish").status_code == 302
    ready.sign()
    with pytest.raises(Refusal, match="nothing to finish"):
        close_for(ready.scope, ready.event.pk, by=keeper, reason=WHY)
    assert (
        Round.objects.get().status == "sealed" and CertificationEvent.objects.get().closed_for == {}
    )
