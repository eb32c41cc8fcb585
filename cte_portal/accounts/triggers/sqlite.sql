CREATE TRIGGER accounts_auditevent_refuses_update BEFORE UPDATE ON accounts_auditevent
BEGIN
    SELECT RAISE(ABORT, 'accounts_audit_is_append_only');
END;

CREATE TRIGGER accounts_auditevent_refuses_delete BEFORE DELETE ON accounts_auditevent
BEGIN
    SELECT RAISE(ABORT, 'accounts_audit_is_append_only');
END;
