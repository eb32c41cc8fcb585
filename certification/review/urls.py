"""Addresses of what certifiers review before they sign."""

from django.urls import path

from certification.review import views

EVENT = "districts/<str:district>/<int:end_year>/event-certification/<int:event>/"

urlpatterns = [
    path(f"{EVENT}snapshot/", views.ReviewSnapshot.as_view(), name="certification-snapshot"),
    path(f"{EVENT}changes/", views.Changes.as_view(), name="certification-changes"),
    path(f"{EVENT}changes/file/", views.ChangesFile.as_view(), name="certification-changes-file"),
    path(f"{EVENT}explanations/", views.Explanations.as_view(), name="certification-explanations"),
    path(f"{EVENT}lists/<str:slug>/", views.StudentList.as_view(), name="certification-list"),
    path(
        f"{EVENT}lists/<str:slug>/file/",
        views.StudentListFile.as_view(),
        name="certification-list-file",
    ),
]
