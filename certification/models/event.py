"""A certification event: what OPI asks every district to put its name to, and by when."""

from __future__ import annotations

import datetime

from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q

from certification.models.dates import Dates
from certification.models.transitions import Moves
from cte_portal.editions import Home, school_year_label
from pathways.models import CollectionLock

STATEMENTS = (
    "I have reviewed the counts above.",
    "Errors are corrected and each warning was checked.",
    "District and state data match.",
    "To the best of my knowledge the data are complete and accurate for {school year}.",
    "I am authorized to certify for {district}.",
)
PLACEHOLDERS = ("{school year}", "{district}")
GROUPS = ("cte-end-of-year",)


def default_statements() -> list[str]:
    """The statements of certifiers, unless OPI words them otherwise."""
    return list(STATEMENTS)


def default_groups() -> list[str]:
    return list(GROUPS)


class CertificationEventQuerySet(models.QuerySet["CertificationEvent"]):
    def seen_by_districts(self) -> CertificationEventQuerySet:
        """Published events. Drafts were never shown, closed ones are shown no more (montana
        6.3).
        """
        return self.filter(status=CertificationEvent.Status.PUBLISHED)

    def of_year(self, end_year: int) -> CertificationEventQuerySet:
        return self.filter(end_year=end_year)

    def ended_with(self, end_year: int) -> CertificationEventQuerySet:
        """Published ones that the end of that year ends."""
        fall = CollectionLock.Collection.FALL
        return self.seen_by_districts().of_year(end_year).exclude(collection=fall)

    def worked_on_in(self, end_year: int, before: int) -> CertificationEventQuerySet:
        """Those of the year, and those of the year `before` whose leavers are followed up in it."""
        followed_up = Q(end_year=before, collection=CollectionLock.Collection.FALL)
        return self.filter(Q(end_year=end_year) | followed_up)

    def newest_first(self) -> CertificationEventQuerySet:
        return self.order_by("-end_year", "collection")

    def before(self, event: CertificationEvent) -> CertificationEvent | None:
        """The same collection a year or more earlier: what is compared with, and copied from."""
        return (
            self.filter(collection=event.collection, end_year__lt=event.end_year)
            .order_by("-end_year")
            .first()
        )


