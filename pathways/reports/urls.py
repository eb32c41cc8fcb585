"""Addresses of reports: a district's, and those over all districts."""

from django.urls import path

from pathways.reports.views.shared_students import SharedStudents
from pathways.reports.views.statewide_validation import ValidationOfAllDistricts
from pathways.reports.views.validation import DataValidationReports, ValidationGroups

YEAR = "districts/<str:district>/<int:end_year>/"

urlpatterns = [
    path(f"{YEAR}validation-groups/", ValidationGroups.as_view(), name="validation-groups"),
    path(
        f"{YEAR}data-validation-reports/",
        DataValidationReports.as_view(),
        name="data-validation-reports",
    ),
    path("opi/students-of-two-districts/", SharedStudents.as_view(), name="shared-students"),
    path("opi/data-validation/", ValidationOfAllDistricts.as_view(), name="validation-of-all"),
]
