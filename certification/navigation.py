"""Where the certification screens stand in the navigation, what the bar above every page says of the event, and the home page's steps."""

from __future__ import annotations

from django.urls import reverse

from certification.dates import in_words
from certification.status import next_event
from cte_portal.accounts.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.ui.navigation import ContextFact, Screen, Standing

DATA_CERTIFICATION = ("Reporting", "Data Certification")

SHORT = {"cte-eoy": "End of Year", "cte-fall": "Fall CTE"}

SCREENS = (
    Screen(
        name="Type Membership Setup",
        path=DATA_CERTIFICATION,
        url_name="type-membership-setup",
        step="Step 1",
        capability=Capability.VIEW_RECORDS,
        synonyms=("certifier", "identify a certifier", "CTE Data", "Primary", "Secondary", "Data Integrity Tools > Data Certification"),
        also=("certifier",),
    ),
    Screen(
        name="Event Certification",
        path=DATA_CERTIFICATION,
        url_name="event-dashboard",
        step="Step 4",
        capability=Capability.VIEW_RECORDS,
        synonyms=("Event Dashboard", "Certify & Submit", "sign", "Data Integrity Tools > Data Certification > Event Certification"),
        also=("event-certification",),
    ),
    Screen(
        name="Certification events",
        path=("Set up the collection",),
        url_name="certification-events",
        capability=Capability.SEE_LISTS,
        synonyms=("Event Management", "due date", "publish", "extension", "statements", "Event Admin Membership"),
        scoped=False,
        also=(
            "certification-event",
            "certification-event-new",
            "certification-event-move",
            "certification-extension",
            "certification-extension-new",
        ),
    ),
)


def due(scope: Scope, standing: Standing) -> ContextFact | None:
    """The event with its due date and the days left (G-09); once certified, since when."""
    one = next_event(scope)
    if one is None:
        return None
    name = SHORT[one.event.collection]
    url = reverse("event-certification", args=[scope.district, scope.end_year, one.event.pk])
    if one.reopened:
        until = one.dates.corrections_until
        return ContextFact(f"{name} to be signed again by", in_words(until), about=one.event.name, url=url)
    if one.is_certified:
        return ContextFact(f"{name} certified", f"{one.sealed_on:%m/%d/%Y}", about=one.event.name, url=url)
    word = "was due" if one.is_overdue else "due"
    return ContextFact(f"{name} {word}", in_words(one.dates.due), one.left, one.event.name, url=url, attention=one.is_overdue)
