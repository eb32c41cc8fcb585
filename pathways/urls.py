"""Addresses of the CTE screens. They name district and school year, and rows by their internal
number; never a student.
"""

from django.urls import path

from pathways import admin
from pathways.findings.views.explain import ExplainFinding, ExplainRule, TakeBack
from pathways.findings.views.findings import FindingsPage, NextFinding
from pathways.lists import views
from pathways.lists.districts_import import DistrictsImport, DistrictsTemplate
from pathways.records.views.deletion import DeleteRecord
from pathways.records.views.history import RecordHistory, RestoreRecord
from pathways.records.views.lingo import Lingo
from pathways.records.views.record_changes import RecordChanges
from pathways.records.views.records import NewRecord, Record
from pathways.records.views.student_page import StudentPage
from pathways.records.views.students import StudentSearch
from pathways.reports.views.shared_students import SharedStudents
from pathways.reports.views.statewide_validation import ValidationOfAllDistricts
from pathways.reports.views.validation import DataValidationReports, ValidationGroups
from pathways.resync.views import DistrictAndState, ResyncAllDistricts, ResyncStateData
from pathways.roster.imports.views import (
    RosterColumns,
    RosterTemplate,
    SaveTestedRoster,
    UndoRosterFile,
)
from pathways.roster.views.roster_data import RosterCourses, RosterData
from pathways.roster.views.worklist import RosterWorklist
from pathways.rules.views import Rules
from pathways.uploads.views.uploaded import SaveTested, UndoUpload
from pathways.uploads.views.uploads import MTDataUpload, MTExtracts, Template, UploadColumns

SCREEN = "districts/<str:district>/<int:end_year>/cte-concentrator/"
APPROVALS = "opi/approvals/<int:end_year>/"
WORKLIST = "districts/<str:district>/<int:end_year>/roster-worklist/"
UPLOAD = "districts/<str:district>/<int:end_year>/mt-data-upload/"
RESYNC = "districts/<str:district>/<int:end_year>/resync/"
FINDINGS = "districts/<str:district>/<int:end_year>/findings/"
RECORD = f"{SCREEN}<int:student>/<int:pathway>/"

urlpatterns = [
    path(SCREEN, StudentSearch.as_view(), name="cte-concentrator"),
    path(f"{SCREEN}<int:student>/", StudentPage.as_view(), name="cte-student"),
    path(f"{SCREEN}<int:student>/new/", NewRecord.as_view(), name="cte-record-new"),
    path(RECORD, Record.as_view(), name="cte-record"),
    path(f"{RECORD}delete/", DeleteRecord.as_view(), name="cte-record-delete"),
    path(f"{RECORD}history/", RecordHistory.as_view(), name="cte-record-history"),
    path(f"{RECORD}restore/", RestoreRecord.as_view(), name="cte-record-restore"),
    path(WORKLIST, RosterWorklist.as_view(), name="roster-worklist"),
    path(f"{WORKLIST}<str:which>/", RosterWorklist.as_view(), name="roster-worklist-of"),
    path(
        "districts/<str:district>/<int:end_year>/roster-data/",
        RosterData.as_view(),
        name="roster-data",
    ),
    path(
        "districts/<str:district>/<int:end_year>/roster-data/courses/",
        RosterCourses.as_view(),
        name="roster-courses",
    ),
    path(UPLOAD, MTDataUpload.as_view(), name="mt-data-upload"),
    path(f"{UPLOAD}columns/", UploadColumns.as_view(), name="mt-data-upload-columns"),
    path(f"{UPLOAD}template/<str:form>/", Template.as_view(), name="mt-data-upload-template"),
    path(f"{UPLOAD}<uuid:batch>/save/", SaveTested.as_view(), name="mt-data-upload-save"),
    path(f"{UPLOAD}<uuid:batch>/undo/", UndoUpload.as_view(), name="mt-data-upload-undo"),
    path(f"{UPLOAD}roster/columns/", RosterColumns.as_view(), name="roster-columns"),
    path(
        f"{UPLOAD}roster/template/<str:layout>/", RosterTemplate.as_view(), name="roster-template"
    ),
    path(f"{UPLOAD}roster/<uuid:batch>/save/", SaveTestedRoster.as_view(), name="roster-save"),
    path(f"{UPLOAD}roster/<uuid:batch>/undo/", UndoRosterFile.as_view(), name="roster-undo"),
    path(
        "districts/<str:district>/<int:end_year>/mt-extracts/",
        MTExtracts.as_view(),
        name="mt-extracts",
    ),
    path(RESYNC, ResyncStateData.as_view(), name="resync"),
    path(f"{RESYNC}compare/", DistrictAndState.as_view(), name="district-and-state"),
    path("opi/resync/", ResyncAllDistricts.as_view(), name="resync-all"),
    path(
        "districts/<str:district>/<int:end_year>/validation-groups/",
        ValidationGroups.as_view(),
        name="validation-groups",
    ),
    path(
        "districts/<str:district>/<int:end_year>/data-validation-reports/",
        DataValidationReports.as_view(),
        name="data-validation-reports",
    ),
    path(FINDINGS, FindingsPage.as_view(), name="findings"),
    path(
        f"{FINDINGS}next/<int:student>/<int:pathway>/", NextFinding.as_view(), name="finding-next"
    ),
    path(f"{FINDINGS}<str:rule>/explain/", ExplainRule.as_view(), name="findings-explain"),
    path(
        f"{FINDINGS}<str:rule>/explain/<int:student>/<int:pathway>/",
        ExplainFinding.as_view(),
        name="finding-explain",
    ),
    path(
        f"{FINDINGS}take-back/<int:explanation>/", TakeBack.as_view(), name="explanation-take-back"
    ),
    path("opi/record-changes/", RecordChanges.as_view(), name="record-changes"),
    path("opi/students-of-two-districts/", SharedStudents.as_view(), name="shared-students"),
    path("opi/data-validation/", ValidationOfAllDistricts.as_view(), name="validation-of-all"),
    path("cte-lingo/", Lingo.as_view(), name="cte-lingo"),
    path("admin/", admin.site.urls),
    path("opi/districts/import/", DistrictsImport.as_view(), name="districts-import"),
    path(
        "opi/districts/import/template/",
        DistrictsTemplate.as_view(),
        name="districts-import-template",
    ),
    path("opi/approvals/", views.Approvals.as_view(), name="approvals"),
    path(
        f"{APPROVALS}pathways/<int:pathway>/",
        views.OfPathway.as_view(),
        name="approvals-of-pathway",
    ),
    path(
        f"{APPROVALS}districts/<str:district>/",
        views.OfDistrict.as_view(),
        name="approvals-of-district",
    ),
    path(f"{APPROVALS}copy/", views.Copy.as_view(), name="approvals-copy"),
    path(f"{APPROVALS}file/", views.Download.as_view(), name="approvals-csv"),
    path(f"{APPROVALS}import/", views.Import.as_view(), name="approvals-import"),
    path("rules/", Rules.as_view(), name="rules"),
]
