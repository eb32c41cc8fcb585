"""Who wrote a line: the account, shown by the name it had then. Two people of one name are told
apart by their user names (M-13).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import QuerySet

from cte_portal.accounts.models import User
from cte_portal.folding import name_order
from cte_portal.prepared import prepared


class Authored:
    """A line with `by` and `by_id`; `told_apart` adds the user name where the name alone could be
    somebody else's.
    """

    by: Any
    by_id: Any
    user_name = ""

    @property
    def author(self) -> str:
        return f"{self.by} ({self.user_name})" if self.user_name else str(self.by)


Line = TypeVar("Line", bound=Authored)


def told_apart(authored: Iterable[Line]) -> list[Line]:
    """The same lines, with user names where another account has the author's name, today or in
    these lines. One statement, or none.
    """
    lines = list(authored)
    accounts: defaultdict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line.by_id is not None:
            accounts[line.by].add(line.by_id)
    if accounts:
        people, bearers = _PEOPLE.of(_accounts())
        for line in lines:
            user_name, key = people.get(line.by_id, ("", ()))
            if bearers[key] > 1 or len(accounts.get(line.by, ())) > 1:
                line.user_name = user_name
    return lines


class _People:
    """User name and folded name of each account, and how many bear a name. As long as accounts
    are the same, nothing is folded and counted again.
    """

    def __init__(self) -> None:
        self._of: tuple[list[Any], dict[Any, tuple[str, Any]], Counter[Any]] = ([], {}, Counter())

    def of(self, accounts: list[Any]) -> tuple[dict[Any, tuple[str, Any]], Counter[Any]]:
        same, people, bearers = self._of
        if accounts != same:
            people = {pk: (user_name, _key(*names)) for pk, user_name, *names in accounts}
            bearers = Counter(key for _, key in people.values())
            self._of = (accounts, people, bearers)
        return people, bearers


_PEOPLE = _People()


@prepared
def _accounts() -> QuerySet[User, tuple[int, str, str, str]]:
    """All accounts: a database folds the names of all of them anew for each page, in a hundred
    times the time.
    """
    return User.objects.order_by().values_list("pk", "username", "last_name", "first_name")


@lru_cache(maxsize=10_000)
def _key(last: str, first: str) -> tuple[str, ...]:
    return name_order(last, first)
