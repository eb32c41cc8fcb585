"""A person who signs in."""

import datetime
import unicodedata
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from cte_portal.accounts.models.membership import Membership
from cte_portal.accounts.models.names import USER_NAME, check_name, name_key
from cte_portal.accounts.models.password import (
    LETTERS,
    UNUSABLE,
    HiddenFromWorkers,
    last_letters,
)
from cte_portal.folding import Folded, folded
from cte_portal.prepared import prepared

if TYPE_CHECKING:
    from cte_portal.accounts.models.invitation import Invitation

UNUSED = datetime.timedelta(days=180)


def unused(person: str = "", since: datetime.datetime | None = None) -> Q:
    """Accounts that nobody has used for 180 days, or `since`, by the path of the person, as in
    `user__`; what `User.dormant` says of one. An emergency account waits for its day, however long.
    """
    since = since or timezone.now() - UNUSED
    activity = (
        Q(**{f"{person}last_login__gte": since})
        | Q(**{f"{person}opened_at__gte": since})
        | Q(**{f"{person}date_joined__gte": since})
    )
    return ~activity & Q(**{f"{person}emergency_account__isnull": True})


class UserQuerySet(models.QuerySet["User"]):
    def of_district(self, district: str) -> "UserQuerySet":
        return self.filter(memberships__district=district).distinct()

    def of_whole_district(self, district: str) -> "UserQuerySet":
        """Without those who have a role in a school of it alone."""
        roles = Membership.objects.of_whole_districts().filter(district=district)
        return self.filter(pk__in=roles.values("user"))

    def matching(self, text: str) -> "UserQuerySet":
        """People whose names, user name or e-mail contain each word, with or without accents."""
        people = self.alias(last_folded=Folded("last_name"), first_folded=Folded("first_name"))
        for word in text.split():
            by_name = (
                Q(last_folded__contains=folded(word)) | Q(first_folded__contains=folded(word))
                if folded(word)
                else Q()
            )
            people = people.filter(by_name | Q(username__icontains=word) | Q(email__icontains=word))
        return people

    def with_address(self, address: str) -> "UserQuerySet":
        """Who has the address, however it is written: one person or nobody."""
        return self.filter(email=plain_address(address)) if address else self.none()

    def namesakes(self, first_name: str, last_name: str) -> "UserQuerySet":
        """People whose names a list would not tell from this one; accents, case and signs make no
        difference.
        """
        key = name_key(first_name, last_name)
        people = self.values_list("pk", "first_name", "last_name").order_by()
        return self.filter(
            pk__in=[pk for pk, first, last in people if name_key(first, last) == key]
        )

    def listed(self) -> "UserQuerySet":
        """By name, with roles, an open invitation and single sign-on at hand."""
        return (
            self.order_by(Folded("last_name"), Folded("first_name"), "username")
            .select_related("invitation", "sign_on", "emergency_account")
            .prefetch_related("memberships")
        )


def plain_address(address: str | None) -> str:
    """An e-mail address as it is kept and compared: in lower case, with compatible letters
    replaced, such as full-width ones.
    """
    return unicodedata.normalize("NFKC", address or "").strip().lower()


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    use_in_migrations = False

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Django's own hook: everybody who is made, by page or command, has a plain address."""
        return plain_address(email)

    def get(self, *args: Any, **kwargs: Any) -> "User":
        """Django's own hook: who has sent a request is asked for by the key alone, on every page;
        that question is prepared. Managers that Django makes of this one, such as a group's, ask
        among their own people.
        """
        is_whole = self.__class__ is UserManager and self.model is User and not self._db
        if args or not is_whole or len(kwargs) > 1 or not isinstance(kwargs.get("pk"), int):
            return self.get_queryset().get(*args, **kwargs)
        for person in _person(kwargs["pk"]):
            return person
        raise self.model.DoesNotExist

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """The first person of a real portal (`manage.py createsuperuser`): an OPI Administrator,
        like those she will add.
        """
        with transaction.atomic():
            user: User = super().create_superuser(username, email, password, **fields)
            user.memberships.create(role="opi-administrator")
        return user


