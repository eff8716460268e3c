"""A program of an institution: takes notifications by Standard Webhooks, and shows what it got."""
