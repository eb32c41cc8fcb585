CREATE TRIGGER pathways_change_refuses_update BEFORE UPDATE ON pathways_change
BEGIN
    SELECT RAISE(ABORT, 'pathways_change_is_append_only');
END;

CREATE TRIGGER pathways_change_refuses_delete BEFORE DELETE ON pathways_change
BEGIN
    SELECT RAISE(ABORT, 'pathways_change_is_append_only');
END;

CREATE TRIGGER pathways_participation_locked_insert BEFORE INSERT ON pathways_participation
WHEN EXISTS (
    SELECT 1
    FROM pathways_student student
    JOIN pathways_collectionlock closed ON closed.district = student.district_id AND closed.collection = 'cte-eoy'
    JOIN pathways_schoolyear active ON active.end_year = closed.end_year AND active.is_active
    WHERE student.id = NEW.student_id
)
BEGIN
    SELECT RAISE(ABORT, 'pathways_collection_is_locked');
END;

CREATE TRIGGER pathways_participation_locked_update BEFORE UPDATE ON pathways_participation
WHEN EXISTS (
    SELECT 1
    FROM pathways_student student
    JOIN pathways_collectionlock closed ON closed.district = student.district_id AND closed.collection = 'cte-eoy'
    JOIN pathways_schoolyear active ON active.end_year = closed.end_year AND active.is_active
    WHERE student.id IN (NEW.student_id, OLD.student_id)
)
BEGIN
    SELECT RAISE(ABORT, 'pathways_collection_is_locked');
END;

CREATE TRIGGER pathways_participation_locked_delete BEFORE DELETE ON pathways_participation
WHEN EXISTS (
    SELECT 1
    FROM pathways_student student
    JOIN pathways_collectionlock closed ON closed.district = student.district_id AND closed.collection = 'cte-eoy'
    JOIN pathways_schoolyear active ON active.end_year = closed.end_year AND active.is_active
    WHERE student.id = OLD.student_id
)
BEGIN
    SELECT RAISE(ABORT, 'pathways_collection_is_locked');
END;
