CREATE TRIGGER certification_sealedoutcome_refuses_update BEFORE UPDATE ON certification_sealedoutcome
    FOR EACH STATEMENT EXECUTE FUNCTION certification_seal_refuse();

CREATE TRIGGER certification_sealedoutcome_refuses_delete BEFORE DELETE ON certification_sealedoutcome
    FOR EACH STATEMENT EXECUTE FUNCTION certification_seal_refuse();

CREATE TRIGGER certification_sealedoutcome_refuses_truncate BEFORE TRUNCATE ON certification_sealedoutcome
    FOR EACH STATEMENT EXECUTE FUNCTION certification_seal_refuse();

CREATE TRIGGER certification_sealedoutcome_refuses_insert AFTER INSERT ON certification_sealedoutcome
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION certification_sealedrecord_refuse_insert();
