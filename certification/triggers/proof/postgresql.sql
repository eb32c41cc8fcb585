CREATE OR REPLACE FUNCTION certification_signature_keep_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'certification_signature_stays'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'certification_signature_stays';
END
$$;

CREATE TRIGGER certification_signature_keeps_its_proof BEFORE UPDATE ON certification_signature
    FOR EACH ROW WHEN (NEW.proof IS DISTINCT FROM OLD.proof)
    EXECUTE FUNCTION certification_signature_keep_proof();
