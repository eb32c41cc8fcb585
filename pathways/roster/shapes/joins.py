"""Parts of the statements that shapes share: how a staged row reaches its parents."""

from __future__ import annotations

# Rows of the district itself, found by its schools or students: PostgreSQL would read those of all
# districts.
_OF_SCHOOLS = (
    "(SELECT own.* FROM pathways_school within JOIN {} own ON own.school_id = within.id WHERE"
    " within.district_id = %(district)s)"
)
CALENDARS = _OF_SCHOOLS.format("pathways_calendar")
COURSES = _OF_SCHOOLS.format("pathways_course")
SECTIONS = (
    "(SELECT own.* FROM pathways_school within JOIN pathways_course taught ON taught.school_id ="
    " within.id JOIN pathways_section own ON own.course_id = taught.id WHERE within.district_id ="
    " %(district)s)"
)
ENROLLMENTS = (
    "(SELECT own.* FROM pathways_student known JOIN pathways_enrollment own ON own.student_id ="
    " known.id WHERE known.district_id = %(district)s)"
)
TO_SCHOOL = (
    "LEFT JOIN pathways_school school ON school.district_id = %(district)s AND school.number ="
    " staged.school_number"
)
TO_CALENDAR = (
    f"LEFT JOIN {CALENDARS} calendar ON calendar.school_id = school.id AND calendar.end_year ="
    " staged.end_year AND calendar.number = staged.calendar_number"
)
TO_COURSE = (
    f"LEFT JOIN {COURSES} course ON course.school_id = school.id AND course.number ="
    " staged.course_number"
)
TO_STUDENT = (
    "LEFT JOIN pathways_student student ON student.district_id = %(district)s AND student.state_id"
    " = staged.state_id"
)
