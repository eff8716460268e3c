-- Lists in parts: entries in blocks that only a new list may change, and what each list changed, for ever.

-- Signatures, digests and random serials do not compress: PostgreSQL need not try.
ALTER TABLE certificates_listblock ALTER COLUMN entries SET STORAGE EXTERNAL;
ALTER TABLE certificates_publisheddelta ALTER COLUMN der SET STORAGE EXTERNAL;

-- At the end of its transaction the list that changed a block must stand.
ALTER TABLE certificates_listblock ADD CONSTRAINT list_block_of_a_list FOREIGN KEY (issuer_id, number)
    REFERENCES certificates_publishedcrl (issuer_id, number) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION keep_list_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.issuer_id, NEW.name) IS DISTINCT FROM (OLD.id, OLD.issuer_id, OLD.name)
        OR NEW.number <= coalesce((SELECT max(number) FROM certificates_publishedcrl
            WHERE issuer_id = NEW.issuer_id), 0) THEN
        RAISE EXCEPTION 'a block changes with a new list' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER with_a_list BEFORE INSERT OR UPDATE ON certificates_listblock
    FOR EACH ROW EXECUTE FUNCTION keep_list_block();
CREATE TRIGGER never_deleted BEFORE DELETE ON certificates_listblock
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_list_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT issuer_id, min(number) AS number FROM fresh GROUP BY issuer_id) AS told
        JOIN certificates_publishedcrl AS list USING (issuer_id) WHERE list.number >= told.number) THEN
        RAISE EXCEPTION 'what a list changed is written before it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER with_a_list AFTER INSERT ON certificates_listchange REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION keep_list_changes();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON certificates_listchange
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_older_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.base_number >= NEW.number OR TG_OP = 'UPDATE' AND (NEW.number <= OLD.number OR NEW.issuer_id <> OLD.issuer_id)
        OR NOT EXISTS (SELECT FROM certificates_publishedcrl WHERE issuer_id = NEW.issuer_id
            AND number = NEW.number) THEN
        RAISE EXCEPTION 'a delta stands beside a newer list' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER newer BEFORE INSERT OR UPDATE ON certificates_publisheddelta
    FOR EACH ROW EXECUTE FUNCTION refuse_older_delta();

-- The newest list of every authority, in parts: whoever reads them one after the other in one statement has the list,
-- and never holds more than one of them.
CREATE VIEW published_crl_part AS
WITH newest AS (
    SELECT list.* FROM certificates_issuer AS issuer CROSS JOIN LATERAL (
        SELECT issuer_id, number, head, tail FROM certificates_publishedcrl
        WHERE issuer_id = issuer.id ORDER BY number DESC LIMIT 1) AS list
)
SELECT issuer_id, number, 0 AS place, ''::bytea AS name, head AS part FROM newest
UNION ALL
SELECT block.issuer_id, newest.number, 1, block.name, block.entries
FROM certificates_listblock AS block JOIN newest USING (issuer_id)
UNION ALL
SELECT issuer_id, number, 2, ''::bytea, tail FROM newest;

-- The newest list of every authority, whole; and its delta, where one is published, with the number of its base.
CREATE VIEW published_crl AS
SELECT issuer_id, number, this_update, next_update,
    (SELECT string_agg(part.part, ''::bytea ORDER BY part.place, part.name) FROM published_crl_part AS part
        WHERE part.issuer_id = list.issuer_id) AS der,
    NULL::bigint AS base_number
FROM certificates_issuer AS issuer CROSS JOIN LATERAL (
    SELECT issuer_id, number, this_update, next_update FROM certificates_publishedcrl
    WHERE issuer_id = issuer.id ORDER BY number DESC LIMIT 1) AS list
UNION ALL
SELECT issuer_id, number, this_update, next_update, der, base_number FROM certificates_publisheddelta;
