"""C-37: whatever happens in whatever order, what is certified is what was signed, and what was
signed stays.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from cte_portal.accounts.models import User
from tests.certification.machine import Certification
from tests.certification.ready import Ready
from tests.fixtures.records import District_

pytestmark = pytest.mark.django_db(databases=["default", "state"])


def test_c_37_certified_is_what_was_signed_whatever_happens(
    cottonwood: District_, event: object, clerk: User, opi: User
) -> None:
    """`C37_EXAMPLES` asks for more of them than a test run has time for."""
    ready = Ready(cottonwood, event, clerk)  # type: ignore[arg-type]
    students = [cottonwood.student(f"99900012{number}") for number in range(3)]
    ready.record(students[0])
    ready.prepare()
    examples, happened = int(os.environ.get("C37_EXAMPLES", "0")), Counter[Any]()
    machine = type(
        "Machine",
        (Certification,),
        {"ready": ready, "students": students, "opi": opi, "happened": happened},
    )
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples or 6,
                stateful_step_count=40 if examples else 20,
                derandomize=not examples,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        if examples:
            print(dict(happened))
    assert happened["sealed", 1], "what is never certified proves nothing"
