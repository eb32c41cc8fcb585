"""OPI's reference rows that every portal starts with: the guide's 17 pathways, the school years,
what is proposed for SCED subject areas, the end statuses that are known, the post-program statuses
and the dates of the follow-up.

There are no data migrations: `load()` is idempotent and runs after every migrate. It adds what is
missing and leaves alone what OPI has changed since.
"""

import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from cte_portal.editions import Edition
from cte_portal.prepared import prepared
from pathways.certified import certified
from pathways.lists.publish import publish
from pathways.models import (
    EndStatus,
    FollowUpYear,
    GroupAssignment,
    Pathway,
    PostProgramStatus,
    ReferenceGeneration,
    SchoolYear,
    SubjectPathway,
)

# The guide's list (CTE Lingo, Pathway), in its order. OPI's own codes are not public: these are
# provisional, and OPI may change them.
PATHWAYS = [
    "Advanced Manufacturing",
    "Agriculture, Food & Natural Resources",
    "Agriculture, Mechanics & Construction",
    "Arts, A/V Technology, Communication",
    "Business Management",
    "Design & Construction (ITE)",
    "Design & Construction (FCS)",
    "Education",
    "Finance",
    "Health Professions",
    "Hospitality & Tourism",
    "Human Services",
    "Information Technology",
    "Marketing",
    "Science, Technology, Engineering & Mathematics",
    "Transportation, Distribution & Logistics",
    "Welding & Fabrication",
]
Family = EndStatus.Family
# OPI's list of end statuses is not public. That the codes 300 to 340 name a reason for dropping
# out, and that 410 is a graduate, stands in OPI's file layouts; the rest is what districts use. All
# are provisional until OPI has confirmed them.
END_STATUSES = [
    ("110", "Left for another school", Family.TRANSFER),
    ("140", "Did not attend", Family.OTHER),
    ("300", "Dropped out", Family.DROPOUT),
    ("310", "Dropped out", Family.DROPOUT),
    ("320", "Dropped out", Family.DROPOUT),
    ("330", "Dropped out", Family.DROPOUT),
    ("340", "Dropped out", Family.DROPOUT),
    ("400", "Graduated", Family.GRADUATE),
    ("410", "Graduated with a proficiency-based diploma", Family.GRADUATE),
]
# OPI's post-program statuses are not public either. (code, name, placed, answered), the best first:
# the order in which one of several true answers wins is New York's.
POST_PROGRAM_STATUSES = [
    ("01", "Postsecondary education, advanced training, or apprenticeship", True, True),
    ("04", "Employed, related to the pathway", True, True),
    ("05", "Employed, not related to the pathway", True, True),
    ("02", "Military service", True, True),
    ("03", "National service or Peace Corps", True, True),
    ("06", "Not placed, seeking work", False, True),
    ("07", "Not placed, other", False, True),
    ("08", "Unable to contact", False, False),
]
# The pathways that courses of a SCED subject area can belong to; an area without one is Not CTE.
# Fine arts, military science, public service and what is miscellaneous may be either.
SUBJECT_PATHWAYS: dict[str, tuple[str, ...]] = {
    "01": (),
    "02": (),
    "03": (),
    "04": (),
    "06": (),
    "07": (),
    "08": (),
    "10": ("Information Technology",),
    "11": ("Arts, A/V Technology, Communication",),
    "12": ("Business Management", "Finance", "Marketing"),
    "13": ("Advanced Manufacturing", "Welding & Fabrication"),
    "14": ("Health Professions",),
    "16": ("Hospitality & Tourism",),
    "17": ("Design & Construction (ITE)", "Design & Construction (FCS)"),
    "18": ("Agriculture, Food & Natural Resources", "Agriculture, Mechanics & Construction"),
    "19": ("Human Services", "Education"),
    "20": ("Transportation, Distribution & Logistics",),
    "21": ("Science, Technology, Engineering & Mathematics",),
}
FIRST_END_YEAR = 2021  # the guide's list is older than any year that the portal holds
END_YEARS = range(2023, 2027)
ACTIVE_END_YEAR = 2025


def load() -> None:
    """Bring pathways, school years, end statuses and OPI's reports into the District edition where
    it has none, and what OPI keeps to the state.
    """
    with transaction.atomic(Edition.DISTRICT.value):
        ReferenceGeneration.objects.get_or_create(pk=1)
        if not SchoolYear.objects.exists():
            SchoolYear.objects.bulk_create(
                SchoolYear(
                    end_year=year,
                    starts=datetime.date(year - 1, 7, 1),
                    ends=datetime.date(year, 6, 30),
                    is_active=year == ACTIVE_END_YEAR,
                )
                for year in END_YEARS
            )
            moved()
        if not Pathway.objects.exists():
            Pathway.objects.bulk_create(
                Pathway(code=f"{number:02d}", name=name, first_year=FIRST_END_YEAR)
                for number, name in enumerate(PATHWAYS, 1)
            )
            moved()
        if not SubjectPathway.objects.exists():
            keys = {name: key for key, name in Pathway.objects.values_list("pk", "name")}
            SubjectPathway.objects.bulk_create(
                SubjectPathway(area=area, pathway_id=keys[name] if name else None)
                for area, names in SUBJECT_PATHWAYS.items()
                for name in names or ("",)
                if not name or name in keys
            )
            moved()
        if not EndStatus.objects.exists():
            EndStatus.objects.bulk_create(
                EndStatus(
                    code=code,
                    name=name,
                    family=family,
                    first_year=FIRST_END_YEAR,
                    is_provisional=True,
                )
                for code, name, family in END_STATUSES
            )
            moved()
        if not PostProgramStatus.objects.exists():
            PostProgramStatus.objects.bulk_create(
                PostProgramStatus(
                    code=code,
                    name=name,
                    rank=rank,
                    is_placed=is_placed,
                    is_answered=is_answered,
                    needs_attempts=not is_answered,
                    first_year=FIRST_END_YEAR,
                    is_provisional=True,
                )
                for rank, (code, name, is_placed, is_answered) in enumerate(
                    POST_PROGRAM_STATUSES, 1
                )
            )
            moved()
        end_years = SchoolYear.objects.values_list("end_year", flat=True)
        missing = FollowUpYear.objects.bulk_create(FollowUpYear.objects.missing(*end_years))
        for year in missing:
            certified().follow_up_moved(year.end_year)
        GroupAssignment.objects.assign_official()
    publish()


def moved() -> None:
    """Say that reference data changed: what was checked before is checked again before it is
    written.
    """
    ReferenceGeneration.objects.update(generation=F("generation") + 1)


def generation() -> int:
    return int(_generation()[0][0])


@prepared
def _generation() -> QuerySet[ReferenceGeneration, tuple[int]]:
    return ReferenceGeneration.objects.filter(pk=1).values_list("generation")
