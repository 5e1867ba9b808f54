"""A plan as it was frozen, and how what is asked now stands to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from couples_study.contracts.base import Strict
from couples_study.contracts.study import Source

CONFIRMATORY, EXPLORATORY = "confirmatory", "exploratory"


class Frozen(Strict):
    """A plan at the moment it was frozen: ``prereg.lock`` without its own hash and without earlier plans.

    ``deliveries`` maps every delivered file that was there to its sha256; none means before data. ``seen`` maps the
    id of each statement some of whose outcomes had come by then to the files that hold them. ``power`` has the sha256
    of the power results that the plan shows, ``plan_md`` that of the plan in words.
    """

    study: str
    package: str
    plan_md: str
    plan: dict[str, Any]
    deliveries: dict[str, str] = Field(default_factory=dict)
    seen: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    power: dict[str, str] = Field(default_factory=dict)


class Lock(Strict):
    """``prereg.lock``: the plan that holds, the plans it amends (oldest first), and the sha256 of all of it."""

    lock_version: Literal[1] = 1
    frozen: Frozen
    earlier: tuple[Frozen, ...] = ()
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A delivered file: its source, name, hash and column names, and whether any record is in it."""

    source: Source
    file: str
    sha256: str
    header: tuple[str, ...]
    filled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one statement may be called: its status as declared, as it can be upheld, and why."""

    declared: str
    status: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preregistered:
    """How a study stands to its frozen plan.

    ``deviations`` is None where no plan was frozen; ``notes`` say what is no deviation and has to be known all the
    same; ``standings`` are by id of the statement.
    """

    deviations: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    standings: Mapping[str, Standing] = field(default_factory=dict)
    sha256: str = ""
