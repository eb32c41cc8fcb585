"""A OneRoster export of 10,000 students and 60,000 roster lines beside what is possible by hand; by
hand: `python3 manage.py shell < tests/benchmarks/roster.py`, on an empty scratch portal on
PostgreSQL.

By hand = the zip read with Python's csv, COPY into bare tables, and for each table one upsert and
one INSERT … SELECT of history rows. Both load the export into an empty district, and the same
again. With IMPORT_EXPORT, the folder of an installed django-import-export, its bulk mode loads the
same students. STUDENTS, LINES of a student and ROWS for django-import-export may be given.

Times are processor times of this process and of the database server, which has to run on this
machine and to do nothing else; other work lengthens them least. With PROFILE, where the portal's
are spent is printed.
"""

import contextlib
import cProfile
import importlib
import io
import os
import pstats
import resource
import sys
import tempfile
import time
from pathlib import Path

from django.core.files.base import File

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from pathways.lists import standard
from pathways.models import District, Roster, SchoolYear, Student
from pathways.roster.imports.oneroster.confirming import MappingChoices, SchoolChoice, confirm
from tests.benchmarks.processor import spent
from tests.benchmarks.rosters.by_hand import by_hand
from tests.benchmarks.rosters.one_roster import FILES, SCHOOLS, SELECTS, build

students, lines = int(os.environ.get("STUDENTS", "10000")), int(os.environ.get("LINES", "6"))
sample = int(os.environ.get("ROWS", "2000"))
standard.load()
year = SchoolYear.objects.active()
user = User.objects.create_user(
    "bench", "bench@example.org", None, first_name="Mark", last_name="Bench"
)
PROFILE = "PROFILE" in os.environ


def scope_of(number: str) -> Scope:
    District.objects.create(number=number, name="Benchmark")
    Membership.objects.create(user=user, role=Role.DATA_CLERK, district=number)
    return Scope(number, year.end_year)


def confirmed(scope: Scope) -> None:
    schools = tuple(
        SchoolChoice(f"s{n}", f"School {n}", f"{n:04}", "001") for n in range(1, SCHOOLS + 1)
    )
    confirm(
        scope,
        MappingChoices(
            source="Bench SIS",
            state_id_place="userIds:StateID",
            local_id_place="identifier",
            section_rule="after",
            second_school="S",
            share=0,
            schools=schools,
        ),
        by="Bench",
        by_id=user.pk,
    )


def portal(scope: Scope, path: Path) -> tuple[float, dict[str, dict[str, int]]]:
    with path.open("rb") as content:
        batch = submit(
            "roster-file",
            by=user,
            title="Bench",
            subject="b.zip",
            scope=scope,
            options={"type": "oneroster", "work": "upload"},
            content=File(content, name="i"),
        )
    started, profile = spent(), cProfile.Profile(time.process_time)
    with (
        contextlib.redirect_stderr(io.StringIO()),
        profile if PROFILE else contextlib.nullcontext(),
    ):
        batch = run_here(batch)
    taken = spent() - started
    if PROFILE:
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    assert batch.result.get("objects"), batch.sentence
    return taken, {counts["type"]: counts for counts in batch.result["objects"]}


def import_export(scope: Scope) -> float:
    """Rows a second of its bulk mode, which keeps no history."""
    sys.path.append(os.environ["IMPORT_EXPORT"])
    resources = importlib.import_module("import_export.resources")
    dataset = importlib.import_module("tablib").Dataset

    class Students(resources.ModelResource):  # type: ignore[misc, name-defined]
        class Meta:
            model = Student
            fields = (
                "district",
                "state_id",
                "local_id",
                "last_name",
                "first_name",
                "birth_date",
                "gender",
            )
            import_id_fields = ("district", "state_id")
            use_bulk = True
            batch_size = 1000
            skip_diff = True

    table = dataset(headers=list(Students.Meta.fields))
    for n in range(sample):
        table.append(
            (scope.district, f"{100000000 + n}", f"{n}", f"Last{n}", f"First{n}", "2007-01-02", "F")
        )
    started = spent()
    result = Students().import_data(table, raise_errors=True)
    assert result.totals["new"] == sample, result.totals
    return sample / (spent() - started)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "export.zip"
    build(file, year.end_year, students, lines)
    before = peak()
    own, hand = scope_of("9996"), scope_of("9997")
    confirmed(own)
    first, counts = portal(own, file)
    memory = peak()
    again, unchanged = portal(own, file)
    first_hand, again_hand = (by_hand(hand, year.starts, file, FILES, SELECTS) for _ in range(2))

loaded = Roster.objects.filter(enrollment__student__district=own.district).count()
at_hand = Roster.objects.filter(enrollment__student__district=hand.district).count()
assert loaded == at_hand == students * lines, (loaded, at_hand, counts)
assert sum(kind["new"] + kind["changed"] for kind in unchanged.values()) == 0, unchanged
rows = sum(kind["read"] for kind in counts.values())
print(f"{students:,} students, {loaded:,} roster lines, {rows:,} rows in all")
print(
    f"first   portal {first:6.2f} s   by hand {first_hand:6.2f} s   ratio {first / first_hand:.2f}"
)
print(
    f"again   portal {again:6.2f} s   by hand {again_hand:6.2f} s   ratio {again / again_hand:.2f}"
)
print(f"memory  {memory} MB at most, {before} MB before")
if "IMPORT_EXPORT" in os.environ:
    speed = import_export(scope_of("9995"))
    print(
        f"django-import-export {speed:,.0f} rows/s, portal {rows / first:,.0f}, ratio {rows / first / speed:.1f}"
    )
