"""Jobs: each task parses its arguments and calls one flow."""
