CREATE OR REPLACE FUNCTION certification_seal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'certification_seal_is_append_only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'certification_seal_is_append_only';
END
$$;

CREATE OR REPLACE FUNCTION certification_signature_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.voided_at IS NULL AND NEW.voided_at IS NOT NULL
        AND to_jsonb(OLD) - 'voided_at' - 'void_reason' = to_jsonb(NEW) - 'voided_at' - 'void_reason'
        AND EXISTS (SELECT 1 FROM certification_round one WHERE one.id = OLD.round_id AND one.status = 'open')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'certification_signature_stays'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'certification_signature_stays';
END
$$;

CREATE OR REPLACE FUNCTION certification_signature_refuse_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'certification_signature_stays'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'certification_signature_stays';
END
$$;

CREATE TRIGGER certification_signature_refuses_update BEFORE UPDATE ON certification_signature
    FOR EACH ROW EXECUTE FUNCTION certification_signature_refuse();

CREATE TRIGGER certification_signature_refuses_delete BEFORE DELETE ON certification_signature
    FOR EACH STATEMENT EXECUTE FUNCTION certification_signature_refuse_all();

CREATE TRIGGER certification_signature_refuses_truncate BEFORE TRUNCATE ON certification_signature
    FOR EACH STATEMENT EXECUTE FUNCTION certification_signature_refuse_all();

CREATE TRIGGER certification_sealedcopy_refuses_update BEFORE UPDATE ON certification_sealedcopy
    FOR EACH STATEMENT EXECUTE FUNCTION certification_seal_refuse();

CREATE TRIGGER certification_sealedcopy_refuses_delete BEFORE DELETE ON certification_sealedcopy
    FOR EACH STATEMENT EXECUTE FUNCTION certification_seal_refuse();

CREATE TRIGGER certification_sealedcopy_refuses_truncate BEFORE TRUNCATE ON certification_sealedcopy
    FOR EACH STATEMENT EXECUTE FUNCTION certification_seal_refuse();

CREATE TRIGGER certification_sealedrecord_refuses_update BEFORE UPDATE ON certification_sealedrecord
    FOR EACH STATEMENT EXECUTE FUNCTION certification_seal_refuse();

CREATE TRIGGER certification_sealedrecord_refuses_delete BEFORE DELETE ON certification_sealedrecord
    FOR EACH STATEMENT EXECUTE FUNCTION certification_seal_refuse();

CREATE TRIGGER certification_sealedrecord_refuses_truncate BEFORE TRUNCATE ON certification_sealedrecord
    FOR EACH STATEMENT EXECUTE FUNCTION certification_seal_refuse();

CREATE OR REPLACE FUNCTION certification_sealedrecord_refuse_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added
        JOIN certification_sealedcopy copy ON copy.id = added.copy_id
        JOIN certification_round one ON one.id = copy.round_id AND one.status <> 'open'
    ) THEN
        RAISE EXCEPTION 'certification_seal_is_append_only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'certification_seal_is_append_only';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER certification_sealedrecord_refuses_insert AFTER INSERT ON certification_sealedrecord
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION certification_sealedrecord_refuse_insert();
