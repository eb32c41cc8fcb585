CREATE OR REPLACE FUNCTION pathways_change_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'pathways_change_is_append_only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'pathways_change_is_append_only';
END
$$;

CREATE TRIGGER pathways_change_refuses_update BEFORE UPDATE ON pathways_change
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_change_refuse();

CREATE TRIGGER pathways_change_refuses_delete BEFORE DELETE ON pathways_change
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_change_refuse();

CREATE TRIGGER pathways_change_refuses_truncate BEFORE TRUNCATE ON pathways_change
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_change_refuse();

CREATE OR REPLACE FUNCTION pathways_participation_refuse_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM touched
        JOIN pathways_student student ON student.id = touched.student_id
        JOIN pathways_collectionlock closed ON closed.district = student.district_id AND closed.collection = 'cte-eoy'
        JOIN pathways_schoolyear active ON active.end_year = closed.end_year AND active.is_active
    ) THEN
        RAISE EXCEPTION 'pathways_collection_is_locked'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pathways_collection_is_locked';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER pathways_participation_locked_insert AFTER INSERT ON pathways_participation
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_participation_refuse_locked();

CREATE TRIGGER pathways_participation_locked_update AFTER UPDATE ON pathways_participation
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_participation_refuse_locked();

CREATE TRIGGER pathways_participation_locked_delete AFTER DELETE ON pathways_participation
    REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_participation_refuse_locked();

CREATE TRIGGER pathways_participation_locked_update_to AFTER UPDATE ON pathways_participation
    REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION pathways_participation_refuse_locked();
