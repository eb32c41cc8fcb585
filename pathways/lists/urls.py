"""Addresses of OPI's lists beside the admin site: approvals, and districts from a file."""

from django.urls import path

from pathways.lists import views
from pathways.lists.districts_import import DistrictsImport, DistrictsTemplate

DISTRICTS = "opi/districts/import/"
APPROVALS = "opi/approvals/"
YEAR = f"{APPROVALS}<int:end_year>/"

urlpatterns = [
    path(DISTRICTS, DistrictsImport.as_view(), name="districts-import"),
    path(f"{DISTRICTS}template/", DistrictsTemplate.as_view(), name="districts-import-template"),
    path(APPROVALS, views.Approvals.as_view(), name="approvals"),
    path(f"{YEAR}pathways/<int:pathway>/", views.OfPathway.as_view(), name="approvals-of-pathway"),
    path(
        f"{YEAR}districts/<str:district>/",
        views.OfDistrict.as_view(),
        name="approvals-of-district",
    ),
    path(f"{YEAR}copy/", views.Copy.as_view(), name="approvals-copy"),
    path(f"{YEAR}file/", views.Download.as_view(), name="approvals-csv"),
    path(f"{YEAR}import/", views.Import.as_view(), name="approvals-import"),
]
