"""The append-only, hash-chained ledger, and the one way in which a state moves."""
