-- What was stated of a past instant stays stated: the seal is added to it once, and nothing else ever changes.

CREATE FUNCTION keep_past_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.sealed_at IS NOT NULL
        OR (NEW.id, NEW.issuer_id, NEW.serial, NEW.certificate_id, NEW.at, NEW.audience, NEW.language, NEW.change_seq,
            NEW.content, NEW.asked_at)
        IS DISTINCT FROM (OLD.id, OLD.issuer_id, OLD.serial, OLD.certificate_id, OLD.at, OLD.audience, OLD.language,
            OLD.change_seq, OLD.content, OLD.asked_at) THEN
        RAISE EXCEPTION 'what was stated stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stated_once BEFORE UPDATE OR DELETE ON certificates_paststatus
    FOR EACH ROW EXECUTE FUNCTION keep_past_status();
