"""Tests import their helpers (``support_*``) from this folder."""
