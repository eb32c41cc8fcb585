"""One school's students in CTE, for the school's own people and for the district's."""
