"""The job of a roster file: read, carry in, report; and, for a test, leave the district as it was.

Reading happens outside any transaction. Everything else is one transaction that holds the district,
so a worker that dies leaves the district as it was before, or as it is after.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import QuerySet

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.job import CannotRun, Job, Outcome, sent_file
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import Batch
from cte_portal.editions import school_year_label
from cte_portal.prepared import prepared
from cte_portal.ui.wording import number_of
from pathways.files.text import FileRefused
from pathways.ledger import ledger as records_ledger
from pathways.ledger.locks import lock_district
from pathways.models import Pathway, RowChange, SchoolYear
from pathways.roster import staging, statistics
from pathways.roster.imports import cleaning, same_file
from pathways.roster.imports.carrying import Carried, carry, cursor_of
from pathways.roster.imports.cells import ImportingDistrict
from pathways.roster.imports.layout import BY_SLUG
from pathways.roster.imports.oneroster.cleaning import drop_upload
from pathways.roster.imports.oneroster.district import DistrictData
from pathways.roster.imports.oneroster.package import holds_people, package_in
from pathways.roster.imports.oneroster.translation import (
    Question,
    Translation,
    ask,
    translated_for,
)
from pathways.roster.imports.reading import Reading, read_parts
from pathways.roster.imports.recognizing import RosterPart, parts_of
from pathways.roster.imports.results import report, result
from pathways.roster.imports.same_person import SamePersons, choices_of
from pathways.roster.ledger import Act
from pathways.roster.problems import SAME_PERSON

TITLE = "Roster Upload"
VALIDATE, UPLOAD = "validate", "upload"


def run(job: Job) -> None:
    batch = job.batch
    if sentence := batch.options.get(cleaning.REFUSED):
        job.outcome = _refusal(sentence)
        return
    _may_run(batch)
    with sent_file(batch) as file:
        job.step("Reading")
        sent = same_file.sent_digest(batch)
        state = same_file.state_of(job.scope, sent, batch.options)
        if earlier := same_file.taken_before(job, state):
            if holds_people(file):
                drop_upload(batch)
            job.outcome = same_file.outcome_as(earlier)
            return
        try:
            kind = batch.options.get("type", "roster")
            package = package_in(file)
            export = translated_for(job, package) if package else None
            if isinstance(export, Question):
                ask(job, export)
                return
            parts = export.parts if export else parts_of(file, batch.subject)
            reading = read_parts(parts, _district(job))
            _as_chosen(reading, kind, is_one_roster=export is not None)
        except FileRefused as refused:
            if holds_people(file):
                drop_upload(batch)
            job.outcome = _refusal(refused.sentence)
            return
        job.step("Checking")
        with records_ledger.refusals_named(), job.finishing():
            lock_district(job.scope, exclusive=True)
            _may_run(job.batch)  # once more: OPI may have ended the year meanwhile
            _carry(job, parts, reading, export, sent)
    if job.outcome and job.outcome.result.get("saved"):
        statistics.renew(
            {counts["type"]: counts["new"] for counts in job.outcome.result["objects"]}
        )


def _refusal(sentence: str) -> Outcome:
    """The end of a file that is turned away as a whole."""
    return Outcome(
        f"The file was refused: {sentence}. Nothing was changed.",
        refused=True,
        result={"refused": f"{sentence}.", "objects": [], "format": ""},
    )


def _may_run(batch: Batch) -> None:
    if not _is_current(batch.end_year or 0):
        year = school_year_label(int(batch.end_year or 0))
        raise CannotRun(
            f"{year} is not the current school year. Rosters are uploaded in the current year only."
        )


@prepared
def _is_current(end_year: int) -> QuerySet[SchoolYear, tuple[int]]:
    return SchoolYear.objects.filter(end_year=end_year, is_active=True).values_list("end_year")


def _district(job: Job) -> ImportingDistrict:
    pathways: dict[str, int] = {}
    for key, code, name in Pathway.objects.values_list("pk", "code", "name"):
        pathways[code] = pathways[name.lower()] = key
    scope = job.scope
    same_persons = SamePersons(DistrictData(scope), choices_of(job.batch.options))
    return ImportingDistrict(scope.district, scope.end_year, pathways, same_persons)


def _as_chosen(reading: Reading, slug: str, *, is_one_roster: bool) -> None:
    """The file must be of the Import Type that was chosen, unless the portal was to recognize it.
    Raises FileRefused.
    """
    if is_one_roster:
        reading.format = "oneroster"
    if slug == "roster" or (is_one_roster and slug == "oneroster"):
        return
    if is_one_roster:
        raise FileRefused(
            f"This is a OneRoster export. You chose {BY_SLUG[slug].title} as the Import Type"
        )
    if slug == "oneroster":
        raise FileRefused(
            "This is not a OneRoster export, which is a .zip with manifest.csv in it. Let the"
            " portal recognize the file, or choose its Import Type"
        )
    layout = BY_SLUG[slug]
    chosen = {shape.name for shape, _ in layout.shapes}
    if other_kinds := sorted(reading.brought - chosen):
        raise FileRefused(
            f"The file has {' and '.join(other_kinds)} rows. You chose {layout.title} as the Import Type"
        )


def _carry(
    job: Job, parts: list[RosterPart], reading: Reading, export: Translation | None, sent: str
) -> None:
    """Write everything, look at it, and keep it only where that was asked for and nothing holds
    it.
    """
    options = job.batch.options
    act = Act(
        job.scope,
        job.batch.submitted_name,
        job.batch.submitted_by_id,
        RowChange.Source.FILE,
        job.batch.pk,
        every_grade=bool(options.get("every_grade")),
        to_overrule=frozenset(options.get("to_overrule", ())),
    )
    savepoint = transaction.savepoint()
    with connection.cursor() as cursor:
        before = cursor_of(cursor, job.scope.district)
        carried = carry(cursor, reading, act)
        mapping = export.mapping if export else None
        moved = options.get("since") not in (None, before) or options.get("mapping") not in (
            None,
            mapping,
        )
        is_held = bool(carried.holds) and options.get("confirmed") != carried.to_confirm
        with_errors = bool(carried.total("refused") or carried.total("held"))
        saved = (
            options["work"] == UPLOAD
            and not moved
            and not is_held
            and not (options.get("all_or_nothing") and with_errors)
        )
        report.write(job, parts, reading, carried)
        if saved:
            if export:
                export.links.remember(job.scope)
            staging.clear(cursor)
            transaction.savepoint_commit(savepoint)
        else:
            transaction.savepoint_rollback(savepoint)
    is_taken = same_file.is_whole(carried) and (
        saved or not carried.total("new") + carried.total("changed")
    )
    job.outcome = Outcome(
        _words(options["work"], carried, saved=saved, moved=moved, is_held=is_held),
        with_errors=with_errors or moved or (is_held and options["work"] == UPLOAD),
        result={
            "format": reading.format,
            "objects": carried.objects,
            "effects": {
                **carried.effects.counts,
                "unsent": carried.total("new") + carried.total("changed"),
            },
            "on_screen": len(carried.on_screen),
            "same_persons": len(reading.of_problem(SAME_PERSON)),
            "holds": carried.holds,
            "to_confirm": carried.to_confirm,
            "notices": [
                *options.get(cleaning.NOTICES, ()),
                *(export.notices if export else ()),
                *reading.notices,
                *_set_aside(reading, carried),
            ],
            "other_years": {
                str(year): number for year, number in sorted(reading.other_years.items())
            },
            "saved": saved,
            "sent": sent,
            "state": same_file.state_of(job.scope, sent, options) if is_taken else "",
            "moved": moved,
            "cursor": before,
            "mapping": mapping,
        },
    )


def _set_aside(reading: Reading, carried: Carried) -> list[str]:
    """What was left for another year, or left out as CTE does not need it."""
    lines = [
        f"{number_of(number, 'row')} of {school_year_label(year)} set aside. Upload"
        f" {'it' if number == 1 else 'them'} again in that year."
        for year, number in sorted(reading.other_years.items())
    ]
    if carried.lower_grades:
        grades = ", ".join(f"{grade}: {number:,}" for grade, number in carried.lower_grades.items())
        number = sum(carried.lower_grades.values())
        lines.append(
            f"{number_of(number, 'new enrollment')} below grade 7 left out (by grade – {grades})."
            " Upload the file again with all grades if you need them."
        )
    return lines


def _words(work: str, carried: Carried, *, saved: bool, moved: bool, is_held: bool) -> str:
    new, changed, unchanged = (
        carried.total(outcome) for outcome in ("new", "changed", "unchanged")
    )
    counts = f"{new:,} new, {changed:,} changed, {unchanged:,} unchanged"
    out = carried.total("refused") + carried.total("held")
    kept_out = (
        f" {number_of(out, 'row')} {'was' if out == 1 else 'were'} not accepted: download, correct,"
        f" and upload {'it' if out == 1 else 'them'}."
    )
    if moved:
        return (
            f"The district's data changed after the test. These are the new counts: {counts}."
            " Nothing was saved."
        )
    if work == VALIDATE:
        return f"Tested: {counts}, {out:,} not accepted. Nothing has been saved yet."
    if is_held:
        return (
            f"Held: {counts}. Someone has to confirm the number of rows first. Nothing was saved."
        )
    if not saved:
        return (
            f"{number_of(out, 'row')} {'was' if out == 1 else 'were'} not accepted, so nothing was"
            " saved, as you chose."
        )
    if not new + changed:
        return (
            "No changes to save: all accepted rows are already in the"
            f" portal.{kept_out if out else ''}"
        )
    return f"{number_of(new + changed, 'row')} saved: {counts}.{kept_out if out else ''}"


ROSTER_FILE = Kind(
    name="roster-file",
    run=run,
    capability=Capability.EDIT_RECORDS,
    in_turn=True,
    noun="roster upload",
    result=result.of,
    keep=cleaning.keep,
)
ROSTER_FILE_OF_ALL = Kind(
    name="roster-file-of-all",
    run=run,
    capability=Capability.WORK_STATEWIDE,
    in_turn=True,
    noun="roster upload",
    result=result.of,
)
"""A district's part of a file of all districts, which OPI brings from the command line. It is
sorted out of what is kept of that file, so nothing more is to be taken out of it.
"""
