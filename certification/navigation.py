"""The certification screens in the navigation, and the event in the bar above every page."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from certification.collections.chosen import collection_of
from certification.models.dates import Phase, in_words
from certification.status.statewide import events_worked_on_in, requests_waiting
from certification.status.status import known_next_event
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.frame import ContextFact, Screen, Standing

DATA_CERTIFICATION = ("Reporting", "Data Certification")

BOARD = (
    Screen(
        name="Status board",
        path=(),
        url_name="status-board",
        capability=Capability.WORK_STATEWIDE,
        synonyms=(
            "District Certification Status",
            "Event Report",
            "all districts",
            "who has not certified",
            "overdue",
            "statewide",
            "export",
            "print",
            "progress of districts",
            "how far is each district",
            "dashboard",
            "certified districts",
            "compliance",
        ),
        scoped=False,
    ),
)

SCREENS = (
    Screen(
        name="Type Membership Setup",
        path=DATA_CERTIFICATION,
        url_name="type-membership-setup",
        step="Step 1",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "certifier e-mail",
            "toggle Primary",
            "uncheck Active",
            "certifier",
            "authorized representative",
            "identify a certifier",
            "CTE Data",
            "Primary",
            "Secondary",
            "Data Integrity Tools > Data Certification",
            "who signs",
            "name a certifier",
            "add a certifier",
            "remove a certifier",
            "superintendent",
            "inactive",
            "Certification Type Membership",
            "Reporting > Data Certification",
            "signer",
        ),
        also=("certifier",),
    ),
    Screen(
        name="Event Certification",
        path=DATA_CERTIFICATION,
        url_name="event-dashboard",
        step="Step 4",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "Event Dashboard",
            "Certify & Submit",
            "sign",
            "signature",
            "certifier",
            "receipt",
            "print a receipt",
            "due date",
            "deadline",
            "recertification",
            "request recertification",
            "reopen",
            "Ad Hoc Data Links",
            "State-Report Output",
            "Review Snapshot",
            "View District Certification Status",
            "Data Integrity Tools > Data Certification > Event Certification",
            "certify",
            "submit",
            "finish",
            "final",
            "attestation",
            "statements",
            "locked",
            "unlock",
            "correct after certifying",
            "decertify",
            "certificate",
            "proof",
            "certification status",
            "collection",
            "recertify",
            "extension",
            "who has signed",
            "why is it locked",
            "locked records",
            "corrections",
        ),
        also=(
            "event-certification",
            "certification-snapshot",
            "certification-changes",
            "certification-explanations",
            "certification-list",
            "certification-receipt",
            "certification-receipt-pdf",
            "certification-status",
            "recertification",
            "recertification-new",
            "recertification-demand",
        ),
    ),
    Screen(
        name="Years Side by Side",
        path=DATA_CERTIFICATION,
        url_name="district-years",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "compare years",
            "last year",
            "trend",
            "five years",
            "history of figures",
            "chart",
            "earlier certifications",
            "previous year",
            "graph",
        ),
        listed=False,
    ),
    Screen(
        name="Reminders",
        path=("Requests",),
        url_name="reminders",
        capability=Capability.WORK_STATEWIDE,
        synonyms=(
            "remind",
            "letter",
            "e-mail",
            "email",
            "overdue",
            "not certified",
            "write to districts",
            "mail certifiers",
            "late districts",
        ),
        scoped=False,
    ),
    Screen(
        name="Recertification requests",
        path=("Requests",),
        url_name="recertification-inbox",
        capability=Capability.WORK_STATEWIDE,
        synonyms=(
            "recertification",
            "recertify",
            "reopen",
            "approve",
            "deny",
            "inbox",
            "decertify",
            "unlock a district",
            "correction request",
            "open again",
        ),
        scoped=False,
        open=lambda standing: requests_waiting(),
    ),
    Screen(
        name="Certification events",
        path=("Set up the collection",),
        url_name="certification-events",
        capability=Capability.SEE_LISTS,
        synonyms=(
            "Event Management",
            "due date",
            "deadline",
            "publish",
            "extension",
            "statements",
            "Ad Hoc Data Links",
            "Event Admin Membership",
            "open the collection",
            "close the collection",
            "collection dates",
            "window",
            "new event",
            "extend the deadline",
        ),
        scoped=False,
        also=(
            "certification-event",
            "certification-event-new",
            "certification-event-move",
            "certification-year-close",
            "certification-extension",
            "certification-extension-new",
        ),
    ),
)


def due(scope: Scope, standing: Standing) -> ContextFact | None:
    """The event with its due date and the days left (G-09); once certified, since when."""
    if not standing.can(Capability.VIEW_RECORDS):
        return None
    district_event = known_next_event(scope, standing.known)
    if district_event is None:
        return None
    name = collection_of(district_event.event).short
    event = district_event.event
    url = reverse("event-certification", args=[scope.district, event.end_year, event.pk])
    if district_event.reopened:
        until = district_event.dates.corrections_until
        return ContextFact(
            f"{name} to be signed again by",
            f"{until:%m/%d/%Y}",
            about=district_event.event.name,
            url=url,
        )
    if district_event.ended:
        return ContextFact(
            name,
            "not certified",
            f"{district_event.event.school_year} is over",
            district_event.event.name,
            url=url,
        )
    if district_event.finishing:
        return ContextFact(
            f"{name} to be finished by",
            f"{district_event.last_day_to_sign:%m/%d/%Y}",
            about=district_event.event.name,
            url=url,
            attention=True,
        )
    if district_event.is_certified:
        return ContextFact(
            f"{name} certified",
            f"{district_event.sealed_on:%m/%d/%Y}",
            about=district_event.event.name,
            url=url,
        )
    word = "Was due" if district_event.is_overdue else "Due"
    return ContextFact(
        f"{name} {word.lower()}" if event.is_of_leavers else word,
        in_words(district_event.dates.due),
        district_event.time_left,
        district_event.event.name,
        url=url,
        attention=district_event.is_overdue,
    )


def due_statewide(end_year: int, standing: Standing) -> ContextFact | None:
    """The same of OPI's pages: the year's event that is due next, with the dates of districts
    without an extension.
    """
    now = timezone.now()
    events = events_worked_on_in(end_year, standing.known)
    waiting = [event for event in events if event.dates.phase(now) is not Phase.OVER]
    if not events:
        return None
    event = (waiting or events[-1:])[0]
    late = event.dates.is_overdue(now)
    url = (
        reverse("certification-event", args=[event.pk])
        if standing.can(Capability.SEE_LISTS)
        else ""
    )
    return ContextFact(
        "Was due" if late else "Due",
        in_words(event.due),
        event.dates.time_left(now),
        event.name,
        url=url,
    )
