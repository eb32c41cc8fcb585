CREATE OR REPLACE FUNCTION pathways_outcome_refuse_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM touched
        JOIN pathways_student student ON student.id = touched.student_id
        JOIN pathways_collectionlock closed ON closed.district = student.district_id
            AND closed.end_year = touched.end_year AND closed.collection = 'cte-fall'
    ) THEN
        RAISE EXCEPTION 'pathways_collection_is_locked'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pathways_collection_is_locked';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER pathways_outcome_locked_insert AFTER INSERT ON pathways_outcome
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_outcome_refuse_locked();

CREATE TRIGGER pathways_outcome_locked_update AFTER UPDATE ON pathways_outcome
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_outcome_refuse_locked();

CREATE TRIGGER pathways_outcome_locked_delete AFTER DELETE ON pathways_outcome
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_outcome_refuse_locked();

CREATE TRIGGER pathways_outcome_locked_update_to AFTER UPDATE ON pathways_outcome
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_outcome_refuse_locked();
