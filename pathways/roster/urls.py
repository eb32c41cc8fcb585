"""Addresses of roster data: the worklist, what has come in, and the files it comes in by."""

from django.urls import path

from pathways.roster.by_hand.ending import EndEnrollments
from pathways.roster.by_hand.lists import (
    RosterSchools,
    RosterSection,
    RosterSections,
    RosterStudent,
    RosterStudents,
)
from pathways.roster.by_hand.merge_page import MergeStudents
from pathways.roster.by_hand.new_year_page import NewYear
from pathways.roster.by_hand.row_history import RowHistory
from pathways.roster.by_hand.views import (
    AddRow,
    ChangeRow,
    RemoveRow,
    TakeBackAct,
)
from pathways.roster.grid.views import RosterGrid
from pathways.roster.imports.oneroster.views import (
    ChangeMapping,
    ConfirmMapping,
    OneRosterSources,
)
from pathways.roster.imports.views import (
    RosterColumns,
    RosterTemplate,
    SaveTestedRoster,
    UndoRosterFile,
)
from pathways.roster.views.courses import RosterCourses
from pathways.roster.views.roster_data import RosterData
from pathways.roster.views.worklist import RosterWorklist
from pathways.roster.views.worklist_rows import WorklistFile

YEAR = "districts/<str:district>/<int:end_year>/"
WORKLIST = f"{YEAR}roster-worklist/"
DATA = f"{YEAR}roster-data/"
ROWS = f"{DATA}rows/<str:kind>/"
FILES = f"{YEAR}mt-data-upload/roster/"

urlpatterns = [
    path(WORKLIST, RosterWorklist.as_view(), name="roster-worklist"),
    path(f"{WORKLIST}<str:which>/", RosterWorklist.as_view(), name="roster-worklist-of"),
    path(
        f"{WORKLIST}<str:which>/file/<str:form>/",
        WorklistFile.as_view(),
        name="roster-worklist-file",
    ),
    path(f"{YEAR}cte-roster-entry/", RosterGrid.as_view(), name="cte-roster-entry"),
    path(DATA, RosterData.as_view(), name="roster-data"),
    path(f"{DATA}courses/", RosterCourses.as_view(), name="roster-courses"),
    path(f"{DATA}schools/", RosterSchools.as_view(), name="roster-schools"),
    path(f"{DATA}students/", RosterStudents.as_view(), name="roster-students"),
    path(f"{DATA}students/<int:student>/", RosterStudent.as_view(), name="roster-student"),
    path(f"{DATA}students/<int:student>/merge/", MergeStudents.as_view(), name="roster-merge"),
    path(f"{DATA}sections/", RosterSections.as_view(), name="roster-sections"),
    path(f"{DATA}sections/<int:section>/", RosterSection.as_view(), name="roster-section"),
    path(f"{DATA}end-enrollments/", EndEnrollments.as_view(), name="roster-end"),
    path(f"{DATA}new-year/", NewYear.as_view(), name="roster-new-year"),
    path(f"{DATA}take-back/<uuid:act>/", TakeBackAct.as_view(), name="roster-take-back"),
    path(f"{ROWS}add/", AddRow.as_view(), name="roster-row-add"),
    path(f"{ROWS}<int:row>/", ChangeRow.as_view(), name="roster-row"),
    path(f"{ROWS}<int:row>/history/", RowHistory.as_view(), name="roster-row-history"),
    path(f"{ROWS}<int:row>/remove/", RemoveRow.as_view(), name="roster-row-remove"),
    path(f"{FILES}columns/", RosterColumns.as_view(), name="roster-columns"),
    path(f"{FILES}template/<str:layout>/", RosterTemplate.as_view(), name="roster-template"),
    path(f"{FILES}oneroster/", OneRosterSources.as_view(), name="roster-sources"),
    path(f"{FILES}oneroster/<int:mapping>/", ChangeMapping.as_view(), name="roster-source"),
    path(f"{FILES}<uuid:batch>/mapping/", ConfirmMapping.as_view(), name="roster-mapping"),
    path(f"{FILES}<uuid:batch>/save/", SaveTestedRoster.as_view(), name="roster-save"),
    path(f"{FILES}<uuid:batch>/undo/", UndoRosterFile.as_view(), name="roster-undo"),
]
