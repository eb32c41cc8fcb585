"""Addresses of OPI's lists beside the admin site: approvals, and districts from a file."""

from django.urls import path

from pathways.lists.views.approval_lines import OfDistrict, OfPathway
from pathways.lists.views.approvals import Approvals, Copy, Download
from pathways.lists.views.approvals_import import Import
from pathways.lists.views.districts_import import DistrictsImport, DistrictsTemplate

DISTRICTS = "opi/districts/import/"
APPROVALS = "opi/approvals/"
YEAR = f"{APPROVALS}<int:end_year>/"

urlpatterns = [
    path(DISTRICTS, DistrictsImport.as_view(), name="districts-import"),
    path(f"{DISTRICTS}template/", DistrictsTemplate.as_view(), name="districts-import-template"),
    path(APPROVALS, Approvals.as_view(), name="approvals"),
    path(f"{YEAR}pathways/<int:pathway>/", OfPathway.as_view(), name="approvals-of-pathway"),
    path(
        f"{YEAR}districts/<str:district>/",
        OfDistrict.as_view(),
        name="approvals-of-district",
    ),
    path(f"{YEAR}copy/", Copy.as_view(), name="approvals-copy"),
    path(f"{YEAR}file/", Download.as_view(), name="approvals-csv"),
    path(f"{YEAR}import/", Import.as_view(), name="approvals-import"),
]
