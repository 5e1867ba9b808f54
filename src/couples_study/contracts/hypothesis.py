"""A hypothesis and a claim: what is asked, how it will be judged, all of it fixed before the data are looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import Field, field_validator, model_validator

from couples_study.contracts.base import Strict

Correction = Literal["holm", "benjamini_hochberg"]
ABOVE: Mapping[str, float] = MappingProxyType({"most": 0.50, "many": 0.30, "often": 0.20})
BELOW: Mapping[str, float] = MappingProxyType({"few": 0.25, "rare": 0.20})
BUILT_IN_ID = re.compile(r"C\d+")
ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Smallest(Strict):
    """The smallest effect that matters. A unit and a reason are part of it."""

    value: float = Field(gt=0)
    unit: str = Field(min_length=1)
    why: str = Field(min_length=1)


class Question(Strict):
    """What a model needs to know. Each model uses its own subset of these keys and refuses the others.

    ``rule`` is R1 (directional), R2 (a quantifier), R3 (a stated share), R5 (no difference), R6 (mediation), R7
    (timing), R8 (threshold), R9 (strands), R10 (the cycle), R12 (a rank), R13 (a checklist), R14 (effects that
    differ) or R15 (in all couples);
    docs/study-file.md gives them in words.
    """

    model: str
    by: str | None = None
    outcome: str
    distribution: Literal["gaussian", "poisson", "negative_binomial", "binomial"] = "gaussian"
    actor: tuple[str, ...] = ()
    partner: tuple[str, ...] = ()
    predictors: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    offset: str | None = None
    predictor: str | None = None
    exposure: str | None = None
    partner_exposure: str | None = None
    together: str | None = None
    mediator: str | None = None
    after: str | None = None
    arm: str | None = None
    contrast: tuple[str, ...] = ()
    reference: str | None = None
    estimand: Literal["end", "area", "change", "foundation"] = "end"
    begins: int = Field(default=0, ge=0)
    at: int | None = Field(default=None, ge=1)
    since: int | None = Field(default=None, ge=0)
    knots: tuple[int, ...] = ()
    modules: tuple[tuple[int, int], ...] = ()
    moderator: str | None = None
    stratum: str | None = None
    adherence: str | None = None
    who: Literal["both", "either", "each"] = "both"
    cut: float | None = None
    quantifier: Literal["most", "many", "often", "few", "rare"] | None = None
    placebo: str | None = None
    among: str | None = None
    early: int | None = Field(default=None, ge=1)
    window: int | None = Field(default=None, ge=1)
    shows: Literal["cycle", "forward", "backward"] = "forward"
    realised: str | None = None
    probability: str | float | None = None
    indicators: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    steps: tuple[float, ...] = ()
    stated: float | None = None
    tolerance: dict[str, float] = Field(default_factory=dict)
    level: Literal["person", "couple"] = "person"
    centering: Literal["person", "grand", "none"] = "person"
    lag: Literal[0, 1] = 0
    autoregression: bool = False
    by_role: bool = False
    covariates: tuple[str, ...] | None = None
    random: tuple[str, ...] = ()
    reduce: tuple[str, ...] = ()
    residual: str | None = None
    test: tuple[str, ...] = ()
    require: Literal["all", "any"] = "all"
    direction: Literal["positive", "negative"] = "positive"
    smallest_effect: Smallest
    rule: Literal["R1", "R2", "R3", "R5", "R6", "R7", "R8", "R9", "R10", "R12", "R13", "R14", "R15"] = "R1"
    causal: bool = True

    def columns(self) -> tuple[str, ...]:
        """Every column the question can not do without, without the ``partner.`` prefix, in order and once each."""
        named = [self.outcome, *self.actor, *self.partner, *self.predictors, *self.items]
        named += [name for name in (self.predictor, self.exposure, self.mediator, self.after, self.placebo) if name]
        named += [name for name in (self.among, self.offset) if name]
        named += [self.probability] if isinstance(self.probability, str) else []
        named += self.groupings()
        named += [*(self.covariates or ())]
        latent = set(self.indicators)
        named = [name for name in named if name not in latent]
        two = (
            slice(2) if self.model == "cross_lag" else slice(None)
        )  # a lagged path does with two indicators of a state
        named += [indicator for group in self.indicators.values() for indicator in group[two]]
        return tuple(dict.fromkeys(name.removeprefix("partner.") for name in named))

    def groupings(self) -> list[str]:
        """The columns among them that hold labels: the arm, and what moderates its effect."""
        return [name.removeprefix("partner.") for name in (self.arm, self.moderator) if name]

    def keys_set(self) -> frozenset[str]:
        """The keys that the file gave, for models to refuse the ones that mean nothing to them."""
        return frozenset(self.model_fields_set)


class Hypothesis(Question):
    """A study's own hypothesis, judged exactly like a built-in claim."""

    id: str
    statement: str = Field(min_length=1)
    status: Literal["confirmatory", "exploratory"] = "exploratory"
    multiplicity: str | None = None

    @field_validator("id")
    @classmethod
    def _is_an_id(cls, value: str) -> str:
        if not ID.fullmatch(value):
            raise ValueError("an id has letters, digits and _ only, and starts with a letter")
        return value


