CREATE TRIGGER certification_signature_keeps_its_proof BEFORE UPDATE OF proof ON certification_signature
WHEN NEW.proof IS NOT OLD.proof
BEGIN
    SELECT RAISE(ABORT, 'certification_signature_stays');
END;
