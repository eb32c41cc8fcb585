"""Addresses of sealed copies: the district's status, receipts, and the sealed records as a file."""

from django.urls import path

from certification.receipts import views

EVENTS = "districts/<str:district>/<int:end_year>/event-certification/"
RECEIPT = f"{EVENTS}receipts/<int:copy>/"

urlpatterns = [
    path(f"{EVENTS}status/", views.CertificationStatus.as_view(), name="certification-status"),
    path(RECEIPT, views.CertificationReceipt.as_view(), name="certification-receipt"),
    path(f"{RECEIPT}pdf/", views.ReceiptPdf.as_view(), name="certification-receipt-pdf"),
    path(
        f"{RECEIPT}records/<str:form>/",
        views.SealedExtract.as_view(),
        name="certification-extract",
    ),
]
