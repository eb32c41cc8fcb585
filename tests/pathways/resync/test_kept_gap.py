"""The numbers of the resync page are kept, and follow whatever either edition depends on."""

from __future__ import annotations

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import User
from pathways.models import District, Participation, Student
from pathways.resync import gap
from pathways.resync.difference import differences
from pathways.resync.object_types import OBJECTS
from pathways.resync.unsent import Unsent
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import STUDENT
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.fixtures.resync import STATE, delete, send
from tests.pathways.desk import text
from tests.pathways.roster.worklist.test_kept_balance import held

RESYNC = "/districts/9012/2025/resync/"


def test_the_resync_page_compares_nothing_while_nothing_moves(
    client: Client, clerk: User, school: District_
) -> None:
    """Issue 16: 129 times the empty layout in the largest district, most of it a new comparison."""
    client.force_login(clerk)
    send(school.scope)
    client.get(RESYNC)
    with (
        CaptureQueriesContext(connection) as queries,
        CaptureQueriesContext(connections[STATE]) as state,
    ):
        page = text(client.get(RESYNC))
    assert "District and state are the same" in page
    assert len(queries) <= 14, "\n".join(query["sql"][:160] for query in queries.captured_queries)
    assert len(state) == 1 and "fingerprint" not in str(queries.captured_queries)


def kept(district: District_) -> dict[str, dict[str, int]]:
    """The numbers of the resync page, by type and cause; right, whatever was kept."""
    causes = Unsent.of(district.scope).gap.causes
    for name, difference in differences(OBJECTS, district.scope).items():
        new = causes[name]["never sent"] + causes[name]["refused"]
        assert (new, causes[name]["changed since"], causes[name]["only at the state"]) == (
            len(difference.new),
            len(difference.changed),
            len(difference.gone),
        ), name
    return {name: dict(counts) for name, counts in causes.items() if counts}


def test_the_numbers_follow_whatever_the_portal_writes(
    school: District_, elsewhere: District_, kayla: Student
) -> None:
    """Each step is one way of writing; `kept` compares with both editions as they are."""
    assert kept(school)["Student"] == {"never sent": 3}
    send(school.scope, ("CTE Participation",))
    assert kept(school)["CTE Participation"] == {"refused": 4}
    left_out = Participation.objects.get(student=kayla, pathway__name=HEALTH)
    delete(school, left_out)
    assert kept(school)["CTE Participation"] == {"refused": 3}
    school.record(kayla, HEALTH)
    assert kept(school)["CTE Participation"] == {"refused": 3, "never sent": 1}
    send(school.scope)
    assert kept(school) == {}
    record = Participation.objects.get(student=kayla, pathway__name=HEALTH)
    school.record(kayla, HEALTH, version=record.version, in_district_credits="2.00")
    late = school.record(school.student("999000779", "Late", "Lee"))
    assert kept(school) == {
        "Student": {"never sent": 1},
        "Enrollment": {"never sent": 1},
        "CTE Participation": {"changed since": 1, "never sent": 1},
    }
    delete(school, late)
    delete(school, Participation.objects.get(student=kayla, pathway__name=BUSINESS))
    assert kept(school)["CTE Participation"] == {"changed since": 1, "only at the state": 1}
    edit = RowEdit({"last_name": "Other"}, kayla.pk, editing.version_of(STUDENT, kayla.pk))
    editing.write(school.scope, [(STUDENT, edit)], by="MARTIN, CHERYL")
    assert kept(school)["Student"] == {"never sent": 1, "changed since": 1}
    District.objects.filter(pk="9012").update(name="Cottonwood K-12")
    assert kept(school)["District"] == {"changed since": 1}
    elsewhere.record(elsewhere.student("999000125"))
    before = kept(school)
    send(elsewhere.scope)
    assert kept(school) == before and kept(elsewhere)
    send(school.scope)
    assert set(kept(school)) == {"District"}, "OPI's own row goes with its lists"


def test_a_comparison_goes_on_from_student_to_student(
    school: District_, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where more have changed since the last whole one than are kept beside it."""
    monkeypatch.setattr(gap, "MOST_STUDENTS", 2)
    whole: list[int] = []
    compare = gap.compare
    monkeypatch.setattr(gap, "compare", lambda *args: (whole.append(1), compare(*args))[1])
    send(school.scope)
    assert kept(school) == {} and whole == [1]
    late = [school.student(f"99900080{number}", "Late", f"Nr{number}") for number in range(4)]
    assert kept(school)["Student"] == {"never sent": 4} and whole == [1, 1]
    for number, student in enumerate(late, 1):
        record = school.record(student)
        assert kept(school)["CTE Participation"] == {"never sent": number}
        school.record(student, version=record.version, in_district_credits="2.00")
        assert kept(school)["CTE Participation"] == {"never sent": number}
    for number, student in enumerate(late, 1):
        delete(school, Participation.objects.get(student=student))
        assert kept(school).get("CTE Participation", {}).get("never sent", 0) == 4 - number
    assert whole == [1, 1], "nothing is compared whole once more"


def test_nobody_is_passed_over_where_others_have_changed_often(
    school: District_, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a file does that is saved, undone and saved again before anybody opens a page."""
    monkeypatch.setattr(gap, "MOST_STUDENTS", 1)
    often, late = (school.student(f"99900080{number}", "Late", f"Nr{number}") for number in (1, 2))
    send(school.scope)
    assert kept(school) == {}
    for version in range(5):
        school.record(often, version=version or None, in_district_credits=f"{version}.50")
    school.record(late)
    assert kept(school)["CTE Participation"] == {"never sent": 2}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_no_comparison_is_kept_while_somebody_writes(school: District_) -> None:
    """Two clerks save at once; the second one's line is older, and comes after the comparison."""
    with held(9012, exclusive=False):
        assert compared_again(school) and compared_again(school)
    assert compared_again(school) and not compared_again(school)


def compared_again(district: District_) -> bool:
    with CaptureQueriesContext(connection) as queries:
        assert Unsent.of(district.scope).rows
    return any("fingerprint" in query["sql"] for query in queries.captured_queries)
