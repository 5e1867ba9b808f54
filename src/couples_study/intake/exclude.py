"""Questionnaires that study.toml keeps out of the analyses for the way they were answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from couples_study.contracts.checks import Careless
from couples_study.contracts.watch import Battery
from couples_study.intake.assemble import Tables
from couples_study.intake.places import place_of, places
from couples_study.intake.records import Records
from couples_study.intake.watch import careless_flags

LOOKED_AT = ("diary_days", "survey_waves")


def set_aside_careless(
    everyone: Sequence[Records],
    tables: Tables,
    couples: pd.Index,
    batteries: Mapping[str, Battery],
    careless: Careless,
) -> bool:
    """Set aside what has one of the signs that ``exclude`` names; whether there was any."""
    found = False
    for name in [name for name in LOOKED_AT if careless.exclude and name in tables]:
        own = {key: battery for key, battery in batteries.items() if battery.table == name}
        flags = careless_flags(tables[name], own, careless)
        people = tables.plans[name].members["person_id"]
        whose = pd.Index(people).get_indexer(pd.Index(flags["person_id"]))
        flagged = place_of(whose, flags["time"].to_numpy())
        for sign in careless.exclude:
            wanted = flagged[flags["flag"].eq(sign).to_numpy()]
            for records in [records for records in everyone if records.source.table == name]:
                which = np.isin(places(records, couples), wanted)
                records.set_aside(which, f"careless_{sign}")
                found |= bool(which.any())
    return found
