"""Bildirim adresleri: where an institution's own programs are told what happened, and what they were told."""
