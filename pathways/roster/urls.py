"""Addresses of roster data: the worklist, what has come in, and the files it comes in by."""

from django.urls import path

from pathways.roster.imports.views import (
    RosterColumns,
    RosterTemplate,
    SaveTestedRoster,
    UndoRosterFile,
)
from pathways.roster.views.roster_data import RosterCourses, RosterData
from pathways.roster.views.worklist import RosterWorklist

YEAR = "districts/<str:district>/<int:end_year>/"
WORKLIST = f"{YEAR}roster-worklist/"
DATA = f"{YEAR}roster-data/"
FILES = f"{YEAR}mt-data-upload/roster/"

urlpatterns = [
    path(WORKLIST, RosterWorklist.as_view(), name="roster-worklist"),
    path(f"{WORKLIST}<str:which>/", RosterWorklist.as_view(), name="roster-worklist-of"),
    path(DATA, RosterData.as_view(), name="roster-data"),
    path(f"{DATA}courses/", RosterCourses.as_view(), name="roster-courses"),
    path(f"{FILES}columns/", RosterColumns.as_view(), name="roster-columns"),
    path(f"{FILES}template/<str:layout>/", RosterTemplate.as_view(), name="roster-template"),
    path(f"{FILES}<uuid:batch>/save/", SaveTestedRoster.as_view(), name="roster-save"),
    path(f"{FILES}<uuid:batch>/undo/", UndoRosterFile.as_view(), name="roster-undo"),
]
