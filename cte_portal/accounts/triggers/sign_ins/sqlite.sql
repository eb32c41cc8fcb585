CREATE TRIGGER accounts_signinevent_refuses_update BEFORE UPDATE ON accounts_signinevent
BEGIN
    SELECT RAISE(ABORT, 'accounts_sign_ins_stay');
END;

CREATE TRIGGER accounts_signinevent_refuses_delete BEFORE DELETE ON accounts_signinevent
    WHEN OLD.at > datetime('now', '-365 days')
BEGIN
    SELECT RAISE(ABORT, 'accounts_sign_ins_stay');
END;
