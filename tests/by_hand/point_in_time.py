"""Both editions of one cluster, brought back to a moment between two saves.

    .venv/bin/python -m tests.by_hand.point_in_time [--port 7220]

Starts a PostgreSQL of its own that keeps its log (WAL), fills a practice portal, takes a base
backup, saves and sends a record, notes the moment, saves and sends another value; then a new server
is started from the base backup and the log, up to that moment. Prints the digests of the records in
both editions, and ends with 1 unless the new server holds exactly what stood at that moment, every
sealed copy matches its seal, and district and state are alike.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.by_hand.services import ROOT, PostgreSQL, binary, wait_for

SCOPE = "Scope('9012', 2025)"
SAVE = """
from cte_portal.editions import Scope
from pathways.ledger import ledger, staging
from pathways.ledger.shape import Row
from pathways.models import Change, Participation
scope = {scope}
record = Participation.objects.in_scope(scope).order_by('student__state_id', 'pathway_id')[0]
change = Change.objects.of_record(record.student_id, record.pathway_id).order_by('-version')[0]
names = ('student_id', 'pathway_id', 'concentrator', 'single_parent', 'start_date',
    'in_district_credits', 'out_of_district_credits', 'dual_enrollment_credits',
    'work_based_learning_credits')
values = {{name: getattr(record, name) for name in names}}
row = Row(**{{**values, 'in_district_credits': {credits}, 'version': change.version}})
ledger.apply(scope, staging.stage([row]), by='OPERATOR', source=Change.Source.DEMO, checked=None)
"""
DIGESTS = """
from cte_portal.editions import Scope
from pathways.ledger import canonical
scope = {scope}
print(canonical.digest(scope), canonical.digest(scope.at_state()))
"""


class KeptCluster(PostgreSQL):
    """A cluster whose log is kept in a folder beside it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.log = folder / "wal"
        super().__init__(folder, port)
        self.log.mkdir()
        self.give(self.log)
        for setting in ("archive_mode=on", f"archive_command=cp %p {self.log}/%f"):
            self.command += ["-c", setting]

    def keep_log(self) -> None:
        """Close the piece of log that is being written, and wait until it is kept."""
        name = self.asked("postgres", "select pg_walfile_name(pg_switch_wal())")
        wait_for(lambda: (self.log / name).exists(), f"The log {name}")

    def back_to(self, moment: str, base: Path) -> None:
        """Stop, and start from the base backup and the log up to a moment."""
        self.stop()
        shutil.rmtree(self.folder)
        shutil.copytree(base, self.folder)
        (self.folder / "recovery.signal").touch()
        with open(self.folder / "postgresql.auto.conf", "a") as settings:
            settings.write(
                f"restore_command = 'cp {self.log}/%f %p'\n"
                f"recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n"
            )
        self.folder.chmod(0o700)
        self.give(self.folder, *self.folder.rglob("*"))
        self.start()
        wait_for(
            lambda: self.asked("postgres", "select pg_is_in_recovery()") == "f", "The recovery"
        )


def manage(environment: dict[str, str], *arguments: str) -> str:
    """The last line that a command printed."""
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        sys.exit(f"{arguments[0]}: {result.stdout}{result.stderr}")
    return (result.stdout.strip().splitlines() or [""])[-1]


def save_and_send(environment: dict[str, str], credits: int) -> str:
    """Another value of one record, sent to the state; the digests of both editions afterwards."""
    manage(environment, "shell", "-c", SAVE.format(scope=SCOPE, credits=credits))
    manage(environment, "resync", "--district", "9012")
    return manage(environment, "shell", "-c", DIGESTS.format(scope=SCOPE))


def bring_back(folder: Path, port: int) -> bool:
    """Whether the moment came back."""
    cluster = KeptCluster(folder, port)
    cluster.start()
    try:
        for name in ("cte_district", "cte_state"):
            cluster.asked("postgres", f"create database {name}")
        environment = {
            "PATH": os.environ["PATH"],
            "PORTAL_MODE": "demo",
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": cluster.address("cte_district"),
            "STATE_DATABASE_URL": cluster.address("cte_state"),
        }
        manage(environment, "migrate")
        manage(environment, "demo", "--students", "40")
        base = folder / "base"
        copy = [binary("pg_basebackup"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
        subprocess.run([*copy, "-D", str(base), "-c", "fast"], check=True)
        before = save_and_send(environment, 2)
        moment = cluster.asked("postgres", "select clock_timestamp()")
        time.sleep(1)
        after = save_and_send(environment, 3)
        cluster.keep_log()
        begun = time.monotonic()
        cluster.back_to(moment, base)
        seconds = time.monotonic() - begun
        restored = manage(environment, "shell", "-c", DIGESTS.format(scope=SCOPE))
        sealed = manage(environment, "verify_sealed")
        compared = manage(environment, "resync", "--district", "9012", "--compare")
        print(f"Then:  {before}\nLater: {after}\nBack:  {restored}  ({seconds:.1f} s)")
        print(f"{sealed} {compared}")
        return restored == before != after and ", 0 differ" in sealed
    finally:
        cluster.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=7220)
    with tempfile.TemporaryDirectory(prefix="point-in-time-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        return int(not bring_back(folder, parser.parse_args().port))


if __name__ == "__main__":
    sys.exit(main())
