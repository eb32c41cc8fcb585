"""Who works where on the last day (day.py): people who are signed in, the records
that each opens, the files that districts upload.
"""

from django.conf import settings
from django.db.models import Count, Max
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.editions import Scope
from pathways.files import extract
from pathways.models import Change, CollectionLock, Participation, SchoolYear

MOST_RECORDS = 400  # that one clerk opens by turns
SHARED_RECORDS = 100  # that all clerks of one district open


def plan_of(options, folder):
    """What the people need to know, as JSON can say it. Only districts that are not certified are
    in it: nobody saves or uploads in another.
    """
    year = SchoolYear.objects.active().end_year
    numbers = open_districts(year)
    apart = max(1, len(numbers) // max(1, options.districts))
    return {
        "at": options.at,
        "year": year,
        "cookie": settings.SESSION_COOKIE_NAME,
        "pace": options.clerks / options.pages,
        "saving": options.one_district,
        "window": options.minutes * 60,
        "clerks": list(clerks(options, numbers[:1] if options.one_district else numbers, year)),
        "districts": [
            sender(number, year, folder) for number in numbers[::apart][: options.districts]
        ],
        "opi": [person("day-opi", Role.OPI_STAFF, "")],
        "board": reverse("status-board"),
        "since": Change.objects.aggregate(newest=Max("pk"))["newest"] or 0,
    }


def open_districts(year):
    """Numbers, the district of most records first."""
    locked = CollectionLock.objects.filter(
        end_year=year, collection=CollectionLock.Collection.END_OF_YEAR
    )
    sizes = (
        Participation.objects.exclude(student__district__in=locked.values("district"))
        .values("student__district")
        .annotate(size=Count("pk"))
    )
    return list(sizes.order_by("-size").values_list("student__district", flat=True))


def clerks(options, numbers, year):
    """Each has a number of its own, and types only credits that no other types: two who save the
    same values at once are both told that they stand, and only one of them has changed the record.
    """
    for at in range(options.clerks):
        number = numbers[at % len(numbers)]
        records = Participation.objects.in_scope(Scope(number, year)).order_by("pk")
        most = SHARED_RECORDS if options.one_district else MOST_RECORDS
        keys = records.values_list("student_id", "pathway_id", "in_district_credits")[:most]
        yield {
            **person(f"day-{at}", Role.DATA_CLERK, number),
            # With the credits that stand, which the district's file has and sends once more.
            "records": [(student, pathway, str(stands)) for student, pathway, stands in keys],
            "number": at,
            "apart": options.clerks,
        }


def sender(number, year, folder):
    """A district's administrator with a file of the district's records as they stand."""
    file = folder / f"{number}.tsv"
    with file.open("wb") as content:
        extract.write(content, Scope(number, year), "tsv")
    return {
        **person(f"day-send-{number}", Role.DISTRICT_ADMINISTRATOR, number),
        "file": str(file),
    }


def person(name, role, district):
    """Named as the history of records names them, with a session that is signed in."""
    user, _ = User.objects.get_or_create(
        username=name, defaults={"email": f"{name}@example.org", "last_name": name}
    )
    Membership.objects.get_or_create(user=user, role=role, district=district)
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0].lstrip("."))
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": user.record_name, "district": district, "session": session}
