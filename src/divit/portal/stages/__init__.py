"""Public figures: how long each stage takes."""
