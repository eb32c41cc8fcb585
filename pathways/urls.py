"""Addresses of the CTE screens, each room's beside its views. They name district and school year,
and rows by their internal number; never a student.
"""

from django.urls import include, path

from pathways import admin
from pathways.rules.views import Rules

urlpatterns = [
    path("", include("pathways.records.urls")),
    path("", include("pathways.schools.urls")),
    path("", include("pathways.elements.urls")),
    path("", include("pathways.roster.urls")),
    path("", include("pathways.uploads.urls")),
    path("", include("pathways.resync.urls")),
    path("", include("pathways.reports.urls")),
    path("", include("pathways.findings.urls")),
    path("", include("pathways.follow_up.urls")),
    path("", include("pathways.follow_up.workbench.urls")),
    path("", include("pathways.follow_up.list_requests.urls")),
    path("", include("pathways.follow_up.pairs.urls")),
    path("", include("pathways.follow_up.proposals.urls")),
    path("", include("pathways.lists.urls")),
    path("", include("pathways.practice.urls")),
    path("admin/", admin.site.urls),
    path("rules/", Rules.as_view(), name="rules"),
]
