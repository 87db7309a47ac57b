"""Deterministic fuzzing; hypothesis imported early: its late import can trip a CPython 3.11 bug."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("drivers", derandomize=True, deadline=None)
settings.load_profile("drivers")
