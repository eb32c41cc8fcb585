"""What the Student List can be narrowed to."""

from __future__ import annotations

from django import forms

from pathways.pages.student_filter import StudentFilter


class StudentListFilter(StudentFilter):
    without_record = forms.BooleanField(label="No record yet", required=False)
