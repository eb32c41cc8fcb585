"""From the export to the portal's own columns, by the mapping that a person confirmed – or to the
question that has to be answered first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cte_portal.batches.job import Job, Outcome
from cte_portal.editions import Scope, school_year_label
from cte_portal.ui.wording import number_of
from pathways.files.text import FileRefused
from pathways.models import OneRosterMapping, OneRosterSchool, SourceLink
from pathways.roster.imports.oneroster.cleaning import keep_cleaned
from pathways.roster.imports.oneroster.district import DistrictData, LinksRead
from pathways.roster.imports.oneroster.enrolling import Enrolling
from pathways.roster.imports.oneroster.export import Export
from pathways.roster.imports.oneroster.package import Package
from pathways.roster.imports.oneroster.parts import PartWriter
from pathways.roster.imports.oneroster.people import People
from pathways.roster.imports.oneroster.places import SURE, PlacesRead, proposed
from pathways.roster.imports.oneroster.teaching import Teaching, write_faults
from pathways.roster.imports.recognizing import RosterPart
from pathways.roster.imports.same_person import SamePersons, choices_of


@dataclass(frozen=True)
class Question:
    """What a person has to confirm before the export can be read: the proposals, and why it is
    asked.
    """

    source: str
    reason: str
    proposals: dict[str, Any]


@dataclass(frozen=True)
class Translation:
    """The export as roster files, with what was noticed on the way."""

    parts: list[RosterPart]
    notices: list[str]
    links: LinksRead
    mapping: int


def exported(package: Package, scope: Scope) -> Export:
    """Raises FileRefused."""
    known = DistrictData(scope).links(package.source, SourceLink.Kind.STUDENT)
    return Export.of(package, known)


def translated(export: Export, same_persons: SamePersons) -> Translation | Question:
    """Raises FileRefused where the export is of no use."""
    district, package = same_persons.district, export.package
    scope = district.scope
    if export.years and scope.end_year not in export.years.values():
        year = max(export.years.values())
        raise FileRefused(
            f"The export is of {school_year_label(year)}. The current school year is"
            f" {school_year_label(scope.end_year)}"
        )
    mapping = OneRosterMapping.objects.in_force(scope.district, package.source)
    places = PlacesRead()
    for user in export.students:
        if not user.is_gone:
            places.count(user, district)
    if reason := _asks(export, places, mapping):
        orgs = sorted(export.schools.values(), key=lambda org: (org.name.casefold(), org.id))
        codes = [(line.code, line.id) for line in export.classes if not line.is_homeroom]
        return Question(package.source, reason, proposed(places, orgs, codes, district, mapping))
    assert mapping is not None  # noqa: S101 - without one it is asked for
    return _translation(export, mapping, same_persons)


def _asks(export: Export, places: PlacesRead, mapping: OneRosterMapping | None) -> str:
    """Why a person has to confirm the mapping, once more perhaps (R-IMP-11)."""
    if mapping is None:
        return "No export of this system has been read before."
    mapped = set(mapping.schools.values_list("org", flat=True))
    if new := [org.name for org in export.schools.values() if org.id not in mapped]:
        return f"The export has schools that are new: {', '.join(sorted(new)[:5])}."
    share = places.share(mapping.state_id_place)
    if share < SURE and share < mapping.share:
        return (
            f"{share}% of the students have a State ID in {mapping.state_id_place}. It was"
            f" {mapping.share}%."
        )
    return ""


def _translation(
    export: Export,
    mapping: OneRosterMapping,
    same_persons: SamePersons,
) -> Translation:
    district = same_persons.district
    schools = {school.org: school for school in mapping.schools.all()}
    orgs = PartWriter("orgs.csv", "schools")
    _write_schools(orgs, export, schools, district)
    students, births = (
        PartWriter("users.csv", "students"),
        PartWriter("demographics.csv", "students"),
    )
    enrolled_by = "roles.csv" if export.package.version == "1.2" else "users.csv"
    enrollments = PartWriter(enrolled_by, "enrollments")
    people = People(export, mapping, district, same_persons)
    people.write_students(students)
    enrolling = Enrolling(export, mapping, schools, district, people)
    enrolling.write(enrollments)
    courses = PartWriter("courses.csv", "courses")
    sections = PartWriter("classes.csv", "sections")
    rosters = PartWriter("enrollments.csv", "rosters")
    teaching = Teaching(export, mapping, schools, district, people)
    teaching.write(courses, sections, rosters)
    by_table = {
        "orgs": orgs,
        "users": students,
        "demographics": births,
        "roles": enrollments,
        "courses": courses,
        "classes": sections,
    }
    write_faults(by_table.items(), export)
    writers = (orgs, students, births, enrollments, courses, sections, rosters)
    return Translation(
        [writer.part() for writer in writers if writer.number],
        _notices(export, enrolling, teaching),
        LinksRead(mapping.source, people.state_ids, teaching.sections),
        mapping.pk,
    )


def _write_schools(
    into: PartWriter,
    export: Export,
    schools: dict[str, OneRosterSchool],
    district: DistrictData,
) -> None:
    """A school that is there keeps its name: it is the portal's, not the other system's."""
    for org in export.schools.values():
        school = schools[org.id]
        if school.number:
            cells = {
                "school_number": school.number,
                "school_name": "" if school.number in district.schools else org.name,
                "calendar_number": school.calendar,
                "end_year": str(district.scope.end_year),
            }
            into.write(org.line, cells)


def _notices(export: Export, enrolling: Enrolling, teaching: Teaching) -> list[str]:
    notices = list(export.notices)
    for name, number in sorted(export.not_students.items()):
        notices.append(
            f"{name}: {number_of(number, 'row')} of people who are not students, left out"
        )
    for group, number in sorted((enrolling.left_out + teaching.left_out).items()):
        notices.append(f"Left out – {group}: {number:,}")
    if enrolling.assumed:
        notices.append(
            f"No start date in the export – enrollments: {enrolling.assumed:,}. New ones start on the"
            " first day of the school year"
        )
    if not export.births and export.students:
        notices.append(
            "The export has no birth dates (demographics.csv), so new students are held. Export it"
            " with demographics, or upload Student Demographics first"
        )
    if export.courses:
        notices.append(
            "OneRoster has no credits and no pathways: enter them under Courses and pathways"
        )
    return notices


def translated_for(job: Job, package: Package) -> Translation | Question:
    """Raises FileRefused."""
    export = exported(package, job.scope)
    choices = choices_of(job.batch.options)
    translation = translated(export, SamePersons(DistrictData(job.scope), choices))
    if job.batch.about_id is None:  # what follows a test is sent what was cleaned then
        keep_cleaned(job.batch, export)
    return translation


def ask(job: Job, question: Question) -> None:
    """End with the question on which reading an export of another system depends."""
    with job.writing("mapping.json", "mapping.json", "application/json") as file:
        file.write(json.dumps(question.proposals, ensure_ascii=False).encode())
    sentence = f"{question.reason} Confirm where its numbers stand."
    job.outcome = Outcome(
        f"{sentence} Nothing was saved.",
        with_errors=True,
        result={
            "refused": sentence,
            "objects": [],
            "format": "oneroster",
            "asks": {"source": question.source},
        },
    )
