"""The second wall inside the database: row-level security that looks at the institution of the session."""

from django.db import migrations

_SETTING = "coalesce(current_setting('divit.institution', true), '')"
# Asked once for each statement, not for each row. «<>», because the planner takes an inequality for nearly always true:
# so it plans for those whom no wall confines, and its estimates stay as they were.
_NOBODY_CONFINED = f"(SELECT ({_SETTING} <> '')::int) <> 1"
_OWN = f"(SELECT nullif({_SETTING}, '')::uuid)"


def wall(table: str, *, column: str = "institution_id") -> migrations.RunSQL:
    """A migration operation: rows of `table` belong to the institution in `column`."""
    return _policy(table, f"{_NOBODY_CONFINED} OR {column} = {_OWN}")


def wall_where_owned(table: str, *, column: str = "institution_id") -> migrations.RunSQL:
    """The same where a row may belong to no institution: such rows are everybody's."""
    return _policy(table, f"{_NOBODY_CONFINED} OR {column} IS NULL OR {column} = {_OWN}")


def wall_through(table: str, *, column: str, parent: str) -> migrations.RunSQL:
    """The same for rows that hang on a row of `parent`, which has a wall itself."""
    return _policy(table, f"{_NOBODY_CONFINED} OR {column} IN (SELECT id FROM {parent})")  # noqa: S608 - our own names


def _policy(table: str, condition: str) -> migrations.RunSQL:
    # FORCE: where one role owns the tables and serves the pages too, it is held like any other.
    return migrations.RunSQL(
        f"CREATE POLICY own_institution ON {table} USING ({condition}) WITH CHECK ({condition});"
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;"
        f"DROP POLICY own_institution ON {table};",
    )
