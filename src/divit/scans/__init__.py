"""Scans: pictures of signed forms, from the file that was uploaded to the evidence that is kept."""
