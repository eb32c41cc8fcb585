CREATE TRIGGER certification_signature_refuses_update BEFORE UPDATE ON certification_signature
WHEN OLD.voided_at IS NOT NULL OR NEW.voided_at IS NULL
    OR NOT EXISTS (SELECT 1 FROM certification_round one WHERE one.id = OLD.round_id AND one.status = 'open')
    OR NEW.id IS NOT OLD.id
    OR NEW.round_id IS NOT OLD.round_id
    OR NEW.certifier_id IS NOT OLD.certifier_id
    OR NEW.name IS NOT OLD.name
    OR NEW.job_title IS NOT OLD.job_title
    OR NEW.level IS NOT OLD.level
    OR NEW.digest IS NOT OLD.digest
    OR NEW.statements IS NOT OLD.statements
    OR NEW.notes IS NOT OLD.notes
    OR NEW.method IS NOT OLD.method
    OR NEW.signed_at IS NOT OLD.signed_at
    OR NEW.late IS NOT OLD.late
BEGIN
    SELECT RAISE(ABORT, 'certification_signature_stays');
END;

CREATE TRIGGER certification_signature_refuses_delete BEFORE DELETE ON certification_signature
BEGIN
    SELECT RAISE(ABORT, 'certification_signature_stays');
END;

CREATE TRIGGER certification_sealedcopy_refuses_update BEFORE UPDATE ON certification_sealedcopy
BEGIN
    SELECT RAISE(ABORT, 'certification_seal_is_append_only');
END;

CREATE TRIGGER certification_sealedcopy_refuses_delete BEFORE DELETE ON certification_sealedcopy
BEGIN
    SELECT RAISE(ABORT, 'certification_seal_is_append_only');
END;

CREATE TRIGGER certification_sealedrecord_refuses_update BEFORE UPDATE ON certification_sealedrecord
BEGIN
    SELECT RAISE(ABORT, 'certification_seal_is_append_only');
END;

CREATE TRIGGER certification_sealedrecord_refuses_delete BEFORE DELETE ON certification_sealedrecord
BEGIN
    SELECT RAISE(ABORT, 'certification_seal_is_append_only');
END;

CREATE TRIGGER certification_sealedrecord_refuses_insert BEFORE INSERT ON certification_sealedrecord
WHEN EXISTS (
    SELECT 1 FROM certification_sealedcopy copy JOIN certification_round one ON one.id = copy.round_id
    WHERE copy.id = NEW.copy_id AND one.status <> 'open'
)
BEGIN
    SELECT RAISE(ABORT, 'certification_seal_is_append_only');
END;
