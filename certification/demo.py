"""The practice portal's event and certifiers (settings.PORTAL_DEMO): dates lie around the day on which it is loaded (design 4)."""

from __future__ import annotations

import datetime

from django.utils import timezone

from certification.models import CertificationEvent, Certifier
from cte_portal.accounts.models import Membership, User

END_YEAR = 2025
NAME = "End of Year CTE Concentrator & Participants Certification 2024-25"
PRIMARY, SECONDARY = Certifier.Level.PRIMARY, Certifier.Level.SECONDARY

# District, user name, level, job title, whether invited and accepted, whether ever signed in. Nobody certifies for 9031: its warning is to be seen.
CERTIFIERS = (
    ("9012", "dadmin", PRIMARY, "CTE Director", True, True),
    ("9012", "jdoe", PRIMARY, "Superintendent", True, True),
    ("9012", "mreyes", SECONDARY, "High School Principal", True, True),
    ("9020", "lstone", PRIMARY, "Superintendent", True, True),
    ("0965", "sberg", PRIMARY, "District Clerk", False, False),
    ("9099", "cmartin", PRIMARY, "CTE Coordinator", True, True),
)


def load() -> None:
    now, today = timezone.now(), timezone.localdate()

    def day(number: int) -> datetime.date:
        return today + datetime.timedelta(days=number)

    event = CertificationEvent.objects.create(
        name=NAME,
        collection="cte-eoy",
        end_year=END_YEAR,
        review_opens=day(-14),
        certification_opens=day(-7),
        due=day(14),
        corrections_until=day(24),
        follow_up_opens=datetime.date(day(24).year, 11, 1),
        follow_up_closes=datetime.date(day(24).year, 12, 31),
        status=CertificationEvent.Status.PUBLISHED,
        published_at=now - datetime.timedelta(days=14),
    )
    event.links.create(title="OPI guide to this collection", url="https://opi.example/cte/end-of-year-guide")
    people = {user.username: user for user in User.objects.filter(username__in=[row[1] for row in CERTIFIERS])}
    held = set(Membership.objects.filter(user__in=people.values()).values_list("user__username", "district"))
    for district, username, level, title, accepted, signed_in in CERTIFIERS:
        if (username, district) not in held:
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
            User.objects.filter(username=username).update(last_login=invited + datetime.timedelta(days=1))
