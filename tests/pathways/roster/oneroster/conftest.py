"""A district whose system's exports are mapped."""

from __future__ import annotations

import pytest

from pathways.models import OneRosterMapping
from pathways.roster.imports.oneroster.confirming import MappingChoices, SchoolChoice, confirm
from tests.pathways.roster.conftest import Desk
from tests.pathways.roster.oneroster.exports import SOURCE

SCHOOLS = (
    SchoolChoice("s1", "Sun High", "0001", "001"),
    SchoolChoice("s2", "Moon High", "0002", "001"),
    SchoolChoice("s3", "Star Grade", "", ""),
)


def choices(**changes: object) -> MappingChoices:
    values = {
        "source": SOURCE,
        "state_id_place": "userIds:StateID",
        "local_id_place": "identifier",
        "section_rule": "after",
        "second_school": "S",
        "share": 0,
        "schools": SCHOOLS,
    }
    return MappingChoices(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def mapping(desk: Desk) -> OneRosterMapping:
    return confirm(desk.scope, choices(), by="GRANT, SAM", by_id=desk.clerk.pk)
