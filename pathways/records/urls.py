"""Addresses of records: the CTE Concentrator screen, OPI's search of changes, and CTE Lingo."""

from django.urls import path

from pathways.records.student_list.views import StudentListFile, StudentListPage
from pathways.records.views.deletion import DeleteRecord
from pathways.records.views.elements import RecordElements
from pathways.records.views.history import RecordHistory, RestoreRecord
from pathways.records.views.lingo import Lingo
from pathways.records.views.moving import MoveRecord
from pathways.records.views.new_record import NewRecord
from pathways.records.views.record_changes import RecordChanges
from pathways.records.views.stored_record import Record
from pathways.records.views.student_page import StudentPage
from pathways.records.views.students import StudentSearch
from pathways.records.views.view_events import DistrictViewEvents, DistrictViewEventsFile

SCREEN = "districts/<str:district>/<int:end_year>/cte-concentrator/"
LIST = "districts/<str:district>/<int:end_year>/student-list/"
RECORD = f"{SCREEN}<int:student>/<int:pathway>/"

urlpatterns = [
    path(LIST, StudentListPage.as_view(), name="student-list"),
    path(f"{LIST}file/<str:form>/", StudentListFile.as_view(), name="student-list-file"),
    path(SCREEN, StudentSearch.as_view(), name="cte-concentrator"),
    path(f"{SCREEN}<int:student>/", StudentPage.as_view(), name="cte-student"),
    path(f"{SCREEN}<int:student>/new/", NewRecord.as_view(), name="cte-record-new"),
    path(RECORD, Record.as_view(), name="cte-record"),
    path(f"{RECORD}delete/", DeleteRecord.as_view(), name="cte-record-delete"),
    path(f"{RECORD}elements/", RecordElements.as_view(), name="cte-record-elements"),
    path(f"{RECORD}history/", RecordHistory.as_view(), name="cte-record-history"),
    path(f"{RECORD}move/", MoveRecord.as_view(), name="cte-record-move"),
    path(f"{RECORD}restore/", RestoreRecord.as_view(), name="cte-record-restore"),
    path(
        "districts/<str:district>/<int:end_year>/views-and-downloads/",
        DistrictViewEvents.as_view(),
        name="district-view-events",
    ),
    path(
        "districts/<str:district>/<int:end_year>/views-and-downloads/file/",
        DistrictViewEventsFile.as_view(),
        name="district-view-events-csv",
    ),
    path("opi/record-changes/", RecordChanges.as_view(), name="record-changes"),
    path("cte-lingo/", Lingo.as_view(), name="cte-lingo"),
]
