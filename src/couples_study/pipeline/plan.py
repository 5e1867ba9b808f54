"""What would be fitted, before anything is."""

from __future__ import annotations

from couples_study.pipeline.deliveries import headers, read_keys
from couples_study.pipeline.locate import locate
from couples_study.planning.planned import Planned, planned
from couples_study.steps.check import check


def run_plan(word: str) -> tuple[Planned, ...]:
    """What would be fitted, from study.toml, the headers and the key columns alone."""
    place = locate(word)
    checked = check(place.study)
    return planned(checked, headers(place), read_keys(place))
