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
TO_COURSE = (
    "LEFT JOIN pathways_course course ON course.school_id = school.id AND course.number ="
    " staged.course_number"
)
TO_STUDENT = (
    "LEFT JOIN pathways_student student ON student.district_id = %(district)s AND student.state_id"
    " = staged.state_id"
)
