"""The home page's steps of certifying, the guide's first and last one (R-01, R-02)."""

from __future__ import annotations

from django.urls import reverse

from certification.certifiers.certifiers import known_certifiers
from certification.collections.chosen import collection_of
from certification.events.year_end import finishing
from certification.models import Certifier, Recertification, Signature
from certification.models.certifier import cannot_sign
from certification.models.dates import Phase
from certification.navigation import DATA_CERTIFICATION
from certification.signing.case import shown_case
from certification.signing.gates import in_the_way
from certification.status.district_event import NO_PRIMARY, DistrictEvent
from certification.status.status import closed_events, events_of, first_waiting, known_events
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.frame import HomeLead, HomeTask, Standing
from cte_portal.ui.unavailable import if_state_answers
from cte_portal.ui.wording import all_of

# A step's status in the words of all steps, by the kind of the district's status in the
# event.
WORDS = {
    "completed": "Completed",
    "progress": "In progress",
    "warning": "In progress",
    "none": "Not yet started",
    "queued": "Cannot start yet",
    "problem": "There is a problem",
    "canceled": "Not certified",
}
CLOSED = ("canceled", "Closed")


def identify(scope: Scope, standing: Standing) -> list[HomeTask]:
    """Step 1."""
    certifiers = known_certifiers(scope.district, standing.known)
    primaries = [certifier for certifier in certifiers if certifier.is_primary]
    is_published = bool(known_events(scope, standing.known))
    status, sentence = _certifiers(primaries, is_published=is_published)
    may_change = standing.can(Capability.MANAGE_CERTIFIERS)
    return [
        HomeTask(
            step="1",
            title="Identify a certifier",
            path=(*DATA_CERTIFICATION, "Type Membership Setup"),
            status=status,
            sentence=sentence,
            url=reverse("type-membership-setup", args=[scope.district, scope.end_year]),
            next_label=(
                ("Change certifiers" if primaries else "Add a certifier")
                if may_change
                else "See the certifiers"
            ),
        )
    ]


def _certifiers(primaries: list[Certifier], *, is_published: bool) -> tuple[tuple[str, str], str]:
    if not primaries and not is_published:
        return ("none", "Not yet started"), "No Primary certifier yet. At least one signs."
    if not primaries:
        return ("problem", "There is a problem"), NO_PRIMARY
    _, why = cannot_sign(primaries)
    number = (
        "1 Primary certifier."
        if len(primaries) == 1
        else f"{len(primaries)} Primary certifiers. {all_of(len(primaries))} must sign."
    )
    if why:
        return ("warning", "In progress"), f"{number} {why}."
    return ("completed", "Completed"), number


def certify(scope: Scope, standing: Standing) -> list[HomeTask]:
    """Step 4, Certify & Submit: what is left of last year, then this year's End of Year."""
    events = known_events(scope, standing.known)
    own = [event for event in events if not event.event.is_of_leavers]
    return [*_last_year(scope, standing), _step(scope, first_waiting(own), standing)]


def certify_leavers(scope: Scope, standing: Standing) -> list[HomeTask]:
    """The same of Fall CTE, after the calls that it certifies, while it is waited for, or when OPI
    has closed it without.
    """
    events = [event for event in known_events(scope, standing.known) if event.event.is_of_leavers]
    if not events:
        return _closed_of_leavers(scope)
    return [
        _step(scope, event, standing)
        for event in events
        if not event.is_certified and event.phase not in (Phase.NOT_YET_OPEN, Phase.OVER)
    ]


def _closed_of_leavers(scope: Scope) -> list[HomeTask]:
    """In the year after the leavers', who stand on that year's lists."""
    last = Scope(scope.district, scope.end_year - 1)
    return [
        HomeTask(
            step="4",
            title=f"Certify & Submit: {collection_of(event).short} {event.school_year}",
            path=(*DATA_CERTIFICATION, "Event Certification"),
            status=CLOSED,
            sentence=_uncertified(f"{collection_of(event).short} {event.school_year}"),
            url=reverse("event-dashboard", args=[last.district, last.end_year]),
            next_label="",
        )
        for event in closed_events(scope)
        if event.is_of_leavers and event.end_year == last.end_year and not event.receipt
    ]


def _step(scope: Scope, district_event: DistrictEvent | None, standing: Standing) -> HomeTask:
    title, ready = "Certify & Submit", False
    if district_event is None:
        status, sentence = _without_event(scope)
        url = reverse("event-dashboard", args=[scope.district, scope.end_year])
    else:
        event = district_event.event
        of_event = Scope(scope.district, event.end_year)
        status, sentence, ready = _standing(of_event, district_event, standing)
        url = reverse("event-certification", args=[scope.district, event.end_year, event.pk])
        if event.is_of_leavers:
            title = f"{title}: {collection_of(event).short} {event.school_year}"
    lead = _lead(district_event, standing, url, ready=ready) if district_event else None
    leads = (_request(district_event), lead) if district_event else ()
    return HomeTask(
        step="4",
        title=title,
        path=(*DATA_CERTIFICATION, "Event Certification"),
        status=status,
        sentence=sentence,
        url=url,
        next_label=lead.link_text if lead else "Open the event" if district_event else "",
        leads=tuple(lead for lead in leads if lead),
    )


