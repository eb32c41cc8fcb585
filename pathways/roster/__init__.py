"""A district's roster data: schools, calendars, students, enrollments, courses, sections and
rosters, and how they are written.
"""
