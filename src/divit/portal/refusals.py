"""Refusals in words, for pages."""

from divit.flows.refusals import explain

__all__ = ["explain"]
