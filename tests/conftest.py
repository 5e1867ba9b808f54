"""Tests import their helpers (``support_*``, ``small_studies``) from this folder."""

from __future__ import annotations

from couples_study.core.threads import one_thread

one_thread()  # before numpy is loaded: two workers with two threads each only wait for one another

import pytest  # noqa: E402

from tests.small_studies import taken_in, write_study  # noqa: E402


@pytest.fixture
def make_study(tmp_path):
    """``make_study(toml, files)``: a study's folder below the test's own."""
    return lambda *parts, **named: write_study(tmp_path / "study", *parts, **named)


@pytest.fixture
def take(tmp_path):
    """``take(toml, files)``: what intake makes of such a study."""
    return lambda *parts, **named: taken_in(tmp_path / "study", *parts, **named)