def _last_year(scope: Scope, standing: Standing) -> list[HomeTask]:
    """The steps that are still open in a year that is over, shown in the year that people open now."""
    earlier = [
        Scope(scope.district, event.end_year)
        for event in finishing(scope)
        if scope.district in event.may_finish
    ]
    tasks = []
    for last in earlier:
        for district_event in events_of(last):
            if district_event.finishing:
                url = reverse(
                    "event-certification",
                    args=[last.district, last.end_year, district_event.event.pk],
                )
                lead = _lead(
                    district_event,
                    standing,
                    url,
                    ready=_standing(last, district_event, standing)[2],
                )
                tasks.append(
                    HomeTask(
                        step="4",
                        title=f"Finish {district_event.event.school_year}",
                        path=(*DATA_CERTIFICATION, "Event Certification"),
                        status=("people", "To be finished"),
                        sentence=district_event.status.sentence,
                        url=url,
                        next_label=lead.link_text if lead else "Open the event",
                        leads=(lead,) if lead else (),
                    )
                )
    return tasks


def _request(district_event: DistrictEvent) -> HomeLead | None:
    """OPI's request for a correction, with its reason, before all else (walk 19)."""
    request = (
        Recertification.objects.of(district_event.event, district_event.district)
        .in_progress()
        .first()
        if district_event.reopened
        else None
    )
    if request is None or request.origin != Recertification.Origin.OPI:
        return None
    url = reverse(
        "recertification", args=[district_event.district, district_event.event.end_year, request.pk]
    )
    return HomeLead(
        "OPI requests a correction.",
        f"{request.reason} {district_event.due_sentence}.",
        url,
        "Read the request and answer",
    )


def _without_event(scope: Scope) -> tuple[tuple[str, str], str]:
    """The year's event is not published yet, or OPI has closed it."""
    closed = [event for event in closed_events(scope) if not event.is_of_leavers]
    if not closed:
        return (
            "queued",
            "Cannot start yet",
        ), f"OPI has not published the certification event of {scope.school_year}."
    receipt: str | None = closed[0].receipt
    if receipt is None:
        return CLOSED, _uncertified(scope.school_year)
    return (
        "completed",
        "Completed",
    ), f"Certified under receipt {receipt}. OPI has closed the event."


def _uncertified(name: str) -> str:
    return f"OPI has closed the certification event of {name}. It was not certified."


def _lead(
    district_event: DistrictEvent, standing: Standing, url: str, *, ready: bool
) -> HomeLead | None:
    """A Primary certifier's home begins with her signature, as long as it is missing and the event
    takes it.
    """
    certifier = next(
        (
            certifier
            for certifier in known_certifiers(district_event.district, standing.known)
            if certifier.is_primary and certifier.user == standing.person
        ),
        None,
    )
    in_time = district_event.dates.accepts_signatures(
        district_event.now, correcting=district_event.reopened
    )
    if (
        certifier is None
        or district_event.is_certified
        or not in_time
        or not (district_event.in_active_year or district_event.finishing)
    ):
        return None
    has_signed = Signature.objects.standing().filter(
        certifier=certifier,
        round__event=district_event.event,
        round__district=district_event.district,
        round__status="open",
    )
    seals = (
        district_event.signed >= district_event.primaries
    )  # all names stand, and one of them has to send it (C-17)
    if not seals and has_signed.exists():
        return None
    about = f"{district_event.event.name}. {district_event.due_sentence}."
    if not ready:
        return HomeLead(
            "Your signature will be needed.",
            f"{about} It is not ready to sign yet.",
            url,
            "See what is missing",
            kind="info",
        )
    return HomeLead("Your signature is needed.", about, url, "Review and sign")


def _standing(
    scope: Scope, district_event: DistrictEvent, standing: Standing
) -> tuple[tuple[str, str], str, bool]:
    """While it can be signed, what stands in the way of it, by the same gates that the signature
    asks; else where the event stands. With it whether a certifier could sign now.
    """
    own_status = (
        (district_event.status.kind, WORDS[district_event.status.kind]),
        district_event.status.sentence,
    )
    if (
        district_event.is_certified
        or district_event.ended
        or not district_event.primaries
        or not district_event.dates.accepts_signatures(
            district_event.now, correcting=district_event.reopened
        )
    ):
        return *own_status, False
    closed_gates = if_state_answers(
        lambda: in_the_way(shown_case(scope, district_event, None, standing.known))
    )
    if closed_gates is None:
        waits = "The state cannot be reached right now, so nobody can sign."
        return ("queued", "Waiting for the state"), f"{waits} {district_event.signers}", False
    if not closed_gates:
        return own_status[0], f"Ready to sign. {district_event.signers}", True
    first, *rest = (verdict.title for verdict in closed_gates)
    problems = ", ".join([first, *(problem[0].lower() + problem[1:] for problem in rest)])
    return ("queued", WORDS["queued"]), f"{problems}. {district_event.signers}", False
