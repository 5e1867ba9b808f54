"""Pandera schemas, one file per grain, built from the glossary's rows for the columns that a study has."""

from __future__ import annotations

from couples_study.tables.grain import GRAINS, Grain
from couples_study.tables.schemas import schema_of

__all__ = ["GRAINS", "Grain", "schema_of"]
