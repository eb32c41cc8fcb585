CREATE OR REPLACE FUNCTION accounts_auditevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'accounts_audit_is_append_only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_audit_is_append_only';
END
$$;

CREATE TRIGGER accounts_auditevent_refuses_update BEFORE UPDATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_auditevent_refuse();

CREATE TRIGGER accounts_auditevent_refuses_delete BEFORE DELETE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_auditevent_refuse();

CREATE TRIGGER accounts_auditevent_refuses_truncate BEFORE TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_auditevent_refuse();
