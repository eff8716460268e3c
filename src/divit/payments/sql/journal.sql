-- The journal and the bank's words are only ever added to; every booking adds up to nothing when its transaction ends.

CREATE FUNCTION payments_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_entry bigint := coalesce(to_jsonb(NEW) ->> 'entry_id', to_jsonb(NEW) ->> 'id')::bigint;
    the_sum numeric;
    the_lines integer;
BEGIN
    SELECT coalesce(sum(amount), 0), count(*) INTO the_sum, the_lines
    FROM payments_journalline WHERE entry_id = the_entry;
    IF the_sum <> 0 OR the_lines < 2 THEN
        RAISE EXCEPTION 'journal entry % does not balance (% lines, sum %)', the_entry, the_lines, the_sum
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON payments_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_balanced();
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON payments_journalline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_balanced();

CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON payments_journalentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON payments_journalline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON payments_bankmessage
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
