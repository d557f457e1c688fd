"""Drawings: they take values and callbacks, never ports."""
