"""Printed lists of delivery."""
