"""Addresses of certification."""

from django.urls import path

from certification.board import views as board
from certification.certifiers import views as certifiers
from certification.events import extension_views
from certification.events import views as opi_events
from certification.events import year_end_views as opi_year_end
from certification.receipts import views as receipts
from certification.recertification import views as recertification
from certification.review import views as review
from certification.signing import views as events

DISTRICT = "districts/<str:district>/<int:end_year>/"
SETUP = f"{DISTRICT}type-membership-setup/"
RECERTIFICATION = f"{DISTRICT}recertification/"
EVENT = f"{DISTRICT}event-certification/<int:event>/"
RECEIPT = f"{DISTRICT}event-certification/receipts/<int:copy>/"
EVENTS = "opi/certification-events/"

urlpatterns = [
    path(SETUP, certifiers.TypeMembershipSetup.as_view(), name="type-membership-setup"),
    path(f"{SETUP}accept/", certifiers.AcceptCertifying.as_view(), name="certifier-accept"),
    path(f"{SETUP}<int:certifier>/", certifiers.ChangeCertifier.as_view(), name="certifier"),
    path(
        f"{DISTRICT}event-certification/", events.EventDashboard.as_view(), name="event-dashboard"
    ),
    path(
        f"{DISTRICT}event-certification/<int:event>/",
        events.EventCertification.as_view(),
        name="event-certification",
    ),
    path(
        f"{RECERTIFICATION}new/<int:event>/",
        recertification.NewRecertification.as_view(),
        name="recertification-new",
    ),
    path(
        f"{RECERTIFICATION}demand/<int:event>/",
        recertification.DemandRecertification.as_view(),
        name="recertification-demand",
    ),
    path(
        f"{RECERTIFICATION}<int:recertification>/",
        recertification.OneRecertification.as_view(),
        name="recertification",
    ),
    path("opi/status-board/", board.StatusBoard.as_view(), name="status-board"),
    path("opi/status-board/<str:form>/", board.StatusBoardFile.as_view(), name="status-board-file"),
    path("opi/reminders/", board.Reminders.as_view(), name="reminders"),
    path(
        "opi/recertification/",
        recertification.RecertificationInbox.as_view(),
        name="recertification-inbox",
    ),
    path(f"{EVENT}snapshot/", review.ReviewSnapshot.as_view(), name="certification-snapshot"),
    path(f"{EVENT}changes/", review.Changes.as_view(), name="certification-changes"),
    path(f"{EVENT}changes/file/", review.ChangesFile.as_view(), name="certification-changes-file"),
    path(f"{EVENT}explanations/", review.Explanations.as_view(), name="certification-explanations"),
    path(f"{EVENT}lists/<str:slug>/", review.StudentList.as_view(), name="certification-list"),
    path(
        f"{EVENT}lists/<str:slug>/file/",
        review.StudentListFile.as_view(),
        name="certification-list-file",
    ),
    path(
        f"{DISTRICT}event-certification/status/",
        receipts.CertificationStatus.as_view(),
        name="certification-status",
    ),
    path(RECEIPT, receipts.CertificationReceipt.as_view(), name="certification-receipt"),
    path(f"{RECEIPT}pdf/", receipts.ReceiptPdf.as_view(), name="certification-receipt-pdf"),
    path(
        f"{RECEIPT}records/<str:form>/",
        receipts.SealedExtract.as_view(),
        name="certification-extract",
    ),
    path(EVENTS, opi_events.Events.as_view(), name="certification-events"),
    path(f"{EVENTS}new/", opi_events.NewEvent.as_view(), name="certification-event-new"),
    path(f"{EVENTS}<int:event>/", opi_events.Event.as_view(), name="certification-event"),
    path(
        f"{EVENTS}<int:event>/move/<str:to>/",
        opi_events.MoveEvent.as_view(),
        name="certification-event-move",
    ),
    path(
        f"{EVENTS}<int:event>/finishing/<str:district>/",
        opi_year_end.CloseYearForDistrict.as_view(),
        name="certification-year-close",
    ),
    path(
        f"{EVENTS}<int:event>/extensions/new/",
        extension_views.GiveExtension.as_view(),
        name="certification-extension-new",
    ),
    path(
        f"{EVENTS}<int:event>/extensions/<str:district>/",
        extension_views.GiveExtension.as_view(),
        name="certification-extension",
    ),
]
