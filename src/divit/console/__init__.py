"""The desks of institutions and staff."""
