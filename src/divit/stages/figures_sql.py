"""The one statement that turns cases into figures; its few variants differ in how cases are split."""

from itertools import combinations

from divit.stages.groups import LEAST
from divit.stages.names import Stage

SPLITS = ("payer", "kind", "lane")

# A group may be shown by the choice of its months (`groups.blocks`); a stage that too few of it passed is not told, nor
# one that too few passed besides the cases of one institution (`groups.tells_nobody`).
_STATEMENT = """
INSERT INTO stages_figure (block_id, payer, kind, lane, stage, cases, median, ninety)
SELECT block_id, payer, kind, lane, stage, cases, quantiles[1], quantiles[2]
FROM (
    SELECT {group}, s.stage, count(*) AS cases, count(s.days) AS measured,
           percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY s.days) AS quantiles
    FROM {cases}
    GROUP BY b.id, {by}s.stage
) AS groups
JOIN (
    SELECT block_id, payer, kind, lane, stage, max(measured) AS largest
    FROM (
        SELECT {group}, s.stage, count(s.days) AS measured
        FROM {cases}
        GROUP BY b.id, {by}s.stage, c.institution_id
    ) AS of_institutions
    GROUP BY block_id, payer, kind, lane, stage
) AS holders USING (block_id, payer, kind, lane, stage)
WHERE measured >= {least} AND (measured = largest OR measured - largest >= {least})
"""
_CASES = """stages_block b
    JOIN stages_case c ON c.month BETWEEN b.first AND b.last
        AND (b.institution_id IS NULL OR c.institution_id = b.institution_id)
        AND b.id = ANY(%(blocks)s)
    CROSS JOIN LATERAL (VALUES {stages}) AS s (stage, days)"""


def _statement(split: frozenset[str]) -> str:
    stages = ", ".join(f"('{stage}', c.{stage})" for stage in Stage)
    columns = [f"c.{name} AS {name}" if name in split else f"'' AS {name}" for name in SPLITS]
    return _STATEMENT.format(
        group=", ".join(["b.id AS block_id", *columns]),
        by="".join(f"c.{name}, " for name in SPLITS if name in split),
        cases=_CASES.format(stages=stages),
        least=LEAST,
    )


FILL = {
    frozenset(split): _statement(frozenset(split))
    for size in range(len(SPLITS) + 1)
    for split in combinations(SPLITS, size)
}
