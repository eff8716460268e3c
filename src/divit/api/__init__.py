"""The REST API for programs of institutions: beside the desks, through the same flows and laws."""