class CertificationEvent(Moves):
    """Copied from year to year. *Open* is no status: it follows from the dates of a published
    event.
    """

    lives_in = Home.DISTRICT

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        CLOSED = "closed", "Closed"

    class AfterYear(models.TextChoices):
        """OPI's choice for the districts that had not certified when the next school year began."""

        FINISH = "finish", "Districts that had sent everything can finish"
        CLOSED = "closed", "Closed with the school year"

    MOVES = {
        Status.DRAFT: (Status.PUBLISHED,),
        Status.PUBLISHED: (Status.CLOSED,),
        Status.CLOSED: (Status.PUBLISHED,),
    }
    """The transition table: from → to. A closed event can be shown again; a published one is never
    a draft again.
    """

    name = models.CharField("Name", max_length=120)
    collection = models.CharField(
        "Collection", max_length=10, choices=CollectionLock.Collection.choices
    )
    end_year = models.PositiveSmallIntegerField("School year")
    review_opens = models.DateField("Review opens")
    certification_opens = models.DateField("Certification opens")
    due = models.DateField("Due")
    corrections_until = models.DateField("Corrections until")
    follow_up_opens = models.DateField("Follow-up opens", null=True, blank=True)
    follow_up_closes = models.DateField("Follow-up closes", null=True, blank=True)
    statements = models.JSONField("Statements", default=default_statements)
    validation_groups = models.JSONField("Validation groups", default=default_groups)
    late_is_accepted = models.BooleanField(
        "Late certification is accepted until corrections end", default=True
    )
    wait_after_resync_blocks = models.BooleanField(
        "No one can sign within 60 minutes of a complete resync", default=False
    )
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    after_year = models.CharField(max_length=6, choices=AfterYear.choices, blank=True)
    after_year_reason = models.CharField(max_length=200, blank=True)
    may_finish = models.JSONField(default=list, blank=True)
    """Numbers of the districts that may still sign what they had sent, once the next school year
    has begun.
    """
    closed_for = models.JSONField(default=dict, blank=True)
    """District number → why OPI closed the year for a district that might have finished it."""

    objects = CertificationEventQuerySet.as_manager()

    class Meta:
        ordering = ["-end_year", "collection"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "end_year"],
                name="certification_one_event_per_collection_and_year",
                violation_error_message="This collection already has an event in that school year.",
            ),
            models.CheckConstraint(
                condition=Q(review_opens__lte=F("certification_opens")),
                name="certification_review_opens_first",
                violation_error_message=(
                    "Review must open on or before the day certification opens."
                ),
            ),
            models.CheckConstraint(
                condition=Q(certification_opens__lte=F("due")),
                name="certification_opens_before_it_is_due",
                violation_error_message="Certification must open on or before the due date.",
            ),
            models.CheckConstraint(
                condition=Q(due__lte=F("corrections_until")),
                name="certification_corrections_end_after_the_due_date",
                violation_error_message="Corrections must end on or after the due date.",
            ),
            models.CheckConstraint(
                condition=Q(follow_up_opens=None, follow_up_closes=None)
                | Q(
                    follow_up_opens__isnull=False,
                    follow_up_closes__isnull=False,
                    follow_up_opens__lte=F("follow_up_closes"),
                ),
                name="certification_follow_up_opens_before_it_closes",
                violation_error_message=(
                    "Enter both follow-up dates, the first before the last, or leave both empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "closed"]),
                name="certification_event_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(after_year__in=["", "finish", "closed"]),
                name="certification_event_after_its_year_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", published_at=None)
                | (~Q(status="draft") & Q(published_at__isnull=False)),
                name="certification_published_event_says_since_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def school_year(self) -> str:
        return school_year_label(self.end_year)

    @property
    def is_of_leavers(self) -> bool:
        """Whether it is about those who left in its school year: their outcomes are entered, sent
        and signed in the year after it, by the event's dates alone.
        """
        return self.collection == CollectionLock.Collection.FALL

    def is_of(self, current_year: int | None) -> bool:
        """Whether its records can be entered, sent and signed while that school year is the current
        one.
        """
        if current_year is None:
            return False
        return (
            current_year >= self.end_year if self.is_of_leavers else current_year == self.end_year
        )

    def is_over_in(self, current_year: int | None) -> bool:
        """Whether the end of its school year has ended it."""
        return not self.is_of_leavers and current_year is not None and current_year > self.end_year

    def is_worked_on_in(self, end_year: int | None) -> bool:
        """As `worked_on_in` selects it."""
        years = (self.end_year, self.end_year + 1) if self.is_of_leavers else (self.end_year,)
        return end_year in years

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def dates(self) -> Dates:
        """The dates for districts without an extension."""
        return self.dates_with(None, None)

    def dates_with(
        self, due: datetime.date | None, corrections_until: datetime.date | None
    ) -> Dates:
        """The dates for a district with an extension to these days. An extension never shortens
        what all have.
        """
        return Dates(
            review_opens=self.review_opens,
            certification_opens=self.certification_opens,
            due=max(self.due, due or self.due),
            corrections_until=max(
                self.corrections_until, corrections_until or self.corrections_until
            ),
            late_is_accepted=self.late_is_accepted,
            extended=due is not None,
        )

    def worded(self, district_name: str) -> list[str]:
        """The statements as one district's certifiers read and sign them."""
        return [
            text.replace("{school year}", self.school_year).replace("{district}", district_name)
            for text in self.statements
        ]


class EventLink(models.Model):
    """An Ad Hoc Data Link that OPI puts on the event's page."""

    lives_in = Home.DISTRICT

    event = models.ForeignKey(CertificationEvent, on_delete=models.CASCADE, related_name="links")
    title = models.CharField("Title", max_length=80)
    url = models.URLField("Address", max_length=300, validators=[URLValidator(schemes=["https"])])

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "title"],
                name="certification_link_title_is_used_once",
                violation_error_message="This event already has a link with that title.",
            ),
            models.CheckConstraint(
                condition=Q(url__startswith="https://"),
                name="certification_link_is_https",
                violation_error_message="The address must begin with https://",
            ),
        ]

    def __str__(self) -> str:
        return self.title
