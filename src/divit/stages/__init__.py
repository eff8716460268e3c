"""How long applications take, stage by stage: measured cases, published figures, and dates that were promised."""
