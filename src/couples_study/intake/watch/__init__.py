"""Watching validated data: partners compared, careless answers, lateness, devices, compliance, drift, silence."""

from __future__ import annotations

from couples_study.intake.watch.careless import careless_flags
from couples_study.intake.watch.watching import watch

__all__ = ["careless_flags", "watch"]
