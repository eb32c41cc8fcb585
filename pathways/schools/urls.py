"""Addresses of the pages of schools: they name a school by its number."""

from django.urls import path

from pathways.schools.views import SchoolFile, SchoolPage, Schools

SCHOOLS = "districts/<str:district>/<int:end_year>/schools/"

urlpatterns = [
    path(SCHOOLS, Schools.as_view(), name="schools"),
    path(f"{SCHOOLS}<str:school>/", SchoolPage.as_view(), name="school"),
    path(f"{SCHOOLS}<str:school>/file/<str:form>/", SchoolFile.as_view(), name="school-file"),
]
