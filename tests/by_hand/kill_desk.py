"""The inside of `kill_anything`: `set-up` makes districts and people, `reckon` compares what people
were told with what is stored.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import django

django.setup()

from django.core.files.storage import default_storage
from django.core.management import call_command

from certification.models import SealedCopy, Signature
from cte_portal.accounts.models import Role
from cte_portal.batches.models import Batch
from cte_portal.editions import Scope, stored
from pathways.files import extract
from pathways.lists import publish
from pathways.models import Change, Participation, StateCopy
from pathways.uploads.run import UPLOAD
from tests.by_hand.kill_plan import (
    CLERKS,
    EACH,
    LOADERS,
    SENDERS,
    clerk_district,
    loader_district,
    signer_districts,
)
from tests.certification.ready import Ready
from tests.fixtures.certification import make_event
from tests.fixtures.people import PASSPHRASE, person
from tests.fixtures.records import HEALTH, District_

YEAR = 2025


def set_up(signatures: int) -> dict[str, Any]:
    """Everybody has students of their own, each with a lawful record; the signer's districts wait
    for the signature alone.
    """
    event = make_event()
    places: dict[str, District_] = {}
    made = 0

    def students(number: str, how_many: int) -> list[int]:
        nonlocal made
        if number not in places:
            places[number] = District_(number, f"Bench {number}")
            places[number].approve(HEALTH)
        faults = []
        for _ in range(how_many):
            made += 1
            student = places[number].student(f"{900000000 + made}", f"Bench{made % 97}", "Kim")
            places[number].record(student, HEALTH)
            faults.append(student.pk)
        return faults

    report: dict[str, Any] = {
        "password": PASSPHRASE,
        "event": event.pk,
        "clerks": [],
        "loaders": [],
        "senders": [],
        "signers": [],
    }
    for at in range(CLERKS):
        number = clerk_district(at)
        person(f"clerk{at}", f"Clerk{at}", "Kim", (Role.DATA_CLERK, number))
        report["clerks"].append(
            {"user": f"clerk{at}", "district": number, "students": students(number, 3)}
        )
    for at in range(LOADERS):
        number = loader_district(at)
        loader = person(f"loader{at}", f"Loader{at}", "Kim", (Role.DATA_CLERK, number))
        keys = set(
            Participation.objects.filter(student__in=students(number, EACH)).values_list(
                "student__state_id", flat=True
            )
        )
        rows = [list(row) for row in extract.rows(Scope(number, YEAR)) if row[2] in keys]
        report["loaders"].append({"user": loader.username, "district": number, "rows": rows})
    used = sorted(places)
    for at in range(SENDERS):
        person(
            f"sender{at}",
            f"Sender{at}",
            "Kim",
            *((Role.DATA_CLERK, number) for number in used[at::SENDERS]),
        )
        report["senders"].append({"user": f"sender{at}", "districts": used[at::SENDERS]})
    for number in signer_districts(signatures):
        students(number, 4)
    publish.publish()
    for number in signer_districts(signatures):
        clerk = person(f"keeper{number}", f"Keeper{number}", "Kim", (Role.DATA_CLERK, number))
        ready = Ready.__new__(Ready)
        ready.district, ready.event, ready.clerk = places[number], event, clerk
        ready.primary = ready.certifier(f"signer{number}", f"Signer{number}", "Kim")
        ready.send()
        ready.report()
        ready.wait()
        if missing := ready.missing():
            raise SystemExit(f"{number} is not ready to be signed: {missing}")
        report["signers"].append({"user": f"signer{number}", "district": number})
    report["pathway"] = Participation.objects.values_list("pathway_id", flat=True)[0]
    return report


def reckon(report: dict[str, Any]) -> dict[str, Any]:
    """`report`: what people know. Faults are sentences; figures say how much was looked at."""
    faults: list[str] = []
    figures: Counter[str] = Counter()
    _saves(report["saves"], faults, figures)
    _uploads(report["uploads"], faults, figures)
    _histories(faults, figures)
    _jobs(faults, figures)
    for district in sorted({signed["district"] for signed in report["signed"]}):
        copies = SealedCopy.objects.filter(round__district=district).count()
        signatures = Signature.objects.filter(round__district=district).count()
        figures["seals"] += copies
        if (copies, signatures) != (1, 1):
            faults.append(
                f"{district}: signed once, and there are {copies} sealed copies and {signatures}"
                " signatures"
            )
    lone = set(SealedCopy.objects.values_list("round__district", flat=True)) - {
        signed["district"] for signed in report["signed"]
    }
    faults += [f"{district}: sealed, and nobody was told" for district in sorted(lone)]
    try:
        call_command("verify_sealed", stdout=sys.stderr)
    except (SystemExit, Exception) as error:  # noqa: BLE001 - whatever it says, a seal is not whole
        faults.append(f"verify_sealed: {error}")
    return {"faults": faults, "figures": dict(figures)}


def _saves(saves: list[dict[str, Any]], faults: list[str], figures: Counter[str]) -> None:
    """Each date was typed once, so the history says of each press of Save how often it was
    written.
    """
    written = Counter(
        (student, f"{start:%m/%d/%Y}")
        for student, start in Change.objects.filter(source="form").values_list(
            "student_id", "start_date"
        )
    )
    for save in saves:
        times, outcome = written.pop((save["student"], save["date"]), 0), save["outcome"]
        figures[f"saves {outcome}"] += 1
        figures["unanswered saves that were written"] += outcome == "unanswered" and times
        if times != 1 if outcome == "accepted" else times > (outcome == "unanswered"):
            faults.append(
                f"a save that was {outcome} was written {times} times: student {save['student']},"
                f" {save['date']}"
            )
    faults += [
        f"nobody typed it, and it was written {times} times: {key}"
        for key, times in written.items()
    ]


def _uploads(uploads: list[dict[str, Any]], faults: list[str], figures: Counter[str]) -> None:
    for upload in uploads:
        figures[f"uploads {upload['outcome']}"] += 1
        if (
            upload["outcome"] == "accepted"
            and not Batch.objects.filter(pk=upload["batch"]).exists()
        ):
            faults.append(f"an upload that was accepted is lost: {upload['batch']}")
    batches = Batch.objects.filter(kind="upload")
    known = {upload["batch"] for upload in uploads if upload["outcome"] == "accepted"}
    unanswered = sum(upload["outcome"] == "unanswered" for upload in uploads)
    if (more := sum(str(batch.pk) not in known for batch in batches)) > unanswered:
        faults.append(
            f"{more} uploads stand there that nobody was told of; {unanswered} got no answer"
        )
    for batch in batches:
        written = list(
            Change.objects.filter(batch=batch.pk).values_list("student_id", "pathway_id")
        )
        counts = (
            batch.result.get("counts", {}) if batch.status in ("completed", "with-errors") else {}
        )
        promised = 0  # Validate and Test says what an upload would write
        if batch.options["work"] == UPLOAD:
            promised = counts.get("new", 0) + counts.get("changed", 0)
        if len(written) != len(set(written)) or len(written) != promised:
            faults.append(
                f"upload {batch.pk} is {batch.status}, says {counts}, and wrote {len(written)}"
            )
        figures["rows uploaded"] += len(written)


def _histories(faults: list[str], figures: Counter[str]) -> None:
    """Versions without a gap, and each record as its last change says."""
    last: dict[tuple[int, int], tuple[int, Any]] = {}
    for student, pathway, version, start in Change.objects.order_by("pk").values_list(
        "student_id", "pathway_id", "version", "start_date"
    ):
        before = last.get((student, pathway), (0, None))[0]
        if version != before + 1:
            faults.append(f"history of {student}: version {version} follows {before}")
        last[student, pathway] = (version, start)
        figures["changes"] += 1
    for record in Participation.objects.all():
        figures["records"] += 1
        if last.get((record.student_id, record.pathway_id)) != (record.version, record.start_date):
            faults.append(f"record of {record.student_id} is not what its history says")


def _jobs(faults: list[str], figures: Counter[str]) -> None:
    for batch in Batch.objects.exclude(kind="letter"):
        figures[f"jobs {batch.status}"] += 1
        if batch.is_live:
            faults.append(
                f"{batch.kind} {batch.pk} has not ended: {batch.status}, attempt {batch.attempt},"
                f" {batch.stage!r}"
            )
        elif not batch.sentence or not batch.finished_at:
            faults.append(f"{batch.kind} {batch.pk} ended without a sentence")
        for file in batch.files.all():
            figures["files"] += 1
            if file.size != _size(file.stored):
                faults.append(
                    f"a file of {batch.kind} {batch.pk} is not as long as it was written:"
                    f" {file.role}"
                )
    for copy in StateCopy.objects.at_state():
        scope = Scope(copy.district, YEAR)
        if copy.complete_at and copy.cursor == Change.objects.cursor(copy.district):
            here, there = (_records(scope), _records(scope.at_state()))
            figures["districts equal at the state"] += here == there
            if here != there:
                faults.append(
                    f"{copy.district}: everything was sent, and district and state differ"
                )


def _records(scope: Scope) -> list[Any]:
    rows = stored(Participation, scope).filter(student__district=scope.district)
    return list(
        rows.order_by("pk").values_list("pk", "version", "start_date", "in_district_credits")
    )


def _size(name: str) -> int:
    return default_storage.size(name) if default_storage.exists(name) else -1


def live() -> int:
    return sum(batch.is_live for batch in Batch.objects.exclude(kind="letter"))


DOES = {"set-up": lambda given: set_up(int(given)), "reckon": reckon, "live": lambda _: live()}
print(json.dumps(DOES[sys.argv[1]](json.load(sys.stdin))))
