"""Which Validation Groups an event asks for before it is signed (guide, Step Four 1)."""

from __future__ import annotations

from certification.collections.chosen import collection_of
from certification.models import CertificationEvent
from pathways.reports.groups import Group


def groups_of(event: CertificationEvent) -> list[Group]:
    """The Validation Groups that OPI has chosen for the event, in the guide's order."""
    groups = collection_of(event).groups
    return [group for group in groups if group.slug in event.validation_groups]
