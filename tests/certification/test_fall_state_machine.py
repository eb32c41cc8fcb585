"""Whatever happens to a follow-up in whatever order: nobody is lost, no answer that stands is
overwritten, and no contact leaves the district.
"""

from __future__ import annotations

import io
import logging
import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from cte_portal.accounts.models import User
from tests.certification.fall_machine import FollowUp
from tests.certification.ready_fall import ReadyFall
from tests.fixtures.certification import make_fall_event
from tests.fixtures.records import HEALTH, District_
from tests.pathways.follow_up.leavers import DROPPED_OUT

pytestmark = pytest.mark.django_db(databases=["default", "state"])


def test_nobody_is_lost_no_answer_overwritten_and_no_contact_leaves_the_district(
    opi_reference: None, cottonwood: District_, clerk: User, opi: User
) -> None:
    """`FALL_EXAMPLES` asks for more of them than a test run has time for."""
    ready = ReadyFall(cottonwood, make_fall_event(), clerk)
    leavers = ready.leavers
    students = [
        leavers.leaver("999000500", HEALTH, end_status=DROPPED_OUT),
        leavers.leaver("999000501", HEALTH),
        leavers.leaver("999000502", HEALTH, end_status=DROPPED_OUT),
    ]
    ready.draw()
    ready.send()
    examples, happened = int(os.environ.get("FALL_EXAMPLES", "0")), Counter[Any]()
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    world = {"ready": ready, "students": students, "opi": opi}
    machine = type("Machine", (FollowUp,), {**world, "logged": logged, "happened": happened})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples or 8,
                stateful_step_count=40 if examples else 20,
                derandomize=not examples,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        logging.getLogger().removeHandler(handler)
        if examples:
            print(dict(happened))
    for event in ("sealed", "called", "contact", "uploaded", "resolved", "looked for contacts"):
        assert happened[event], f"{event} never happened: that proves nothing"