class Reading(Question):
    """One way to read a claim, with an analysis of its own.

    With ``veto`` it need not hold where all readings must: it can only speak against the claim. One that stands
    ``aside`` is shown and decides nothing.
    """

    id: str
    statement: str
    veto: bool = False
    aside: bool = False


class Claim(Strict):
    """A built-in claim: the readings that test it, how they combine, and what is known about it beforehand.

    ``combine`` is ``all`` (every reading must hold), ``best_design`` (the first testable reading, listed from the
    strongest design down, gives the answer), ``count`` (``at_least`` so many readings must hold) or ``lead`` (the first
    reading gives the answer, and another that is contradicted contradicts it, unless it stands aside). ``scenarios``
    names simulated worlds where the claim is true, false, and where a naive analysis is trapped. Names beginning with
    ``claim_`` are worlds drawn for the claim's own columns.

    A claim that no such study can test has no readings and says why in ``not_testable``; one whose analysis this
    version does not have says so in ``not_yet``, and names in ``needs`` the columns that it will ask for.
    """

    id: str
    statement: str
    where: str
    family: str
    status: Literal["confirmatory", "exploratory"]
    causal: bool
    combine: Literal["all", "best_design", "lead", "count"]
    at_least: int | None = Field(default=None, ge=1)
    estimand: str
    rule_in_words: str
    falsifier: str
    threats: tuple[str, ...]
    priority: Literal["A*", "A", "B", "C"]
    testability: str
    level: str
    not_testable: str = ""
    not_yet: str = ""
    needs: tuple[str, ...] = ()
    scenarios: dict[Literal["true", "false", "trap"], tuple[str, ...]]
    reading: tuple[Reading, ...] = ()

    @model_validator(mode="after")
    def _readings_belong(self) -> Claim:
        if not BUILT_IN_ID.fullmatch(self.id):
            raise ValueError("a claim's id is C and digits")
        strays = [reading.id for reading in self.reading if not reading.id.startswith(self.id)]
        if strays:
            raise ValueError(f"readings of {self.id} carry its id as prefix; {strays} do not")
        if not self.reading and not (self.not_testable or self.not_yet):
            raise ValueError(f"{self.id} has no reading and does not say why (not_testable, or not_yet)")
        if (self.combine == "count") != (self.at_least is not None) or (self.at_least or 1) > max(len(self.reading), 1):
            raise ValueError(f"{self.id}: at_least belongs to combine = count, and is no more than there are readings")
        if self.reading and self.not_testable:
            raise ValueError(f"{self.id} is called not testable and has readings")
        return self

    def columns(self) -> tuple[str, ...]:
        """Every column that its readings, or the analysis it still lacks, can not do without."""
        asked = [name for reading in self.reading for name in reading.columns()]
        return tuple(dict.fromkeys([*asked, *self.needs]))
