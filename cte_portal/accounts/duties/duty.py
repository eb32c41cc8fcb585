"""Who has to sign in at the identity provider: OPI says so of a district, or of everybody, and sees
first whom it meets.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cte_portal.accounts.duties import emergency
from cte_portal.accounts.models import AuditEvent, Deed, SignOnDuty, User
from cte_portal.accounts.models.user import UserQuerySet
from cte_portal.accounts.people.authority import Authority, begin
from cte_portal.accounts.sign_in.sign_on.standing import hold, standing
from cte_portal.plugs import directory
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of

KIND = "sign-on duty"


@dataclass(frozen=True)
class Reach:
    """Whom a duty meets: a district, or everybody where `district` is empty."""

    district: str = ""

    @cached_property
    def name(self) -> str:
        """In a sentence."""
        if not self.district:
            return "everybody"
        names = dict(directory().districts({self.district}))
        return f"{self.district} {names[self.district]}" if names else self.district

    @property
    def duty(self) -> SignOnDuty | None:
        return SignOnDuty.objects.filter(district=self.district).first()

    @property
    def under_that_of_all(self) -> bool:
        return bool(self.district) and SignOnDuty.objects.filter(district="").exists()

    @property
    def people(self) -> UserQuerySet:
        """Whose accounts are open, emergency accounts among them."""
        people: UserQuerySet = User.objects.filter(is_active=True)
        return people.of_district(self.district) if self.district else people

    @property
    def connected(self) -> UserQuerySet:
        return self.people.filter(sign_on__issuer=settings.OIDC_ISSUER)

    @property
    def emergency_accounts(self) -> UserQuerySet:
        return self.people.filter(emergency_account__isnull=False)

    @property
    def unconnected(self) -> UserQuerySet:
        """Who has still to connect, by name."""
        people = self.people.filter(emergency_account__isnull=True)
        return people.exclude(sign_on__issuer=settings.OIDC_ISSUER).listed()


def effects(reach: Reach, *, required: bool) -> list[str]:
    """What follows, one sentence each."""
    label, connected = settings.OIDC_LABEL, reach.connected.count()
    kept, waiting = reach.emergency_accounts.count(), reach.unconnected.count()
    if not required and reach.under_that_of_all:
        return [f"Nothing changes now: {label} is required of everybody."]
    if not required:
        people = number_of(connected + waiting, "person", "people")
        beside = f"People who are connected may also use {label}."
        return [f"{people} may sign in with a password again. {beside}"]
    sentences = ["People who are signed in now stay signed in until the session ends."]
    if waiting:
        wait = "1 person is not" if waiting == 1 else f"{waiting:,} people are not"
        once_more = "the password, or the one-time link, once more"
        sentences.insert(
            0,
            f"{wait} connected yet: at the next sign-in they use {once_more} and connect the"
            " account.",
        )
    if connected:
        come = "1 person signs in" if connected == 1 else f"{connected:,} people sign in"
        sentences.insert(0, f"{come} with {label} from the next sign-in on, not with a password.")
    if kept:
        keeps = number_of(kept, "emergency account keeps", "emergency accounts keep")
        sentences.append(f"{keeps} the password.")
    return sentences


def check(reach: Reach, *, required: bool) -> None:
    """Raises a Refusal where it cannot be so."""
    if required == (reach.duty is not None):
        raise Refusal("Someone else changed this after you opened the page. Nothing was saved.")
    if required and not reach.district and standing().count() < emergency.FEWEST:
        raise Refusal(
            "Name two emergency accounts first: without them nobody at OPI can sign in while"
            f" {settings.OIDC_LABEL} is away."
        )


def change(authority: Authority, reach: Reach, *, required: bool, reason: str) -> None:
    """Sessions go on; it counts from the next sign-in."""
    with transaction.atomic():
        hold()
        begin(authority)
        check(reach, required=required)
        if required:
            SignOnDuty.objects.create(district=reach.district, since=timezone.now())
        else:
            SignOnDuty.objects.filter(district=reach.district).delete()
        words = ("password or single sign-on", "single sign-on alone")
        before, after = words if required else reversed(words)
        deed = Deed(
            KIND,
            reach.district or "everybody",
            reach.name,
            AuditEvent.Operation.CHANGE,
            {"Signs in with": before},
            {"Signs in with": after},
            reach.district,
        )
        AuditEvent.objects.record([deed], by=authority.actor, reason=reason)
