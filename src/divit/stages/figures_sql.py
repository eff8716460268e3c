"""The one statement that turns cases into figures; its few variants differ in how cases are split."""

from itertools import combinations

from divit.stages.groups import LEAST
from divit.stages.names import Stage

SPLITS = ("payer", "kind", "lane")

# A group has ten cases by the choice of its months (`groups.blocks`); a stage that fewer of them passed is not told.
_STATEMENT = """
INSERT INTO stages_figure (block_id, payer, kind, lane, stage, cases, median, ninety)
SELECT block_id, payer, kind, lane, stage, cases, quantiles[1], quantiles[2]
FROM (
    SELECT b.id AS block_id, {payer} AS payer, {kind} AS kind, {lane} AS lane, s.stage, count(*) AS cases,
           count(s.days) AS measured, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY s.days) AS quantiles
    FROM stages_block b
    JOIN stages_case c ON c.month BETWEEN b.first AND b.last
        AND (b.institution_id IS NULL OR c.institution_id = b.institution_id)
    CROSS JOIN LATERAL (VALUES {stages}) AS s (stage, days)
    WHERE b.id = ANY(%s)
    GROUP BY b.id, {by}s.stage
) AS groups
WHERE measured >= {least}
"""


def _statement(split: frozenset[str]) -> str:
    columns = {name: f"c.{name}" if name in split else "''" for name in SPLITS}
    stages = ", ".join(f"('{stage}', c.{stage})" for stage in Stage)
    by = "".join(f"c.{name}, " for name in SPLITS if name in split)
    return _STATEMENT.format(**columns, stages=stages, by=by, least=LEAST)


FILL = {
    frozenset(split): _statement(frozenset(split))
    for size in range(len(SPLITS) + 1)
    for split in combinations(SPLITS, size)
}
