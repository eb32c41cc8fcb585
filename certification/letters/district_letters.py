"""E-mails about a district's event: subject, link and facts are made of the event as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.urls import reverse

from certification.collections.chosen import collection_of
from certification.letters.letters import Letter
from certification.models.dates import in_short
from certification.status.district_event import DistrictEvent
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways.models import District


def dated_letter(
    template: str,
    news: str,
    district_event: DistrictEvent,
    name: str,
    person: User,
    key: str,
    **facts: str,
) -> Letter:
    """An e-mail about dates. When it is sent, certification.letters.posting looks at the dates
    again.
    """
    return replace(
        district_letter(template, news, district_event, name, person, key, **facts),
        event=district_event.event.pk,
        last_day=district_event.last_day.isoformat(),
    )


def district_letter(
    template: str,
    news: str,
    district_event: DistrictEvent,
    name: str,
    person: User,
    key: str,
    path: str = "",
    **more_facts: str,
) -> Letter:
    scope = Scope(district_event.district, district_event.event.end_year)
    path = path or reverse(
        "event-certification", args=[scope.district, scope.end_year, district_event.event.pk]
    )
    facts: Mapping[str, str] = {
        "event": district_event.event.name,
        "district": f"{district_event.district} {name}",
        "due": district_event.due_sentence,
        "corrections": district_event.dates.corrections(district_event.now),
        "signers": district_event.signers,
        "data": collection_of(district_event.event).data,
        **more_facts,
    }
    return Letter(template, subject(district_event, name, news), person, scope, path, key, facts)


def subject(district_event: DistrictEvent, name: str, news: str) -> str:
    """Each names the district and the due date (ux, e-mail)."""
    due = "" if "due" in news else f" (due {in_short(district_event.last_day)})"
    return (
        f"CTE Portal: {district_event.event.get_collection_display()} {district_event.event.school_year}, {district_event.district}"
        f" {name} – {news}{due}"
    )


def district_names() -> dict[str, str]:
    return dict(District.objects.values_list("number", "name"))
