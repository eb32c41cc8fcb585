"""Addresses of the CTE screens. They name district and school year, and rows by their internal number; never a student."""

from django.urls import path

from pathways.views.deletion import DeleteRecord
from pathways.views.history import RecordHistory, RestoreRecord
from pathways.views.lingo import Lingo
from pathways.views.records import NewRecord, Record
from pathways.views.rules import Rules
from pathways.views.student_page import StudentPage
from pathways.views.students import StudentSearch

SCREEN = "districts/<str:district>/<int:end_year>/cte-concentrator/"
RECORD = f"{SCREEN}<int:student>/<int:pathway>/"

urlpatterns = [
    path(SCREEN, StudentSearch.as_view(), name="cte-concentrator"),
    path(f"{SCREEN}<int:student>/", StudentPage.as_view(), name="cte-student"),
    path(f"{SCREEN}<int:student>/new/", NewRecord.as_view(), name="cte-record-new"),
    path(RECORD, Record.as_view(), name="cte-record"),
    path(f"{RECORD}delete/", DeleteRecord.as_view(), name="cte-record-delete"),
    path(f"{RECORD}history/", RecordHistory.as_view(), name="cte-record-history"),
    path(f"{RECORD}restore/", RestoreRecord.as_view(), name="cte-record-restore"),
    path("cte-lingo/", Lingo.as_view(), name="cte-lingo"),
    path("rules/", Rules.as_view(), name="rules"),
]
