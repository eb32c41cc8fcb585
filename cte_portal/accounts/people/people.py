"""Who may sign in, and in which role: every change of people, each in one transaction with its
AuditEvents.

What a person may not do is refused here, whatever a page shows: nobody gives or takes a role above
the own one, changes the own roles, or reaches people of other districts.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from cte_portal.accounts import deeds
from cte_portal.accounts.models import SCHOOL_ROLE, AuditEvent, Invitation, Membership, Role, User
from cte_portal.accounts.people.authority import Authority, begin, begin_account
from cte_portal.accounts.sign_in.letters import tell_of_change
from cte_portal.accounts.sign_in.own_account import note
from cte_portal.accounts.sign_in.sign_on.standing import check_stays, hold_for
from cte_portal.pages.typed import KEY_DIGITS, number
from cte_portal.plugs import directory, only, plugs
from cte_portal.refusals import Refusal

Operation = AuditEvent.Operation
TAKEN = "Another person has that user name."
ADDRESS_TAKEN = "Another account has that e-mail address."
SCHOOL_MISSING = "Choose the school that the School Viewer sees."
SCHOOL_NOT_ALLOWED = "Only a School Viewer has a school. Leave this empty."


def add(
    authority: Authority,
    *,
    username: str,
    first_name: str,
    last_name: str,
    email: str,
    role: str,
    district: str,
    school: str = "",
    to_existing: bool = False,
) -> tuple[User, str | None]:
    """Add a person with one role. Returns the secret of the one-time link, or None for somebody who
    has an account already.

    An address belongs to one account. Whose it is gets the role when the same user name is given,
    or when `to_existing` says that this is meant; anything else is refused with words from which
    nobody learns whose a user name is.
    """
    email = User.objects.normalize_email(email)
    with transaction.atomic():
        begin(authority)
        account = User.objects.filter(username__iexact=username).first()
        if account:
            if account.email != email or not email:
                raise Refusal(TAKEN, field="username")
            if account in authority.people:
                raise Refusal(
                    "This person is already on the list. Add the role there.", field="username"
                )
        elif owner := User.objects.with_address(email).first():
            if not to_existing:
                raise Refusal(ADDRESS_TAKEN, field="email")
            account = owner
        if account:
            _assign(authority, account, role, district, school)
            return account, None
        try:
            with transaction.atomic():
                person = User.objects.create_user(
                    username, email, None, first_name=first_name, last_name=last_name
                )
        except IntegrityError as error:
            raise taken(error) from error
        _record(authority, person, Operation.ADD, {}, deeds.words(person))
        _assign(authority, person, role, district, school)
        return person, Invitation.objects.make(person.pk, authority.actor.record_name)


def give(authority: Authority, person: User, role: str, district: str, school: str = "") -> None:
    with transaction.atomic():
        begin(authority, person)
        if role != SCHOOL_ROLE and person.memberships.filter(role=role, district=district).exists():
            raise Refusal("This person already has that role there.")
        _assign(authority, person, role, district, school)


def take(authority: Authority, person: User, membership_id: str) -> None:
    """Take a role away. What is gone already stays gone."""
    with transaction.atomic():
        hold_for(person)
        begin(authority, person)
        membership = person.memberships.filter(
            pk=number(membership_id, digits=KEY_DIGITS) or 0
        ).first()
        if membership is None:
            return
        if not authority.may_assign(person, membership.role, membership.district):
            raise PermissionDenied
        if membership.role == Role.OPI_ADMINISTRATOR:
            check_stays(person)
        _record_role(authority, person, Operation.REMOVE, membership)
        membership.delete()


def rename(authority: Authority, person: User, *, first_name: str, last_name: str) -> None:
    with transaction.atomic():
        begin_account(authority, person)
        before = deeds.words(person)
        person.first_name, person.last_name = first_name, last_name
        person.save(update_fields=["first_name", "last_name"])
        if before != deeds.words(person):
            _record(authority, person, Operation.CHANGE, before, deeds.words(person))


def change_address(authority: Authority, person: User, email: str) -> None:
    """E-mails go to the new address from then on. Both addresses are told."""
    with transaction.atomic():
        begin_account(authority, person)
        before, new = person.email, User.objects.normalize_email(email)
        if before == new:
            return
        person.email = new
        try:
            with transaction.atomic():
                person.save(update_fields=["email"])
        except IntegrityError as error:
            raise taken(error) from error
        _record(authority, person, Operation.CHANGE, {"E-mail": before}, {"E-mail": new})
        sentence = (
            f"changed the e-mail address of your CTE Portal account from {before or 'none'} to"
            f" {new}."
        )
        tell_of_change(person, sentence, by=authority.actor, addresses=filter(None, (before, new)))


def close(authority: Authority, person: User) -> None:
    """Nobody signs in with it any more: sessions end at once, and an unused link no longer
    works.
    """
    with transaction.atomic():
        hold_for(person)
        begin_account(authority, person)
        if person.is_active:
            check_stays(person)
            person.is_active = False
            person.sessions_ended += 1
            person.save(update_fields=["is_active", "sessions_ended"])
            Invitation.objects.filter(user=person).delete()
            _record(authority, person, Operation.CHANGE, {"Account": "open"}, {"Account": "closed"})


def open_again(authority: Authority, person: User) -> None:
    with transaction.atomic():
        begin_account(authority, person)
        if person.dormant or not person.is_active:
            person.is_active, person.opened_at = True, timezone.now()
            person.save(update_fields=["is_active", "opened_at"])
            _record(authority, person, Operation.CHANGE, {"Account": "closed"}, {"Account": "open"})


def shows_link(person: User) -> bool:
    """Whether a one-time link may be seen by who made it: a certifier's goes to her address alone,
    if she has one.
    """
    districts_of = only(plug.certifies_in for plug in plugs())
    return not (person.email and districts_of(person))


def new_link(authority: Authority, person: User, *, mailed: bool) -> str:
    """A one-time link for somebody who cannot sign in; it stands in place of an earlier one. The
    person hears of one that is not mailed.
    """
    with transaction.atomic():
        begin_account(authority, person)
        if not person.is_active:
            raise Refusal("This account is closed. Open it first.")
        if mailed and not person.email:
            raise Refusal("This person has no e-mail address. Enter one first, or show the link.")
        person.opened_at = timezone.now()
        person.save(update_fields=["opened_at"])
        _record(
            authority,
            person,
            Operation.CHANGE,
            {},
            {
                "One-time link": "made, to be sent by e-mail"
                if mailed
                else "shown to the person who made it"
            },
        )
        if not mailed:
            tell_of_change(
                person,
                "made a one-time link that can be used to choose a new password.",
                by=authority.actor,
            )
        return Invitation.objects.make(person.pk, authority.actor.record_name)


def reset_second_factor(authority: Authority, person: User, reason: str) -> None:
    """For who has lost the phone: the authenticator app and its recovery codes are gone, and
    sessions are over.
    """
    with transaction.atomic():
        hold_for(person)
        begin_account(authority, person)
        check_stays(person)
        if not Authenticator.objects.filter(user=person).delete()[0]:
            raise Refusal("This person has no second factor.")
        person.sessions_ended += 1
        person.save(update_fields=["sessions_ended"])
        deed = deeds.of_person(
            person,
            Operation.CHANGE,
            {"Second factor": "authenticator app"},
            {"Second factor": "none"},
            district=authority.district,
        )
        AuditEvent.objects.record([deed], by=authority.actor, reason=reason)
        tell_of_change(
            person,
            "removed the authenticator app from your CTE Portal account.",
            by=authority.actor,
        )


def accept(invitation: Invitation, password: str) -> User:
    """The person has chosen a password: the link is used up, and sessions from before are over.
    Raises Invitation.DoesNotExist when used.
    """
    with transaction.atomic():
        if (
            not Invitation.objects.open()
            .filter(pk=invitation.pk, digest=invitation.digest)
            .delete()[0]
        ):
            raise Invitation.DoesNotExist
        person = User.objects.select_for_update().get(pk=invitation.user_id)
        person.set_password(password)
        person.sessions_ended += 1
        person.save(update_fields=["password", "sessions_ended"])
        note(person, {}, {"Password": "chosen with the one-time link"})
        tell_of_change(person, "A password was chosen with a one-time link.")
        return person


def taken(error: IntegrityError) -> Refusal:
    """Which of the two that only one account may have another account has."""
    of_address = "accounts_an_address_is_one_accounts" in str(error)
    return Refusal(ADDRESS_TAKEN, field="email") if of_address else Refusal(TAKEN, field="username")


def _assign(authority: Authority, person: User, role: str, district: str, school: str) -> None:
    if not authority.may_assign(person, role, district):
        raise PermissionDenied
    keys = {number: key for key, number, _ in directory().schools(district)} if school else {}
    if role == SCHOOL_ROLE and school not in keys:
        raise Refusal(SCHOOL_MISSING, field="school")
    if role != SCHOOL_ROLE and school:
        raise Refusal(SCHOOL_NOT_ALLOWED, field="school")
    try:
        with transaction.atomic():
            membership = person.memberships.create(
                role=role, district=district, school=school, school_key=keys.get(school)
            )
    except IntegrityError as error:
        raise Refusal("This person already has that role there.") from error
    _record_role(authority, person, Operation.ADD, membership)


def _record(
    authority: Authority,
    person: User,
    operation: Operation,
    before: dict[str, str],
    after: dict[str, str],
) -> None:
    AuditEvent.objects.record(
        [deeds.of_person(person, operation, before, after, district=authority.district)],
        by=authority.actor,
    )


def _record_role(
    authority: Authority, person: User, operation: Operation, membership: Membership
) -> None:
    deed = deeds.of_role(person, operation, membership.role, membership.district, membership.school)
    AuditEvent.objects.record([deed], by=authority.actor)
