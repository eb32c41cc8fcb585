"""The findings page judges the lines that it shows; its numbers and its order are kept, and follow
whatever the rules read.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.editions import Edition
from pathways.findings import explaining
from pathways.findings.finding_list import BY_RECORD, BY_RULE, FindingList
from pathways.findings.findings import Level, findings
from pathways.findings.kept_findings import kept_findings
from pathways.lists.changing import changing
from pathways.lists.publish import publish
from pathways.models import Explanation, Participation, RuleSeverity, StateCopy, Student
from pathways.records import entry
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import ENROLLMENT, STUDENT
from tests.fixtures.records import District_
from tests.fixtures.resync import send
from tests.pathways.desk import text
from tests.pathways.roster.worklist.test_kept_balance import held

PAGE = "/districts/9012/2025/findings/"
LONG_AGO = datetime.date(2016, 8, 29)
CLERK = "MARTIN, CHERYL"


@pytest.fixture
def breaking(cottonwood: District_) -> list[Participation]:
    """Sixty students by name: an error, a warning, an error …"""
    return [
        cottonwood.record(
            cottonwood.student(f"9990010{number:02d}", f"Nr{number:02d}"),
            **(
                {"start_date": LONG_AGO} if number % 2 else {"in_district_credits": Decimal("2.50")}
            ),
        )
        for number in range(60)
    ]


def names(district: District_) -> list[str]:
    """Students and rules of the list, in its order; right in every list, whatever was kept."""
    copy = StateCopy.objects.of_district(district.scope.district)
    for level in Level:
        for by in (BY_RECORD, BY_RULE):
            for edition in Edition:
                listing = FindingList(by, level, edition)
                kept = kept_findings(district.scope, {}, listing, copy)
                later = kept_findings(district.scope, {}, listing, copy)
                judged = listing.findings(district.scope)
                for lines in (kept.lines(kept.keys), later.lines(later.keys)):
                    assert lines == judged.lines, listing
                assert (kept.records, kept.by_rule) == (judged.records, judged.by_rule), listing
    kept = kept_findings(district.scope, {}, FindingList())
    return [f"{line.breach.last_name} {line.rule.id}" for line in kept.lines(kept.keys)]


def write(district: District_, student: Student, **to: object) -> None:
    edit = RowEdit(to, student.pk, editing.version_of(STUDENT, student.pk))
    editing.write(district.scope, [(STUDENT, edit)], by=CLERK)


def test_a_page_judges_its_own_lines_alone_while_nothing_moves(
    client: Client, clerk: User, breaking: list[Participation]
) -> None:
    """Issue 16: 63 times the empty layout in the largest district."""
    client.force_login(clerk)
    with CaptureQueriesContext(connection) as queries:
        assert text(client.get(PAGE)).count("Start Date is more than") == 25
    assert sum("WITH judged" in query["sql"] for query in queries.captured_queries) == 1
    client.get("/districts/9012/2025/")
    for page in ("?page=2", "?page=1"):
        with CaptureQueriesContext(connection) as queries:
            answer = text(client.get(f"{PAGE}{page}"))
        assert answer.count("Start Date is more than") == (5 if page == "?page=2" else 25)
        statements = [query["sql"] for query in queries.captured_queries]
        (judging,) = [sql for sql in statements if "WITH judged" in sql]
        students, *_ = re.findall(r'"student_id" IN \(([^)]*)\)', judging)
        places = len(students.split(", "))  # for 10 and for 50 students, filled up
        assert places == (16 if page == "?page=2" else 64)
        assert len(statements) <= 17, "\n".join(sql[:160] for sql in statements)


def test_the_list_follows_whatever_the_portal_writes(
    cottonwood: District_, elsewhere: District_, breaking: list[Participation], keeper: User
) -> None:
    for record in breaking[4:]:
        entry.delete(cottonwood.scope, record, version=record.version, by=CLERK)
    first, second, third, last = [record.student for record in breaking[:4]]
    order = ["Nr00 CTE-131", "Nr01 CTE-127", "Nr02 CTE-131", "Nr03 CTE-127"]
    assert names(cottonwood) == order
    write(cottonwood, first, last_name="Zoe")
    assert names(cottonwood) == [*order[1:], "Zoe CTE-131"]
    write(cottonwood, first, last_name="Nr00")
    assert names(cottonwood) == order
    (warning,) = [
        line for line in findings(cottonwood.scope).lines if line.breach.student_id == second.pk
    ]
    explaining.explain(cottonwood.scope, [warning], "Known.", by=CLERK)
    assert names(cottonwood) == [order[0], *order[2:]]
    explaining.take_back(cottonwood.scope, Explanation.objects.get().pk, by=CLERK)
    assert names(cottonwood) == order
    enrolled = third.enrollments.get()
    edit = RowEdit({"service_type": "O"}, enrolled.pk, editing.version_of(ENROLLMENT, enrolled.pk))
    editing.write(cottonwood.scope, [(ENROLLMENT, edit)], by=CLERK)
    assert names(cottonwood) == [*order[:2], order[3]]
    with changing(by=keeper, reason="Letter") as entries:
        entries.add([RuleSeverity(rule="CTE-127", end_year=2025, severity="info", reason="Letter")])
    assert names(cottonwood) == [order[0]]
    elsewhere.record(elsewhere.student("999000125"), in_district_credits=Decimal("2.50"))
    assert names(cottonwood) == [order[0]]
    cottonwood.record(last, version=breaking[3].version, in_district_credits=Decimal("2.50"))
    assert names(cottonwood) == [order[0], "Nr03 CTE-131"]
    publish()
    send(cottonwood.scope)
    assert names(cottonwood) == [order[0], "Nr03 CTE-131"]


def test_another_day_is_judged_anew(
    cottonwood: District_, breaking: list[Participation], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules read the date."""
    kept = kept_findings(cottonwood.scope, {}, FindingList())
    assert kept_findings(cottonwood.scope, {}, FindingList()).at == kept.at
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: tomorrow)
    assert kept_findings(cottonwood.scope, {}, FindingList()).at > kept.at


def test_what_sql_changed_shows_when_it_is_checked_again(
    client: Client, clerk: User, breaking: list[Participation]
) -> None:
    client.force_login(clerk)
    assert ">30<" in client.get(PAGE).content.decode()
    Participation.objects.filter(pk=breaking[0].pk).update(concentrator=True)
    page = client.get(PAGE).content.decode()
    assert "Nr00" not in page, "a line that is shown is judged anew"
    (again,) = re.findall(r'href="(\?[^"]*)">.*Check again</a>', page)
    for address in (again.replace("&amp;", "&"), ""):
        assert ">29<" in client.get(PAGE + address).content.decode()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_nothing_is_kept_while_somebody_writes(
    cottonwood: District_, breaking: list[Participation]
) -> None:
    def judged_at() -> datetime.datetime:
        return kept_findings(cottonwood.scope, {}, FindingList()).at

    with held(9012, exclusive=False):
        assert judged_at() < judged_at()
    assert judged_at() == judged_at()
