-- The services' own certificates are told of like any other: on the list, by OCSP, with a number of their own.

CREATE FUNCTION number_service_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.serial, NEW.issuer_id, NEW.name, NEW.der, NEW.not_after)
            IS DISTINCT FROM (OLD.id, OLD.serial, OLD.issuer_id, OLD.name, OLD.der, OLD.not_after)
            OR OLD.state = 'revoked' THEN
            RAISE EXCEPTION 'what was issued, and what is revoked, stays as it is' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF NEW.revoked_at NOT BETWEEN transaction_timestamp() - interval '1 minute'
        AND clock_timestamp() + interval '1 minute' THEN
        RAISE EXCEPTION 'no status is dated before its act, or after it' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(5070, 1);
    NEW.change_seq := nextval('certificate_change_seq');
    PERFORM pg_notify('certificate_status', NEW.issuer_id || ' ' || NEW.serial);
    RETURN NEW;
END $$;

CREATE TRIGGER status_number BEFORE INSERT OR UPDATE ON certificates_servicecertificate
    FOR EACH ROW EXECUTE FUNCTION number_service_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON certificates_servicecertificate
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE VIEW published_certificate_status AS
SELECT issuer_id, serial::text AS serial,
    CASE state WHEN 'valid' THEN 'good' ELSE 'revoked' END AS status,
    CASE state WHEN 'valid' THEN NULL WHEN 'suspended' THEN 'certificateHold' ELSE reason::text END AS reason,
    effective_at, not_after, change_seq
FROM certificates_certificate
UNION ALL
SELECT issuer_id, serial::text, 'revoked',
    CASE state WHEN 'signing' THEN 'certificateHold' ELSE 'cessationOfOperation' END,
    signing_began_at, not_after, change_seq
FROM certificates_intent
WHERE state = 'signing' OR state = 'abandoned' AND signing_began_at IS NOT NULL
UNION ALL
SELECT issuer_id, serial::text, CASE state WHEN 'valid' THEN 'good' ELSE 'revoked' END,
    CASE state WHEN 'valid' THEN NULL ELSE reason::text END,
    revoked_at, not_after, change_seq
FROM certificates_servicecertificate;
