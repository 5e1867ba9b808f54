"""From text cells to validated tables: map, reshape, recode, validate, link, and hold what cannot be trusted."""

from __future__ import annotations

from couples_study.intake.coded import encoded
from couples_study.intake.persons import Person, columns_of, person_called, rows_of
from couples_study.intake.take_in import Delivered, Intake, first_look, link, take_in

__all__ = [
    "Delivered",
    "Intake",
    "Person",
    "columns_of",
    "encoded",
    "first_look",
    "link",
    "person_called",
    "rows_of",
    "take_in",
]
