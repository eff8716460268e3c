-- What keeps the status of certificates true whoever writes, and what validation reads of it.

CREATE SEQUENCE certificate_change_seq;

-- A status change takes its number under the ledger's own lock, so that numbers become visible in their order:
-- whoever has seen number n has seen all below it.
CREATE FUNCTION number_certificate_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    earliest timestamptz := transaction_timestamp() - interval '1 minute';  -- clocks of two machines
    latest timestamptz := clock_timestamp() + interval '1 minute';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'revoked' AND (NEW.state, NEW.reason, NEW.revoked_at, NEW.effective_at, NEW.hold_started_at)
            IS DISTINCT FROM (OLD.state, OLD.reason, OLD.revoked_at, OLD.effective_at, OLD.hold_started_at) THEN
            RAISE EXCEPTION 'what is revoked stays as it is' USING ERRCODE = 'check_violation';
        END IF;
        IF (NEW.id, NEW.serial, NEW.issuer_id, NEW.der, NEW.person_id, NEW.institution_id, NEW.not_before,
            NEW.not_after, NEW.issued_at, NEW.intent_id)
            IS DISTINCT FROM (OLD.id, OLD.serial, OLD.issuer_id, OLD.der, OLD.person_id, OLD.institution_id,
            OLD.not_before, OLD.not_after, OLD.issued_at, OLD.intent_id) THEN
            RAISE EXCEPTION 'what was issued stays as it is' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.state = OLD.state THEN
            IF (NEW.reason, NEW.revoked_at, NEW.effective_at, NEW.hold_started_at, NEW.hold_cause, NEW.change_seq)
                IS DISTINCT FROM
                (OLD.reason, OLD.revoked_at, OLD.effective_at, OLD.hold_started_at, OLD.hold_cause, OLD.change_seq)
            THEN
                RAISE EXCEPTION 'a status changes by an act' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END IF;
    END IF;
    IF NEW.state = 'suspended' AND NEW.hold_started_at NOT BETWEEN earliest AND latest
        OR NEW.state = 'revoked' AND NEW.revoked_at NOT BETWEEN earliest AND latest
        OR NEW.state = 'revoked' AND NEW.effective_at <> NEW.revoked_at
            AND (TG_OP = 'INSERT' OR OLD.state <> 'suspended' OR NEW.effective_at <> OLD.hold_started_at) THEN
        RAISE EXCEPTION 'no status is dated before its act, or after it' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(5070, 1);
    NEW.change_seq := nextval('certificate_change_seq');
    PERFORM pg_notify('certificate_status', NEW.issuer_id || ' ' || NEW.serial);
    RETURN NEW;
END $$;

CREATE TRIGGER status_number BEFORE INSERT OR UPDATE ON certificates_certificate
    FOR EACH ROW EXECUTE FUNCTION number_certificate_change();

CREATE FUNCTION number_intent_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.serial, NEW.issuer_id, NEW.tbs, NEW.tbs_sha256, NEW.profile, NEW.csr, NEW.person_id,
        NEW.card_order_id, NEW.not_after, NEW.born_state, NEW.replaces)
        IS DISTINCT FROM (OLD.id, OLD.serial, OLD.issuer_id, OLD.tbs, OLD.tbs_sha256, OLD.profile, OLD.csr,
        OLD.person_id, OLD.card_order_id, OLD.not_after, OLD.born_state, OLD.replaces) THEN
        RAISE EXCEPTION 'an intent stays as it was reserved' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.signing_began_at IS NOT NULL AND NEW.signing_began_at IS DISTINCT FROM OLD.signing_began_at THEN
        RAISE EXCEPTION 'a signature begins once' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND NEW.state IN ('signing', 'abandoned') AND NEW.signing_began_at IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(5070, 1);
        NEW.change_seq := nextval('certificate_change_seq');
        PERFORM pg_notify('certificate_status', NEW.issuer_id || ' ' || NEW.serial);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER status_number BEFORE UPDATE ON certificates_intent
    FOR EACH ROW EXECUTE FUNCTION number_intent_change();

CREATE FUNCTION refuse_older_crl() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest certificates_publishedcrl%ROWTYPE;
BEGIN
    PERFORM FROM certificates_issuer WHERE id = NEW.issuer_id FOR NO KEY UPDATE;
    SELECT * INTO newest FROM certificates_publishedcrl WHERE issuer_id = NEW.issuer_id ORDER BY number DESC LIMIT 1;
    IF FOUND AND (NEW.number <= newest.number OR NEW.follows <> newest.number OR NEW.this_update < newest.this_update
        OR NEW.covers < newest.covers) THEN
        RAISE EXCEPTION 'the list does not follow the newest one' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_notify('published_crl', NEW.issuer_id::text);
    RETURN NEW;
END $$;

CREATE TRIGGER follows BEFORE INSERT ON certificates_publishedcrl
    FOR EACH ROW EXECUTE FUNCTION refuse_older_crl();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON certificates_publishedcrl
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON certificates_statuschange
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON certificates_statusevidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON certificates_certificate
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE ON certificates_intent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_sealed_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sealed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a sealed receipt stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sealed_once BEFORE UPDATE ON certificates_statusreceipt
    FOR EACH ROW EXECUTE FUNCTION keep_sealed_receipt();

-- A serial whose signature was begun and whose certificate does not stand (yet) is on hold: nobody may rely on it.
-- One that was given up after that is revoked for good.
CREATE VIEW published_certificate_status AS
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
WHERE state = 'signing' OR state = 'abandoned' AND signing_began_at IS NOT NULL;

CREATE VIEW published_crl AS
SELECT DISTINCT ON (issuer_id) issuer_id, number, this_update, next_update, der
FROM certificates_publishedcrl
ORDER BY issuer_id, number DESC;
