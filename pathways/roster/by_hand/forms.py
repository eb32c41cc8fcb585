"""The forms of roster rows. The models' own constraints and their words judge what is typed."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from cte_portal.editions import Scope
from cte_portal.pages.days import DayField
from cte_portal.pages.offered import offer, offer_rows
from pathways.files.values import tidy
from pathways.models import (
    Calendar,
    Course,
    EndStatus,
    Enrollment,
    Pathway,
    School,
    Section,
    Student,
)

GRADES = ("KG", *(f"{grade:02}" for grade in range(1, 13)))
ADDED_ON = {
    "school": ("roster-schools", "Schools and calendars"),
    "calendar": ("roster-schools", "Schools and calendars"),
    "student": ("roster-students", "Students"),
    "course": ("roster-courses", "Courses and pathways"),
}
"""The page on which a row is added that another one needs, and the page's name."""


def day(label: str, *, required: bool = True) -> DayField:
    return DayField(
        label=label,
        required=required,
        wrong=f"{label} must be a real date, like 08/21/2024",
        attrs={"autocomplete": "off", "placeholder": "MM/DD/YYYY"},
        error_messages={"required": f"Enter the {label.lower()}"},
    )


class EndStatusField(forms.ChoiceField):
    """How an enrollment ended, from OPI's list of the year."""

    def __init__(self) -> None:
        super().__init__(
            label="End Status",
            required=False,
            error_messages={"invalid_choice": "Select an end status from OPI's list"},
        )

    def offer(self, end_year: int, kept: str = "") -> None:
        """What OPI lists, and the code that the row already has."""
        listed = [(row.code, str(row)) for row in EndStatus.objects.offered_in(end_year)]
        if kept and kept not in dict(listed):
            listed.append((kept, kept))
        self.choices = [("", "None"), *listed]


def _left_empty(field: forms.Field) -> str:
    """What to do with a required field that was left empty."""
    label = str(field.label)
    words = label if "ID" in label else label.lower()
    return f"{'Choose' if isinstance(field, forms.ChoiceField) else 'Enter'} the {words}"


class RowForm(forms.ModelForm):
    """A row of the scope. `seen` is the version of its history that the page shows."""

    use_required_attribute = False
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.lacks: list[str] = []
        """What a new row needs and the district does not have."""
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.widget.attrs["autocomplete"] = "off"
            if not isinstance(field, DayField):
                field.error_messages["required"] = _left_empty(field)

    def _get_validation_exclusions(self) -> set[str]:
        """What the page does not ask for belongs to the row's constraints all the same."""
        return set(self.errors)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                cleaned[name] = tidy(value)
                if not cleaned[name].isprintable():
                    self.add_error(name, "The value contains a hidden character. Type it again")
        return cleaned

    def chosen(self, name: str, rows: Any, *, empty: str = "") -> None:
        """Let a field offer these rows alone. A new row has the only one chosen."""
        if name in self.fields:
            offer_rows(self, name, rows, empty=empty or f"Choose a {name}")
            needed = self.fields[name].required and not self.instance.pk
            first = list(rows[:2]) if needed else []
            if needed:
                field = self.fields[name]
                field.error_messages["required"] = (
                    f"{_left_empty(field)}. One that is not listed is added under"
                    f" {ADDED_ON[name][1]}"
                )
            if needed and not first:
                self.lacks.append(name)
            if len(first) == 1:
                self.fields[name].initial = first[0].pk


