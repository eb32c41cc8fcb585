CREATE OR REPLACE FUNCTION accounts_signinevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'accounts_sign_ins_stay'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_sign_ins_stay';
END
$$;

CREATE TRIGGER accounts_signinevent_refuses_update BEFORE UPDATE ON accounts_signinevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_signinevent_refuse();

CREATE TRIGGER accounts_signinevent_refuses_delete BEFORE DELETE ON accounts_signinevent
    FOR EACH ROW WHEN (OLD.at > now() - interval '365 days')
    EXECUTE FUNCTION accounts_signinevent_refuse();

CREATE TRIGGER accounts_signinevent_refuses_truncate BEFORE TRUNCATE ON accounts_signinevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_signinevent_refuse();
