"""Addresses of OPI's files of sealed rows."""

from django.urls import path

from certification.student_files import views

FILES = "opi/student-files/"

urlpatterns = [
    path(FILES, views.StudentFiles.as_view(), name="student-files"),
    path(f"{FILES}<uuid:batch>/", views.TakeStudentFile.as_view(), name="student-file"),
]
