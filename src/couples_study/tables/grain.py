"""What one row of each table is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grain:
    """A table's name, the keys that make a row unique, and the keys that are whole numbers."""

    table: str
    keys: tuple[str, ...]
    whole: tuple[str, ...] = ()
    one_row_is: str

    @property
    def has_person(self) -> bool:
        return "person_id" in self.keys


GRAINS = {
    grain.table: grain
    for grain in (
        Grain(table="couples", keys=("couple_id",), one_row_is="one couple"),
        Grain(table="people", keys=("couple_id", "person_id"), one_row_is="one person"),
        Grain(
            table="survey_waves", keys=("couple_id", "person_id", "wave"), whole=("wave",),
            one_row_is="one person and survey wave",
        ),
        Grain(
            table="diary_days", keys=("couple_id", "person_id", "day"), whole=("day",),
            one_row_is="one person and study day",
        ),
        Grain(table="events", keys=("couple_id", "person_id", "day", "number"), whole=("day", "number"),
              one_row_is="one event that a person reported"),
        Grain(table="assays", keys=("couple_id", "person_id", "day", "number"), whole=("day", "number"),
              one_row_is="one sample of one person"),
    )
}
