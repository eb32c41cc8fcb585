"""A practice portal with fewer districts than the usual five."""

from __future__ import annotations

import time_machine
from django.utils import timezone

from certification.letters import occasions
from certification.models import Certifier, Reminder
from cte_portal.batches.models import Batch
from pathways.demo import load


def test_a_smaller_practice_portal_names_only_people_who_are_there(db: None) -> None:
    load.load(districts=1, size=40)
    assert {certifier.district for certifier in Certifier.objects.all()} == {"9012"}


def test_a_reminder_can_be_tried_on_the_day_the_portal_is_loaded(db: None) -> None:
    load.load(districts=2, size=40)
    with time_machine.travel(timezone.localtime().replace(hour=12), tick=False):
        occasions.daily()
    assert not Reminder.objects.exists()
    assert not Batch.objects.filter(kind="letter", status="queued").exists()
