"""A person who signs in."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models, transaction
from django.db.models.functions import Lower


class UserManager(DjangoUserManager["User"]):
    use_in_migrations = False

    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """The first person of a real portal (`manage.py createsuperuser`): an OPI Administrator, like those she will add."""
        with transaction.atomic():
            user: User = super().create_superuser(username, email, password, **fields)
            user.memberships.create(role="opi-administrator")
        return user


class User(AbstractUser):
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_name_is_used_once_in_any_case",
                violation_error_message="Another person has that user name.",
            ),
        ]

    def __str__(self) -> str:
        return self.record_name

    @property
    def record_name(self) -> str:
        """As records show who changed them: MARTIN, CHERYL."""
        return f"{self.last_name}, {self.first_name}".upper() if self.last_name and self.first_name else self.username.upper()
