"""One district that is ready to be certified in one collection or the other: what is asserted of
certification holds for both.
"""

from __future__ import annotations

import pytest

from certification.models import CertificationEvent
from cte_portal.accounts.models import User
from pathways.models import Student
from tests.certification.ready import Ready
from tests.certification.ready_fall import ReadyFall
from tests.fixtures.certification import make_fall_event
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import District_

COLLECTIONS = ["cte-eoy", "cte-fall"]
both = pytest.mark.parametrize("ready", COLLECTIONS, indirect=True)
"""Of tests whose fixtures come to `ready`; without the mark a test speaks of End of Year."""
both_events = pytest.mark.parametrize("event", COLLECTIONS, indirect=True)
"""Of tests to which the event is enough."""


def ready_with(
    collection: str, district: District_, event: CertificationEvent, clerk: User
) -> Ready:
    """Without a student."""
    if collection == "cte-eoy":
        return Ready(district, event, clerk)
    return ReadyFall(district, make_fall_event(), clerk)


def ready_for(
    collection: str,
    district: District_,
    event: CertificationEvent,
    clerk: User,
    student: Student,
) -> Ready:
    """With the student's record in End of Year's event, or the student among the leavers of the
    Fall event.
    """
    ready = ready_with(collection, district, event, clerk)
    ready.record(student)
    return ready


@pytest.fixture
@stands
def ready(
    request: pytest.FixtureRequest,
    cottonwood: District_,
    event: CertificationEvent,
    clerk: User,
    kayla: Student,
) -> Ready:
    """Kayla's record in End of Year, or Kayla among the leavers: everything sent, every gate open."""
    ready = ready_for(getattr(request, "param", "cte-eoy"), cottonwood, event, clerk, kayla)
    ready.prepare()
    return ready
