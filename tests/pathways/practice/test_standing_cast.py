"""What stands for several tests is to each of them as if it had been made for it alone."""

from __future__ import annotations

from typing import Any

import pytest

from certification.models import CertificationEvent
from cte_portal.accounts.models import User
from pathways.models import Student
from tests.fixtures.quick.worlds import world
from tests.fixtures.records import District_

pytestmark = pytest.mark.django_db(databases=["default", "state"])


@pytest.mark.parametrize("test", ["first", "next"])
def test_what_a_test_does_to_the_cast_is_gone_for_the_next(
    test: str, cottonwood: District_, clerk: User, kayla: Student
) -> None:
    assert Student.objects.get() == kayla and kayla.first_name == "Kayla"
    assert kayla.district is cottonwood.district, "the objects are still each other's"
    assert User.objects.get() == clerk and not hasattr(clerk, "of_this_test")
    kayla.first_name, clerk.of_this_test = "Kaylee", test  # type: ignore[attr-defined]
    kayla.save()
    clerk.delete()


def test_nobody_stands_for_whom_a_test_does_not_ask(cottonwood: District_) -> None:
    assert not Student.objects.exists() and not User.objects.exists()


@pytest.mark.parametrize("event", ["cte-fall", "cte-eoy"], indirect=True)
def test_what_stands_is_made_with_the_parameter_of_the_test(event: CertificationEvent) -> None:
    assert CertificationEvent.objects.get() == event
    assert event.end_year == {"cte-fall": 2024, "cte-eoy": 2025}[event.collection]


def test_a_world_within_a_test_takes_nothing_else_back(
    django_db_blocker: Any, kayla: Student
) -> None:
    with world(django_db_blocker):
        Student.objects.filter(pk=kayla.pk).update(first_name="Kaylee")
    assert Student.objects.get().first_name == "Kayla"
