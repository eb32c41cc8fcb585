CREATE TRIGGER pathways_outcome_locked_insert BEFORE INSERT ON pathways_outcome
WHEN EXISTS (
    SELECT 1
    FROM pathways_student student
    JOIN pathways_collectionlock closed ON closed.district = student.district_id AND closed.collection = 'cte-fall'
    WHERE (student.id = NEW.student_id AND closed.end_year = NEW.end_year)
)
BEGIN
    SELECT RAISE(ABORT, 'pathways_collection_is_locked');
END;

CREATE TRIGGER pathways_outcome_locked_update BEFORE UPDATE ON pathways_outcome
WHEN EXISTS (
    SELECT 1
    FROM pathways_student student
    JOIN pathways_collectionlock closed ON closed.district = student.district_id AND closed.collection = 'cte-fall'
    WHERE (student.id = NEW.student_id AND closed.end_year = NEW.end_year) OR (student.id = OLD.student_id AND closed.end_year = OLD.end_year)
)
BEGIN
    SELECT RAISE(ABORT, 'pathways_collection_is_locked');
END;

CREATE TRIGGER pathways_outcome_locked_delete BEFORE DELETE ON pathways_outcome
WHEN EXISTS (
    SELECT 1
    FROM pathways_student student
    JOIN pathways_collectionlock closed ON closed.district = student.district_id AND closed.collection = 'cte-fall'
    WHERE (student.id = OLD.student_id AND closed.end_year = OLD.end_year)
)
BEGIN
    SELECT RAISE(ABORT, 'pathways_collection_is_locked');
END;
