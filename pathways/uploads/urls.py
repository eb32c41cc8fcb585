"""Addresses of files of pathway records: MT Data Upload and MT Extracts."""

from django.urls import path

from pathways.uploads.views.extracts import MTExtracts
from pathways.uploads.views.templates import Template, UploadColumns
from pathways.uploads.views.uploaded import SaveTested, UndoUpload
from pathways.uploads.views.uploads import MTDataUpload

YEAR = "districts/<str:district>/<int:end_year>/"
UPLOAD = f"{YEAR}mt-data-upload/"

urlpatterns = [
    path(UPLOAD, MTDataUpload.as_view(), name="mt-data-upload"),
    path(f"{UPLOAD}columns/", UploadColumns.as_view(), name="mt-data-upload-columns"),
    path(f"{UPLOAD}template/<str:form>/", Template.as_view(), name="mt-data-upload-template"),
    path(f"{UPLOAD}<uuid:batch>/save/", SaveTested.as_view(), name="mt-data-upload-save"),
    path(f"{UPLOAD}<uuid:batch>/undo/", UndoUpload.as_view(), name="mt-data-upload-undo"),
    path(f"{YEAR}mt-extracts/", MTExtracts.as_view(), name="mt-extracts"),
]
