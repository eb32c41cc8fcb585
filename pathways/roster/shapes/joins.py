"""Parts of the statements that shapes share: how a staged row reaches its parents."""

from __future__ import annotations

TO_SCHOOL = (
    "LEFT JOIN pathways_school school ON school.district_id = %(district)s AND school.number ="
    " staged.school_number"
)
TO_CALENDAR = (
    "LEFT JOIN pathways_calendar calendar ON calendar.school_id = school.id "
    "AND calendar.end_year = staged.end_year AND calendar.number = staged.calendar_number"
)
# The district's own are found first: PostgreSQL would read those of all districts.
TO_COURSE = (
    "LEFT JOIN (SELECT own.id, own.school_id, own.number FROM pathways_school within JOIN"
    " pathways_course own ON own.school_id = within.id WHERE within.district_id = %(district)s)"
    " course ON course.school_id = school.id AND course.number = staged.course_number"
)
TO_STUDENT = (
    "LEFT JOIN pathways_student student ON student.district_id = %(district)s AND student.state_id"
    " = staged.state_id"
)
