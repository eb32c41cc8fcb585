"""The page *MT Data Upload* as it opens."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import User
from pathways.models import Participation, Student
from pathways.records import entry
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.pathways.desk import text

PAGE = "/districts/9012/2025/mt-data-upload/"
COUNTED = 'SELECT COUNT(*) AS "__count" FROM "pathways_participation"'


def test_the_template_says_how_many_records_it_holds_and_a_save_has_none_counted_again(
    client: Client, clerk: User, cottonwood: District_, kayla: Student
) -> None:
    """In a district of 13,000 students, to count them took four times as long as the page."""
    client.force_login(clerk)

    def opened() -> tuple[str, bool]:
        with CaptureQueriesContext(connection) as queries:
            page = text(client.get(PAGE))
        counts = [query["sql"] for query in queries if query["sql"].startswith(COUNTED)]
        _, _, words = page.partition("Template filled with my ")
        return " ".join(words.split()[:2]), bool(counts)

    assert not opened()[0].startswith("1")
    record = cottonwood.record(kayla, HEALTH)
    assert opened() == ("1 record", True)
    assert opened() == ("1 record", False)
    cottonwood.record(kayla, HEALTH, version=1, in_district_credits=Decimal("1.25"))
    assert opened() == ("1 record", False)
    cottonwood.record(kayla, BUSINESS)
    assert opened() == ("2 records", True)
    record = Participation.objects.get(pk=record.pk)
    entry.delete(cottonwood.scope, record, version=record.version, by="MARTIN, CHERYL")
    assert opened() == ("1 record", True)
