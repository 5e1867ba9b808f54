"""What the tests of weekly models share: a setting, and frames of a simulated trial."""

from __future__ import annotations

from couples_study.contracts.study import Dyads
from couples_study.core.columns import glossary
from couples_study.models.registry import Setting

SETTING = Setting(
    dyads=Dyads(type="distinguishable", by="gender", labels={"woman": "woman", "man": "man"}),
    glossary=glossary(),
    randomised=frozenset({"arm"}),
)
