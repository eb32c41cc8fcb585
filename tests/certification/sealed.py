"""A district whose event is sealed, in one collection or the other, and its way to a
recertification.
"""

from __future__ import annotations

import pytest

from certification.collections.chosen import collection_of
from certification.models import Recertification, Round
from certification.recertification import recertification
from certification.status.status import event_of
from tests.certification.ready import Ready
from tests.fixtures.quick.standing import stands

WHY = {"reason": "Two students were left out.", "what_changes": "Two records are added."}


class Sealed:
    """Cottonwood Bend as its only Primary's signature leaves it."""

    def __init__(self, ready: Ready) -> None:
        self.ready, self.event, self.primary, self.scope = (
            ready,
            ready.event,
            ready.primary,
            ready.scope,
        )
        ready.sign()
        self.copy = ready.copies.get()
        self.round = self.copy.round

    @property
    def place(self) -> str:
        """Where its requests are."""
        return f"{self.ready.place}recertification/"

    @property
    def asking(self) -> str:
        """The form of a request."""
        return f"{self.place}new/{self.event.pk}/"

    @property
    def demanding(self) -> str:
        """OPI's form."""
        return f"{self.place}demand/{self.event.pk}/"

    @property
    def rounds(self) -> dict[int, Round]:
        """By number."""
        return {row.number: row for row in self.ready.rounds}

    @property
    def data(self) -> str:
        """What is locked."""
        return collection_of(self.event).data

    @property
    def word(self) -> str:
        """Where it stands."""
        district_event = event_of(self.scope, self.event.pk)
        assert district_event is not None
        return district_event.status.word

    def ask(self) -> Recertification:
        return recertification.ask(self.scope, self.event.pk, by=self.primary.user, **WHY)


def page_of(request: Recertification) -> str:
    place = f"/districts/{request.district}/{request.event.end_year}/recertification/"
    return f"{place}{request.pk}/"


@pytest.fixture
@stands
def sealed(ready: Ready) -> Sealed:
    return Sealed(ready)
