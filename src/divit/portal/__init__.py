"""The pages of the person."""