@prepared
def _person(key: int) -> "models.QuerySet[User]":
    return User.objects.filter(pk=key)


class User(AbstractUser):
    username_validator = USER_NAME  # type: ignore[assignment]

    username = models.CharField(
        "user name",
        max_length=150,
        unique=True,
        validators=[USER_NAME],
        error_messages={"unique": "Another person has that user name."},
    )
    first_name = models.CharField("first name", max_length=150, validators=[check_name])
    last_name = models.CharField("last name", max_length=150, validators=[check_name])

    password = HiddenFromWorkers("password", max_length=128)
    password_end = last_letters()

    name_folded = models.GeneratedField(
        expression=Folded(Concat("last_name", "first_name")),
        output_field=models.CharField(max_length=600),  # of both names, whose ß is ss
        db_persist=True,
    )
    """Equal for two people whom a list would not tell apart; the database keeps it."""

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email", "first_name", "last_name"]
    """What `manage.py createsuperuser` asks for beside user name and password."""

    sessions_ended = models.PositiveIntegerField(default=0, editable=False)
    """How often all sessions of the person were ended: part of what a session must prove."""
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When an administrator, or a link to the confirmed address, last let the person in again."""
    confirmed_email = models.CharField(max_length=254, blank=True, default="", editable=False)
    """The address that the account had when the person last signed in: one that somebody else has
    entered since does not open it.
    """

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        indexes = [
            models.Index(fields=["name_folded"], name="accounts_user_by_name")  # for its namesakes
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_name_is_used_once_in_any_case",
                violation_error_message="Another person has that user name.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="accounts_an_address_is_one_accounts",
                violation_error_message="Another account has that e-mail address.",
            ),
        ]

    def __str__(self) -> str:
        return self.record_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django ends sessions whose hash differs: after a new password, and after `sessions_ended`
        moved.
        """
        return salted_hmac(
            "cte_portal.accounts.session",
            f"{self.password} {self.sessions_ended}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @property
    def password_letters(self) -> str:
        """What tells one password from the next, known to workers too."""
        return self.password[-LETTERS:] or str(getattr(self, "password_end", ""))

    def has_usable_password(self) -> bool:
        """The same for a worker, which sees no hash."""
        return bool(super().has_usable_password()) and self.password_letters != UNUSABLE

    @property
    def full_name(self) -> str:
        """As e-mails name the person: Cheryl Martin."""
        return self.get_full_name() or self.username

    @property
    def unused_since(self) -> datetime.datetime:
        return max(
            moment for moment in (self.date_joined, self.last_login, self.opened_at) if moment
        )

    @property
    def closes_at(self) -> datetime.datetime:
        """When it closes by itself unless the person signs in."""
        return self.unused_since + UNUSED

    @property
    def dormant(self) -> bool:
        """Closed by itself, as nobody has used it for 180 days; an emergency account never is."""
        unused_for = timezone.now() - self.unused_since
        return unused_for > UNUSED and not hasattr(self, "emergency_account")

    @property
    def waits(self) -> "Invitation | None":
        """The invitation that the person has not yet used."""
        return getattr(self, "invitation", None)

    @property
    def status(self) -> tuple[str, str]:
        """(kind, word) of the status component."""
        if not self.is_active:
            return "locked", "Closed"
        if self.waits and not self.has_usable_password() and not hasattr(self, "sign_on"):
            return (
                ("warning", "Invited, link expired")
                if self.waits.expired
                else ("people", "Invited")
            )
        return (
            ("locked", "Closed, unused for 180 days") if self.dormant else ("completed", "Active")
        )

    @property
    def record_name(self) -> str:
        """As records show who changed them: MARTIN, CHERYL. No longer than they have room for."""
        name = (
            f"{self.last_name}, {self.first_name}"
            if self.last_name and self.first_name
            else self.username
        )
        return name.upper()[:120]

    @property
    def choice_name(self) -> str:
        """Where people are chosen from a list: the record name with what tells it from an equal
        one.
        """
        return f"{self.record_name} ({self.username})"
