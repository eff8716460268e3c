-- What an institution was billed, and the statements of it, are only ever added to.

CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON payments_bill
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON payments_statement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON payments_statementline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A statement says what its lines come to, and has lines of its own institution alone.
CREATE FUNCTION payments_statement_true() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_count integer;
    the_net bigint;
    the_vat bigint;
    foreigners integer;
BEGIN
    SELECT count(*), coalesce(sum(bill.net), 0), coalesce(sum(bill.vat), 0),
           count(*) FILTER (WHERE bill.institution_id <> NEW.institution_id)
    INTO the_count, the_net, the_vat, foreigners
    FROM payments_statementline line JOIN payments_bill bill ON bill.id = line.bill_id
    WHERE line.statement_id = NEW.id;
    IF the_count <> NEW.count OR the_net <> NEW.net OR the_vat <> NEW.vat OR foreigners > 0 THEN
        RAISE EXCEPTION 'statement % is not what its lines come to', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT ON payments_statement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_statement_true();
