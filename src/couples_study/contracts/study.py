"""``study.toml``: what a researcher says about a study, checked before anything is read."""

from __future__ import annotations

import re
from datetime import date, time
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from couples_study.contracts.base import Strict
from couples_study.contracts.checks import Checks, State
from couples_study.contracts.hypothesis import BUILT_IN_ID, Hypothesis
from couples_study.contracts.measure import Measure

TableName = Literal["couples", "people", "survey_waves", "diary_days", "events", "assays"]
MissingKind = Literal["refused", "not_applicable", "not_reached", "technical"]
ROW = "@row"
NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,:/-][0-9]+)*")
WIDE_IN_TIME = "; an export with a column for each occasion needs a row for each of them first"
FILE_NAME = re.compile(r'[^\\/:*?"<>|\x00-\x1f]+')
STUDY_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")


@cache
def _zones() -> frozenset[str]:
    """The names of all time zones; they are looked for on disk, and that takes long enough to do it once."""
    return frozenset(available_timezones())


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _as_time(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('a time of day is written "HH:MM", from 00:00 to 23:59')
    return time.fromisoformat(value) if isinstance(value, str) else value


TimeOfDay = Annotated[time, BeforeValidator(_as_time)]


Values = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


class Meta(Strict):
    """``[study]``."""

    id: str
    title: str
    schema_version: Literal[1] = 1
    time_zone: str = "UTC"
    day_ends: TimeOfDay = time(0, 0)
    day_opens: TimeOfDay | None = None
    start_date: date | None = None
    first_day: int = 0
    scheduled_days: int | None = Field(default=None, ge=1)
    claims: Literal["all"] | tuple[str, ...] | None = None
    synthetic: bool = False
    data_root: str | None = None

    @field_validator("id")
    @classmethod
    def _is_an_id(cls, value: str) -> str:
        if not STUDY_ID.fullmatch(value):
            raise ValueError("a study's id has small letters, digits, - and _ only; it becomes a folder name")
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in _zones():
            raise ValueError("a time zone is an IANA name such as Europe/Vienna or America/New_York")
        return value

    @model_validator(mode="after")
    def _the_evening_opens_after_the_day_has_ended(self) -> Meta:
        if self.day_opens is not None and self.day_opens <= self.day_ends:
            raise ValueError("day_opens is the hour from which tonight's entry can be made; it comes after day_ends")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Dyads(Strict):
    """``[dyads]``: whether partners can be told apart, and by what."""

    type: Literal["distinguishable", "indistinguishable", "exchangeable", "mixed", "single"]
    by: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _labels_tell_two_apart(self) -> Dyads:
        if self.labels and len(set(self.labels.values())) < 2 and self.type != "single":
            raise ValueError("labels name at least two different roles")
        return self

    @property
    def distinguishable(self) -> bool:
        return self.type == "distinguishable"

    @property
    def single(self) -> bool:
        return self.type == "single"


class Keys(Strict):
    """``keys`` of a source: the export's columns that say whose row it is and when it was written."""

    couple: str | None = None
    person: str | None = None
    day: str | None = None
    date: str | None = None
    wave: str | None = None
    week: str | None = None


class Identifier(Strict):
    """What is done with a column that tells who somebody is, and why."""

    do: Literal["drop", "hash", "keep"]
    why: str = Field(min_length=3)


class Source(Strict):
    """One ``[[source]]``: files of one form that fill one table."""

    name: str | None = None
    reader: str
    files: Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
    table: TableName
    design: Literal["observational", "randomised"] = "observational"
    arm: str | None = None
    unit: Literal["couple", "person", "occasion"] | None = None
    corrects: dict[str, str] = Field(default_factory=dict)
    layout: Literal["long", "wide"] = "long"
    prefixes: dict[str, str] = Field(default_factory=dict)
    suffixes: dict[str, str] = Field(default_factory=dict)
    keys: Keys
    separator: str | None = Field(default=None, min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    encoding: str | None = None
    header_rows: int | None = Field(default=None, ge=1, le=3)
    sheet: str | None = None
    dictionary: str | None = None
    dates: str | None = None
    time_zone: str | None = None
    only: dict[str, Values] = Field(default_factory=dict)
    drop: dict[str, dict[str, Values]] = Field(default_factory=dict)
    missing: dict[str, MissingKind] = Field(default_factory=dict)
    missing_in: dict[str, dict[str, MissingKind]] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)
    recode: dict[str, dict[str, str | int | float]] = Field(default_factory=dict)
    identifiers: dict[str, Identifier] = Field(default_factory=dict)

    @field_validator("name")
    @classmethod
    def _names_a_file(cls, value: str | None) -> str | None:
        if value is not None and (not value.strip(". ") or not FILE_NAME.fullmatch(value)):
            raise ValueError("a source's name becomes a file's: no slash, no control character, none of :*?\"<>|")
        return value

    @field_validator("files")
    @classmethod
    def _stay_inside(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            if not pattern.strip():
                raise ValueError("files names a file or a pattern; an empty text is neither")
            if ".." in pattern.replace("\\", "/").split("/") or pattern.startswith(("/", "~")) or ":" in pattern:
                raise ValueError("files are named relative to the study's folder, without '..' (see data_root)")
        return value

    @field_validator("separator")
    @classmethod
    def _can_separate(cls, value: str | None) -> str | None:
        if value is not None and (not value.isascii() or value in '"\r\n\0'):
            raise ValueError("a separator is one plain character, such as ',' ';' or a tab; no quote, no line break")
        return value

    @field_validator("dictionary")
    @classmethod
    def _lies_inside(cls, value: str | None) -> str | None:
        if value is not None and (".." in value.replace("\\", "/").split("/") or value.startswith(("/", "~"))):
            raise ValueError("the dictionary is named relative to the study's folder, without '..'")
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in _zones():
            raise ValueError("a time zone is an IANA name such as Europe/Vienna or America/New_York")
        return value

    @field_validator("prefixes", "suffixes")
    @classmethod
    def _tell_two_apart(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if value and (len(value) != 2 or len(set(value.values())) != 2 or "" in value.values()):
            word = str(info.field_name)
            raise ValueError(f"{word} give each of the two partners a {word.removesuffix('es')} of their own")
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> Source:
        if self.prefixes and self.suffixes:
            raise ValueError("a source has prefixes or suffixes, not both")
        if (self.layout == "wide") != bool(self.partners):
            raise ValueError('layout = "wide" and prefixes (or suffixes) go together')
        if self.layout == "wide" and self.keys.person is not None:
            raise ValueError("in a wide source the column names say which partner; leave the person key out")
        if (self.design == "randomised") != (self.arm is not None):
            raise ValueError('design = "randomised" and arm = "<column>" go together')
        if self.unit is not None and self.arm is None:
            raise ValueError('unit says what was randomised; it goes with arm = "<column>"')
        if self.table == "diary_days" and (self.keys.day is None) == (self.keys.date is None):
            raise ValueError(f"a diary_days source has either a day or a date among its keys{WIDE_IN_TIME}")
        if self.table == "survey_waves" and (self.keys.wave is None) == (self.keys.week is None):
            raise ValueError(f"a survey_waves source has either a wave or a week among its keys{WIDE_IN_TIME}")
        if self.table in ("events", "assays") and (self.keys.day is None) == (self.keys.date is None):
            raise ValueError(f"a source of {self.table} has either a day or a date among its keys{WIDE_IN_TIME}")
        if self.keys.couple is None and self.keys.person is None:
            raise ValueError("keys name at least a couple or a person column")
        if self.table == "couples" and self.keys.couple is None:
            raise ValueError("a couples source has a couple among its keys")
        return self

    @property
    def partners(self) -> tuple[str, ...]:
        """The roles that stand side by side in a row of a wide source, in their order; none in a long one."""
        return tuple(self.prefixes or self.suffixes)

    def spellings(self, column: str) -> tuple[str, ...]:
        """The export's names of an answer column: in a wide source one for each of ``partners``."""
        before = [prefix + column for prefix in self.prefixes.values()]
        return tuple(before or [column + suffix for suffix in self.suffixes.values()]) or (column,)

    def knows(self, header: tuple[str, ...]) -> bool:
        """Whether ``header`` may be repeated: it has half of the columns that this source names, and no number.

        Otherwise what stands there may be answers, or names run together with answers.
        """
        named = {name for name in self.keys.model_dump().values() if name not in (None, ROW)} | set(
            self.columns.values()
        )
        there = sum(any(spelling in header for spelling in (name, *self.spellings(name))) for name in named)
        return there > 0 and 2 * there >= len(named) and not any(NUMBER.fullmatch(cell) for cell in header)


class StudyFile(Strict):
    """All of ``study.toml``."""

    study: Meta
    dyads: Dyads
    source: tuple[Source, ...] = Field(min_length=1)
    measures: dict[str, Measure] = Field(default_factory=dict)
    hypothesis: tuple[Hypothesis, ...] = ()
    checks: Checks = Field(default_factory=Checks)
    state: tuple[State, ...] = ()

    @model_validator(mode="after")
    def _roles_have_one_name(self) -> StudyFile:
        roles = set(self.dyads.labels.values())
        strays = sorted({role for source in self.source for role in source.partners} - roles)
        if roles and strays:
            raise ValueError(f"prefixes and suffixes name the roles of [dyads] labels; {strays} are not among them")
        return self

    @model_validator(mode="after")
    def _everyone_can_be_found(self) -> StudyFile:
        dyads, wide = self.dyads, any(source.partners for source in self.source)
        if dyads.single:
            return self
        if dyads.distinguishable and dyads.by is None and not wide:
            raise ValueError("[dyads] by names the column that tells partners apart (or type is indistinguishable)")
        if all(source.keys.couple is None for source in self.source):
            raise ValueError("at least one source has a couple among its keys, or nobody knows who belongs to whom")
        for source in self.source:
            nobody = source.keys.person is None and not source.partners and source.table != "couples"
            if nobody and dyads.by is None:
                raise ValueError(f"keys of {source.files} name a person, or [dyads] by says what tells partners apart")
        return self

    @model_validator(mode="after")
    def _ids_are_free_and_single(self) -> StudyFile:
        ids = [hypothesis.id for hypothesis in self.hypothesis]
        doubled = sorted({one for one in ids if ids.count(one) > 1})
        if doubled:
            raise ValueError(f"hypothesis ids are used once each; {doubled} more often")
        taken = [one for one in ids if BUILT_IN_ID.fullmatch(one)]
        if taken:
            raise ValueError(f"C and digits are the built-in claims' ids; {taken} need another")
        return self

    @property
    def chosen_claims(self) -> Literal["all"] | tuple[str, ...]:
        """The built-in claims to test: as said, or all without hypotheses and none with them."""
        if self.study.claims is not None:
            return self.study.claims
        return () if self.hypothesis else "all"

    @property
    def synthetic(self) -> bool:
        return self.study.synthetic
