"""What must not be told: cells so small that somebody could be recognised in them."""

from __future__ import annotations

from couples_study.privacy.small_cells import SMALLEST_CELL, SUPPRESSED, is_small, share_told, suppressed

__all__ = ["SMALLEST_CELL", "SUPPRESSED", "is_small", "share_told", "suppressed"]
