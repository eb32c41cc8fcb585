"""A statewide folder of 150,000 students and 1,000,000 roster lines in 400 districts, loaded by
`roster_import --all`, beside the sum of 400 loads by hand; by hand: `python3 manage.py shell <
tests/benchmarks/rosters/all_districts.py`, on an empty scratch portal on PostgreSQL. DISTRICTS and
STUDENTS make it smaller.

By hand = each district's files, which are sorted already, read with Python's csv, copied into bare
tables, and for each table one upsert and one INSERT … SELECT of history rows; statistics are made
anew whenever the number of districts has doubled. The hand goes first, so the portal finds tables
as full as the hand leaves them.

Times are processor times of this process and of the database server, which has to run on this
machine and to do nothing else; what a process loads once is loaded before. Memory is the most that
this process held while the portal worked. With PROFILE, where the portal's times are spent is
printed.
"""

import contextlib
import cProfile
import io
import os
import pstats
import tempfile
import time
from pathlib import Path

from django.core.management import call_command
from django.urls import reverse

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.batches.kinds import known_names
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.statewide.statewide import children_of
from cte_portal.editions import Scope
from pathways.lists import standard
from pathways.models import District, Roster, SchoolYear
from tests.benchmarks.processor import spent
from tests.benchmarks.rosters.by_hand import by_hand
from tests.benchmarks.rosters.statewide_files import SELECTS, TITLES, sizes, write

districts = int(os.environ.get("DISTRICTS", "400"))
students = int(os.environ.get("STUDENTS", "150000"))
standard.load()
year = SchoolYear.objects.active()
user = User.objects.create_user("bench", "bench@example.org", None, first_name="M", last_name="B")
Membership.objects.create(user=user, role=Role.OPI_STAFF, district="")


def own(place: int) -> str:
    return f"{1000 + place}"


def of_hand(place: int) -> str:
    return f"{5000 + place}"


def most_memory(*, anew: bool = False) -> int:
    """The most MB that this process has held since the system was last told to count anew."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


reverse("statewide-queue")
known_names()
with tempfile.TemporaryDirectory() as name:
    folder, expected, first = Path(name), 0, 100_000_000
    (folder / "all").mkdir()
    (folder / "parts").mkdir()
    for place, number in enumerate(sizes(districts, students)):
        expected += write(folder, own(place), first, number, year.end_year)
        first += number
    District.objects.bulk_create(
        District(number=number, name="Benchmark")
        for place in range(districts)
        for number in (own(place), of_hand(place))
    )
    hand = sum(
        by_hand(
            Scope(of_hand(place), year.end_year),
            year.starts,
            folder / "parts" / f"{own(place)}.zip",
            TITLES,
            SELECTS,
            analyze=not place & (place + 1),
        )
        for place in range(districts)
    )
    before, profile = most_memory(anew=True), cProfile.Profile(time.process_time)
    started = spent()
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        profile if "PROFILE" in os.environ else contextlib.nullcontext(),
    ):
        call_command("roster_import", folder / "all", "--all", "--as=bench", "--work=upload")
    portal, memory = spent() - started, most_memory()
    if "PROFILE" in os.environ:
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)

parent = Batch.objects.get(district="")
children = children_of(parent)
assert children.filter(status=Status.COMPLETED).count() == districts, parent.sentence
for side in (own, of_hand):
    numbers = [side(place) for place in range(districts)]
    loaded = Roster.objects.filter(enrollment__student__district__in=numbers).count()
    assert loaded == expected, (side, loaded, expected)
print(f"{districts} districts, {students:,} students, {expected:,} roster lines")
print(f"portal {portal:.1f} s   by hand {hand:.1f} s   ratio {portal / hand:.2f}")
print(f"memory {memory} MB at most, {before} MB before")
