"""What a file means for credits that were certified before (U-60)."""

from __future__ import annotations

import datetime
from decimal import Decimal

from cte_portal.editions import Scope
from pathways.models import Participation, Student
from tests.fixtures.certification import make_event, make_round, seal_records
from tests.fixtures.records import District_
from tests.fixtures.uploads import Upload, file, line


def test_u_60_a_total_below_the_last_certified_year_warns_and_is_saved(
    upload: Upload, cottonwood: District_, kayla: Student
) -> None:
    last_year = {
        "modified_end_year": 2024,
        "modified_date": datetime.date(2024, 5, 8),
        "modified_by": "MARTIN, CHERYL",
    }
    cottonwood.record(kayla, in_district_credits=Decimal("1.50"), **last_year)
    lower = file(line(total="1.00", inside="1.00"))
    assert upload(lower, "validate").counts["warnings"] == 0, "last year was never certified"
    seal_records(make_round(make_event(end_year=2024)), Scope("9012", 2024))
    uploaded = upload(lower)
    assert [(finding["rule"], finding["severity"]) for finding in uploaded.findings] == [
        ("CTE-215", "warning")
    ]
    assert Participation.objects.get().total_credits == Decimal("1.00")
    assert upload(file(line(total="1.50", inside="1.50"))).counts["warnings"] == 0
