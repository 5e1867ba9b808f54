"""A first ``study.toml`` from the exports themselves: what they tell is filled in, what they do not is marked."""

from __future__ import annotations

from couples_study.steps.draft.forms import Draft, Form, Unsure
from couples_study.steps.draft.study import draft

__all__ = ["Draft", "Form", "Unsure", "draft"]
