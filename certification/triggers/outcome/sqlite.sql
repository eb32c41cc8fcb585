CREATE TRIGGER certification_sealedoutcome_refuses_update BEFORE UPDATE ON certification_sealedoutcome
BEGIN
    SELECT RAISE(ABORT, 'certification_seal_is_append_only');
END;

CREATE TRIGGER certification_sealedoutcome_refuses_delete BEFORE DELETE ON certification_sealedoutcome
BEGIN
    SELECT RAISE(ABORT, 'certification_seal_is_append_only');
END;

CREATE TRIGGER certification_sealedoutcome_refuses_insert BEFORE INSERT ON certification_sealedoutcome
WHEN EXISTS (
    SELECT 1 FROM certification_sealedcopy copy JOIN certification_round one ON one.id = copy.round_id
    WHERE copy.id = NEW.copy_id AND one.status <> 'open'
)
BEGIN
    SELECT RAISE(ABORT, 'certification_seal_is_append_only');
END;
