-- A cause may be withdrawn by its own act: the hold goes on as the holder's, and nothing that is published changes.

CREATE OR REPLACE FUNCTION number_certificate_change() RETURNS trigger LANGUAGE plpgsql AS $$
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
            IF (NEW.reason, NEW.revoked_at, NEW.effective_at, NEW.hold_started_at, NEW.change_seq)
                IS DISTINCT FROM (OLD.reason, OLD.revoked_at, OLD.effective_at, OLD.hold_started_at, OLD.change_seq)
                OR NEW.hold_cause <> OLD.hold_cause AND NOT (OLD.hold_cause = 'institution'
                    AND NEW.hold_cause = 'holder' AND coalesce(current_setting('divit.act', true), '') = 'waive')
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