class SchoolForm(RowForm):
    class Meta:
        model = School
        fields = ("number", "name")
        labels = {"name": "School Name"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.district_id = self.scope.district


class CalendarForm(RowForm):
    class Meta:
        model = Calendar
        fields = ("school", "number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.school_year_id = self.scope.end_year
        self.chosen("school", School.objects.filter(district=self.scope.district))

    def clean_number(self) -> str:
        number = tidy(self.cleaned_data["number"])
        if not (number.isascii() and number.isdigit() and len(number) == 3):
            raise forms.ValidationError("A calendar number has 3 digits, like 001")
        return number


_STAYS = "If you correct the State ID, enrollments and CTE records stay with this student."


class StudentForm(RowForm):
    """A new student who has the name and birth date of a known one is asked about first."""

    birth_date = day("Birth Date")
    is_another = forms.BooleanField(label="This is a different student", required=False)

    class Meta:
        model = Student
        fields = (
            "state_id",
            "local_id",
            "last_name",
            "first_name",
            "middle_name",
            "birth_date",
            "gender",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.district_id = self.scope.district
        if self.instance.pk:
            self.fields["state_id"].help_text = _STAYS
        if self.instance.pk or not self.is_bound:
            del self.fields["is_another"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "is_another" in self.fields:
            known = self._same_person(cleaned)
            if known is None:
                del self.fields["is_another"]
            elif not cleaned.get("is_another"):
                self.add_error(
                    "is_another",
                    f"{known.name}, State ID {known.state_id}, has the same name and birth date."
                    " Check the box only if this is a different student",
                )
        return cleaned

    def _same_person(self, cleaned: dict[str, Any]) -> Student | None:
        """A student of the district with this name and birth date and another State ID."""
        birth_date = cleaned.get("birth_date")
        if birth_date is None:
            return None
        return (
            Student.objects.of_district(self.scope)
            .filter(
                last_name__iexact=cleaned.get("last_name") or "",
                first_name__iexact=cleaned.get("first_name") or "",
                birth_date=birth_date,
            )
            .exclude(state_id=cleaned.get("state_id") or "")
            .first()
        )


class EnrollmentForm(RowForm):
    grade = forms.ChoiceField(label="Grade")
    start_date = day("Start Date")
    end_date = day("End Date", required=False)
    end_status = EndStatusField()

    class Meta:
        model = Enrollment
        fields = (
            "student",
            "calendar",
            "service_type",
            "grade",
            "start_date",
            "end_date",
            "end_status",
        )
        widgets = {"student": forms.HiddenInput}
        labels = {"service_type": "Service Type"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grades = dict.fromkeys((*GRADES, *([self.instance.grade] if self.instance.grade else [])))
        named = ((grade, grade.lstrip("0")) for grade in grades)
        offer(self, "grade", [("", "Choose a grade"), *named])
        end_status = cast(EndStatusField, self.fields["end_status"])
        end_status.offer(self.scope.end_year, kept=self.instance.end_status)
        self.chosen("student", Student.objects.of_district(self.scope))
        if not self.instance.pk:
            self.fields["service_type"].initial = Enrollment.ServiceType.PRIMARY
        own = Calendar.objects.filter(
            school__district=self.scope.district, school_year=self.scope.end_year
        )
        self.chosen("calendar", own.select_related("school"))
        if self.instance.pk:
            del self.fields["student"]


class CourseForm(RowForm):
    not_cte = forms.BooleanField(label="Not CTE", required=False)
    field_order = ("school", "number", "name", "pathway", "not_cte", "credits")

    class Meta:
        model = Course
        fields = ("school", "number", "name", "pathway", "credits")
        labels = {"name": "Course Name", "pathway": "CTE Pathway"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen("school", School.objects.filter(district=self.scope.district))
        offered = Pathway.objects.offered_in(self.scope.end_year)
        if self.instance.pathway_id:
            offered = offered | Pathway.objects.filter(pk=self.instance.pathway_id)
        self.chosen("pathway", offered.order_by("name"), empty="No pathway")
        self.fields["not_cte"].initial = self.instance.answer == Course.Answer.NOT_CTE
        if self.instance.pk:
            del self.fields["school"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("not_cte") and cleaned.get("pathway"):
            self.add_error("pathway", "A course with a pathway is a CTE course. Choose one of them")
        else:
            self.instance.answer = Course.Answer.NOT_CTE if cleaned.get("not_cte") else ""
        return cleaned


class SectionForm(RowForm):
    class Meta:
        model = Section
        fields = ("course", "calendar", "number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = Course.objects.filter(school__district=self.scope.district)
        self.chosen("course", courses.order_by("school__number", "number"))
        own = Calendar.objects.filter(
            school__district=self.scope.district, school_year=self.scope.end_year
        )
        self.chosen("calendar", own.select_related("school"))
        if self.instance.pk:
            del self.fields["course"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        course = cleaned.get("course") or (self.instance.course if self.instance.pk else None)
        calendar = cleaned.get("calendar")
        if course and calendar and course.school_id != calendar.school_id:
            self.add_error("calendar", "Choose a calendar of the course's school")
        return cleaned
