"""Hizmet durumu: what works, for everybody, in plain words."""
