"""How long staging, judging and applying take; by hand: `python3 manage.py shell <
tests/benchmarks/ledger.py` on an empty scratch portal.

ROWS (default 20000) rows are staged, judged and written as new, then once more with three in a
hundred changed.
"""

import datetime
import itertools
import os
import time
from decimal import Decimal

from cte_portal.editions import Scope
from pathways import rules
from pathways.ledger import ledger, staging
from pathways.ledger.shape import Row
from pathways.lists import standard
from pathways.models import (
    Approval,
    Calendar,
    Change,
    District,
    Enrollment,
    Pathway,
    School,
    SchoolYear,
    Student,
)

rows = int(os.environ.get("ROWS", "20000"))
standard.load()
district = District.objects.create(number="9998", name="Benchmark")
year = SchoolYear.objects.active()
school = School.objects.create(district=district, number="0001", name="Benchmark High School")
calendar = Calendar.objects.create(school=school, school_year=year, number="001")
pathways = list(Pathway.objects.all()[:5])
Approval.objects.bulk_create(
    Approval(district=district, pathway=pathway, school_year=year) for pathway in pathways
)
born = datetime.date(2007, 1, 2)
students = Student.objects.bulk_create(
    Student(
        district=district,
        state_id=f"{998000000 + number}",
        last_name="Bench",
        first_name=str(number),
        birth_date=born,
        gender="F",
    )
    for number in range(rows // len(pathways))
)
Enrollment.objects.bulk_create(
    Enrollment(
        student=student,
        calendar=calendar,
        service_type="P",
        grade="12",
        start_date=datetime.date(2024, 8, 21),
    )
    for student in students
)
scope = Scope("9998", year.end_year)


def relation(changed: int) -> list[Row]:
    return [
        Row(
            student.pk,
            pathway.pk,
            False,
            False,
            datetime.date(2022, 7, 14),
            Decimal("1.50") if (number * 5 + index) % 100 >= changed else Decimal("1.75"),
            Decimal(0),
            Decimal(0),
            Decimal(0),
        )
        for number, student in enumerate(students)
        for index, pathway in enumerate(pathways)
    ]


for name, changed in (("all new", 0), ("3 % changed", 3), ("unchanged", 3)):
    typed = relation(changed)
    clock = [time.perf_counter()]
    staged = staging.stage(typed)
    clock.append(time.perf_counter())
    checked = rules.check_staged(scope, staged)
    clock.append(time.perf_counter())
    applied = ledger.apply(
        scope,
        staged,
        by="BENCH, MARK",
        source=Change.Source.DEMO,
        checked=checked,
        check=rules.check_staged,
    )
    clock.append(time.perf_counter())
    stage, judge, write = (later - earlier for earlier, later in itertools.pairwise(clock))
    print(
        f"{name}: stage {stage:.2f} s, judge {judge:.2f} s, apply {write:.2f} s, findings"
        f" {len(checked.findings)}, {applied}"
    )
