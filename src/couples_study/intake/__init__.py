"""From text cells to validated tables: map, reshape, recode, validate, link, and hold what cannot be trusted."""

from __future__ import annotations

from couples_study.intake.coded import encoded
from couples_study.intake.take_in import Delivered, Intake, first_look, link, take_in

__all__ = ["Delivered", "Intake", "encoded", "first_look", "link", "take_in"]
