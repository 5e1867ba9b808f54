"""``intake.html``: what became of a study's data, and what is to be told about it while it runs."""

from __future__ import annotations

from couples_study.report.intake.page import intake_page

__all__ = ["intake_page"]
