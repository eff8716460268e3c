"""The laws inside the database: a trigger that knows the permitted moves and refuses any other.

The trigger knows moves and that somebody is named; roles and guards are judged in Python before it.
"""

from typing import Any

from django.conf import settings
from django.db import connections, migrations
from django.utils.module_loading import import_string

from divit.kernel.lifecycle import Lifecycle

FUNCTIONS = """
CREATE FUNCTION enforce_law() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_law text := TG_ARGV[0];
    the_act text := coalesce(current_setting('divit.act', true), '');
    the_actor text := coalesce(current_setting('divit.actor', true), '');
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM audit_start s WHERE s.law = the_law AND s.state = NEW.state) THEN
            RAISE EXCEPTION 'law %: nothing begins as %', the_law, NEW.state USING ERRCODE = 'check_violation';
        END IF;
        INSERT INTO audit_history (law, row_id, source, act, target, actor, at)
        VALUES (the_law, NEW.id::text, '', 'begin', NEW.state, the_actor, clock_timestamp());
        RETURN NEW;
    END IF;
    IF NEW.state = OLD.state AND the_act = '' THEN
        RETURN NEW;
    END IF;
    IF the_actor = '' THEN
        RAISE EXCEPTION 'law %: a move needs an actor', the_law USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM audit_move m
        WHERE m.law = the_law AND m.source = OLD.state AND m.act = the_act AND m.target = NEW.state
    ) THEN
        RAISE EXCEPTION 'law %: % does not lead from % to %', the_law, the_act, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO audit_history (law, row_id, source, act, target, actor, at)
    VALUES (the_law, NEW.id::text, OLD.state, the_act, NEW.state, the_actor, clock_timestamp());
    RETURN NEW;
END $$;

CREATE FUNCTION chain_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_seq bigint;
    last_hash bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(5070, 1);
    SELECT seq, hash INTO last_seq, last_hash FROM audit_entry ORDER BY seq DESC LIMIT 1;
    NEW.seq := coalesce(last_seq, 0) + 1;
    NEW.previous := coalesce(last_hash, '\\x'::bytea);
    NEW.hash := sha256(NEW.previous || convert_to(NEW.seq || '|' || NEW.payload, 'UTF8'));
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER chain BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION chain_entry();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON audit_history FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
UNDO = """
DROP FUNCTION enforce_law CASCADE; DROP FUNCTION chain_entry CASCADE; DROP FUNCTION refuse_change CASCADE;
"""


def install_law(law: str, *, table: str) -> migrations.RunSQL:
    """A migration operation: from now on `table.state` moves only as the law says."""
    name = f"law_{law}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION enforce_law('{law}');",
        f"DROP TRIGGER {name} ON {table};",
    )


def write_down_moves(*, using: str, **_kwargs: Any) -> None:
    """Replace the tables of moves and starts by what the laws say now."""
    laws: tuple[Lifecycle[Any], ...] = import_string(settings.LAWS)
    with connections[using].cursor() as cursor:
        cursor.execute("DELETE FROM audit_move")
        cursor.execute("DELETE FROM audit_start")
        for law in laws:
            cursor.executemany(
                "INSERT INTO audit_move (law, source, act, target) VALUES (%s, %s, %s, %s)",
                [(law.name, *move) for move in sorted(law.moves())],
            )
            cursor.executemany(
                "INSERT INTO audit_start (law, state) VALUES (%s, %s)",
                [(law.name, str(state)) for state in sorted(law.starts)],
            )
