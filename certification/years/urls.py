"""Addresses of years side by side."""

from django.urls import path

from certification.years import views

SCOPE = "districts/<str:district>/<int:end_year>/"

urlpatterns = [
    path(f"{SCOPE}years/", views.DistrictYears.as_view(), name="district-years"),
    path(
        f"{SCOPE}cte-concentrator/<int:student>/years/",
        views.StudentYears.as_view(),
        name="student-years",
    ),
]
