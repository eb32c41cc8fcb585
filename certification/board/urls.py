"""Addresses of OPI's status board and reminders."""

from django.urls import path

from certification.board import views

urlpatterns = [
    path("opi/status-board/", views.StatusBoard.as_view(), name="status-board"),
    path("opi/status-board/<str:form>/", views.StatusBoardFile.as_view(), name="status-board-file"),
    path("opi/reminders/", views.Reminders.as_view(), name="reminders"),
]
