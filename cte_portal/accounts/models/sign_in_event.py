"""Sign-ins, tries that failed, and sign-outs (NIST AU-2), for OPI, a district's season and the
person. Names the account and nothing that was typed: people type passwords into the wrong field.
"""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Case, Count, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from cte_portal.accounts.models.audit import AuditEvent
from cte_portal.accounts.models.membership import Membership
from cte_portal.accounts.models.proof import Proof, proof_words
from cte_portal.accounts.models.user import User
from cte_portal.pages.days import in_days

UNKNOWN = "no such account"


class SignInEventQuerySet(models.QuerySet["SignInEvent"]):
    def note(
        self,
        act: SignInEvent.Act,
        person: User | None,
        address: str | None,
        proof: Proof | None = None,
    ) -> None:
        """Write what has just happened; `person` is None where no account has the user name."""
        self.create(
            at=timezone.now(),
            act=act,
            person=person.record_name if person else UNKNOWN,
            user_id=person.pk if person else None,
            address=address,
            proof=proof,
        )

    def newest_first(self) -> SignInEventQuerySet:
        return self.order_by("-pk")

    def between(
        self, first: datetime.date | None, last: datetime.date | None
    ) -> SignInEventQuerySet:
        """Events of whole days, as the portal's clock counts them, both included."""
        return self.filter(in_days(first, last))

    def naming(self, text: str) -> SignInEventQuerySet:
        """Events of people whose name contains each word of `text`, or from addresses that begin
        so.
        """
        events = self
        for word in text.split():
            events = events.filter(Q(person__icontains=word) | Q(address__startswith=word))
        return events

    def of_district(self, district: str) -> SignInEventQuerySet:
        """Events of the accounts that have a role in the district or had one: a season is asked for
        after people have left.
        """
        people = Membership.objects.filter(district=district).values("user_id")
        earlier = AuditEvent.objects.people_of(district)
        return self.filter(Q(user_id__in=people) | Q(user_id__in=earlier))

    def while_of_district(self, district: str) -> SignInEventQuerySet:
        """Events of people at moments when they had a role in the district: what they did before
        they came and after they left is not the district's. Their roles then are those of today,
        without those given since, with those taken since.
        """
        today = Membership.objects.filter(district=district, user=OuterRef("user_id"))
        since = AuditEvent.objects.filter(
            kind="role",
            district=district,
            key=Cast(OuterRef("user_id"), models.CharField()),
            at__gt=OuterRef("at"),
        )
        change = Case(When(operation=AuditEvent.Operation.REMOVE, then=1), default=-1)
        then = Coalesce(
            Subquery(today.order_by().values("district").annotate(n=Count("pk")).values("n")), 0
        ) + Coalesce(
            Subquery(since.order_by().values("district").annotate(n=Sum(change)).values("n")), 0
        )
        return self.of_district(district).alias(roles_then=then).filter(roles_then__gt=0)


class SignInEvent(models.Model):
    """One sign-in, failed try, proof within a session, or sign-out. Outlives the account."""

    class Act(models.TextChoices):
        SIGNED_IN = "signed-in", "Signed in"
        SIGNED_OUT = "signed-out", "Signed out"
        SESSION_ENDED = "session-ended", "Signed out after no activity"
        WRONG_PASSWORD = "wrong-password", "Wrong password"
        PASSWORD_CONFIRMED = "password-confirmed", "Password confirmed"
        CODE_ACCEPTED = "code-accepted", "App's code accepted"
        RECOVERY_CODE_USED = "recovery-code-used", "Recovery code used"
        WRONG_CODE = "wrong-code", "Wrong code"
        TOO_MANY_TRIES = "too-many-tries", "Refused: too many tries"
        ACCOUNT_CLOSED = "account-closed", "Refused: account closed"
        SIGNED_ON = "signed-on", "Signed in by single sign-on"
        SIGN_ON_CONFIRMED = "sign-on-confirmed", "Confirmed by single sign-on"
        SIGN_ON_REFUSED = "sign-on-refused", "Refused: single sign-on"
        SIGN_ON_ENDED = "sign-on-ended", "Signed out by the identity provider"
        EMERGENCY = "break-glass", "Signed in with an emergency account"

    at = models.DateTimeField()
    act = models.CharField(max_length=20, choices=Act.choices)
    person = models.CharField(max_length=120)
    user_id = models.BigIntegerField(null=True)
    address = models.GenericIPAddressField(null=True)
    """Network address that the request came from."""
    proof = models.JSONField(null=True)
    """What the identity provider said; null where it was not asked. What the portal itself asked
    for is said by `act`.
    """

    objects = SignInEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    act__in=[
                        "signed-in",
                        "signed-out",
                        "session-ended",
                        "wrong-password",
                        "password-confirmed",
                        "code-accepted",
                        "recovery-code-used",
                        "wrong-code",
                        "too-many-tries",
                        "account-closed",
                        "signed-on",
                        "sign-on-confirmed",
                        "sign-on-refused",
                        "sign-on-ended",
                        "break-glass",
                    ]
                ),
                name="accounts_sign_in_act_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["user_id", "id"], name="accounts_sign_ins_by_person"),
            models.Index(fields=["at"], name="accounts_sign_ins_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.person}"

    @property
    def proof_words(self) -> str:
        return proof_words(self.proof)

    @property
    def refused(self) -> bool:
        """Whether the person was not let in, or proved nothing."""
        return self.act in REFUSALS


Act = SignInEvent.Act
REFUSALS = frozenset(
    {
        Act.WRONG_PASSWORD,
        Act.WRONG_CODE,
        Act.TOO_MANY_TRIES,
        Act.ACCOUNT_CLOSED,
        Act.SIGN_ON_REFUSED,
    }
)
