"""The practice portal's event and certifiers (Plug.demo): dates lie around the day on which it is
loaded (design 4).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.utils import timezone

from certification.collections.end_of_year import END_OF_YEAR
from certification.collections.fall.description import FALL
from certification.demo import certified
from certification.letters import occasions
from certification.letters.letters import KIND, queue_all
from certification.models import (
    CertificationEvent,
    Certifier,
    Round,
    SealedCopy,
    Signature,
)
from certification.signing.signed_text import Document, seal_of
from cte_portal.accounts.models import Membership, User
from cte_portal.batches.letters.fate import LEFT
from cte_portal.batches.models import Batch, Status
from cte_portal.editions import Scope
from pathways.demo.districts import CERTIFIED
from pathways.ledger.canonical import CanonicalRow
from pathways.ledger.shape import PARTICIPATION
from pathways.models import Change, District, Enrollment, FollowUpYear, Pathway, Student
from pathways.rules import severities

END_YEAR = 2025
NAME = "End of Year CTE Concentrator & Participants Certification 2024-25"
SEALED_LAST_YEAR = ("9012", "9020", "0965")
PRIMARY, SECONDARY = Certifier.Level.PRIMARY, Certifier.Level.SECONDARY

# District, user name, level, job title, whether invited and accepted, whether ever signed in.
# Nobody certifies for 9031: its warning is to be seen.
CERTIFIERS = (
    ("9012", "dadmin", PRIMARY, "CTE Director", True, True),
    ("9012", "jdoe", PRIMARY, "Superintendent", True, True),
    ("9012", "mreyes", SECONDARY, "High School Principal", True, True),
    ("9020", "lstone", PRIMARY, "Superintendent", True, True),
    ("0965", "sberg", PRIMARY, "District Clerk", False, False),
    ("9099", "cmartin", PRIMARY, "CTE Coordinator", True, True),
    (CERTIFIED, "rnovak", PRIMARY, "Superintendent", True, True),
)


def write_of_the_date(event: CertificationEvent) -> None:
    """The e-mails of 14 days before have gone out already: a reminder can be tried on the day the
    portal is loaded.
    """
    letters = [letter for letter, _ in occasions.of_the_date(event).values()]
    queue_all(letters)
    leave()


def leave() -> None:
    """Nobody of the practice portal is written to: an e-mail counts as sent."""
    Batch.objects.filter(kind=KIND).update(
        status=Status.COMPLETED, sentence=LEFT, finished_at=timezone.now()
    )


def follow_up(end_year: int) -> dict[str, datetime.date]:
    """The dates that OPI keeps on its list of follow-up years."""
    year = FollowUpYear.objects.get(pk=end_year)
    return {"follow_up_opens": year.opens, "follow_up_closes": year.closes}


def load() -> None:
    now, today = timezone.now(), timezone.localdate()

    def day(number: int) -> datetime.date:
        return today + datetime.timedelta(days=number)

    event = CertificationEvent.objects.create(
        name=NAME,
        collection=END_OF_YEAR.slug,
        end_year=END_YEAR,
        review_opens=day(-14),
        certification_opens=day(-7),
        due=day(14),
        corrections_until=day(24),
        **follow_up(END_YEAR),
        status=CertificationEvent.Status.PUBLISHED,
        published_at=now - datetime.timedelta(days=14),
    )
    event.links.create(
        title="OPI guide to this collection", url="https://opi.example/cte/end-of-year-guide"
    )
    people = {
        user.username: user
        for user in User.objects.filter(username__in=[row[1] for row in CERTIFIERS])
    }
    roles = set(
        Membership.objects.filter(user__in=people.values()).values_list(
            "user__username", "district"
        )
    )
    for district, username, level, title, accepted, signed_in in CERTIFIERS:
        if (username, district) not in roles:
            continue  # a smaller portal was asked for
        invited = now - datetime.timedelta(days=20)
        Certifier.objects.create(
            district=district,
            user=people[username],
            level=level,
            job_title=title,
            invited_at=invited,
            invited_by="STRAND, IDA",
            accepted_at=invited + datetime.timedelta(days=1) if accepted else None,
        )
        if signed_in:
            User.objects.filter(username=username).update(
                last_login=invited + datetime.timedelta(days=1)
            )
    write_of_the_date(event)
    last_year = CertificationEvent.objects.create(
        name=NAME.replace("2024-25", "2023-24"),
        collection=END_OF_YEAR.slug,
        end_year=END_YEAR - 1,
        review_opens=datetime.date(2024, 5, 13),
        certification_opens=datetime.date(2024, 6, 3),
        due=datetime.date(2024, 6, 21),
        corrections_until=datetime.date(2024, 6, 30),
        **follow_up(END_YEAR - 1),
        status=CertificationEvent.Status.PUBLISHED,
        published_at=datetime.datetime(2024, 5, 13, 15, 0, tzinfo=datetime.UTC),
    )
    for certifier in (
        Certifier.objects.filter(district__in=SEALED_LAST_YEAR, level=PRIMARY)
        .order_by("district", "pk")
        .select_related("user")
    ):
        if not last_year.rounds.filter(district=certifier.district).exists():
            seal_last_year(last_year, certifier)
    write_of_the_date(fall_of_last_year())
    certified.add(event)
    leave()


def fall_of_last_year() -> CertificationEvent:
    """The follow-up of last year's leavers, while they are called: certified by the last day of
    contact.
    """
    year, now = FollowUpYear.objects.get(pk=END_YEAR - 1), timezone.now()
    return CertificationEvent.objects.create(
        name=f"{FALL.event_name} {year.school_year}",
        collection=FALL.slug,
        end_year=year.end_year,
        review_opens=year.opens,
        certification_opens=timezone.localdate() - datetime.timedelta(days=7),
        due=year.closes,
        corrections_until=year.closes + datetime.timedelta(days=10),
        **follow_up(year.end_year),
        statements=list(FALL.statements),
        validation_groups=[FALL.groups[0].slug],
        status=CertificationEvent.Status.PUBLISHED,
        published_at=now - datetime.timedelta(days=14),
    )


def seal_last_year(event: CertificationEvent, certifier: Certifier) -> SealedCopy:
    """The records that the district had at the end of 2023-24, by its history, signed and sealed on
    the event's due date.
    """
    scope = Scope(certifier.district, event.end_year)
    at = datetime.datetime(2024, 6, 20, 19, 12, 6, tzinfo=datetime.UTC)
    rows = list(as_of(scope))
    document = Document(
        form=END_OF_YEAR.form,
        collection=event.collection,
        end_year=event.end_year,
        district=scope.district,
        round=1,
        statements=event.worded(District.objects.get(pk=scope.district).name),
        rules=severities.as_signed(scope.end_year),
        rules_hash=severities.digest(scope.end_year),
        rows=rows,
        counts=END_OF_YEAR.counts(rows),
        findings=[],
        explanations=[],
    )
    sealed_round = Round.objects.create(
        event=event, district=scope.district, number=1, opened_at=at, opened_by=certifier.name
    )
    signature = Signature.objects.create(
        round=sealed_round,
        certifier=certifier,
        name=certifier.name,
        job_title=certifier.job_title,
        level=certifier.level,
        digest=document.digest,
        statements=list(document.statements),
        method=Signature.Method.PASSWORD,
        signed_at=at,
    )
    copy = SealedCopy(
        round=sealed_round,
        receipt=f"{scope.district}-{event.end_year}-{END_OF_YEAR.receipt_code}-1",
        event_name=event.name,
        district_name=District.objects.get(pk=scope.district).name,
        form_version=END_OF_YEAR.form,
        sealed_at=at,
        generation=1,
        sent_at=at - datetime.timedelta(hours=3),
        counts=document.counts,
        rules=list(document.rules),
        rules_hash=document.rules_hash,
        explanations=[],
        findings=[],
        statements=list(document.statements),
    )
    copy.digest = seal_of(document, copy, [signature])
    copy.save(force_insert=True)
    END_OF_YEAR.keep(copy, rows)
    sealed_round.become(Round.Status.SEALED, sealed_at=at)
    return copy


def as_of(scope: Scope) -> Iterator[CanonicalRow]:
    """The records in scope of a year that is over, by the last image that their history has of it,
    in the columns of a sealed record.
    """
    students = {student.pk: student for student in Student.objects.in_scope(scope)}
    enrollments = (
        Enrollment.objects.that_decide(scope.end_year)
        .filter(student__in=students)
        .select_related("calendar__school")
    )
    deciding = {image.student_id: image for image in reversed(enrollments)}
    pathways = {pathway.pk: pathway for pathway in Pathway.objects.all()}
    history = Change.objects.filter(
        district=scope.district, end_year__lte=scope.end_year, student_id__in=students
    )
    images = {(image.student_id, image.pathway_id): image for image in history.order_by("version")}
    for image in images.values():
        if image.operation == Change.Operation.DELETE:
            continue
        student, pathway, school = (
            students[image.student_id],
            pathways[image.pathway_id],
            deciding[image.student_id].calendar.school,
        )
        yield CanonicalRow(
            state_id=student.state_id,
            local_id=student.local_id,
            last_name=student.last_name,
            first_name=student.first_name,
            middle_name=student.middle_name,
            birth_date=student.birth_date,
            gender=student.gender,
            grade=deciding[image.student_id].grade,
            school_number=school.number,
            school_name=school.name,
            pathway_code=pathway.code,
            pathway_name=pathway.name,
            modified_date=image.modified_date,
            modified_by=image.by,
            modified_end_year=image.end_year,
            **{name: getattr(image, name) for name in PARTICIPATION.names},
        )
