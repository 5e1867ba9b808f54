"""Statistical models: each takes a question and the frames, and gives back evidence or the reason why there is none."""

from __future__ import annotations

from couples_study.models.registry import MODELS, Model, Setting, model_called

__all__ = ["MODELS", "Model", "Setting", "model_called"]
