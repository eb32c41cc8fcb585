"""A person who signs in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class User(AbstractUser):
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
