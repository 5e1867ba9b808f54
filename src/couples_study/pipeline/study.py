"""The package in a notebook: one object per study, each step one call."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import pandas as pd

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.ledger import Ledger
from couples_study.contracts.prereg import Preregistered
from couples_study.contracts.verdict import NOT_TESTABLE, Verdict
from couples_study.contracts.watch import Watch
from couples_study.core.errors import UsageError, listed, nearest
from couples_study.intake import Intake, link, take_in
from couples_study.measures import Frames
from couples_study.pipeline.deliveries import inputs_of, read_deliveries
from couples_study.pipeline.locate import Place, locate
from couples_study.pipeline.prereg import standing_of
from couples_study.pipeline.report import run_report
from couples_study.pipeline.running import Done
from couples_study.planning.prereg.standing import upheld
from couples_study.report.answer import answered
from couples_study.steps.batteries import batteries_of
from couples_study.steps.check import Checked, check
from couples_study.steps.derive import derive
from couples_study.steps.describe import deciding
from couples_study.steps.describe_intake import watched
from couples_study.steps.estimate import estimate_one, readings
from couples_study.steps.judge import decide


class Study:
    """A study, read when it is first asked for something.

    Parameters
    ----------
    place
        Where the study is, as `load_study` finds it.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._word = str(place.folder)

    def __repr__(self) -> str:
        return f"<Study {self.id!r}: {self.title}>"

    @property
    def id(self) -> str:
        """The study's id."""
        return self._place.study.study.id

    @property
    def title(self) -> str:
        """The study's title."""
        return self._place.study.study.title

    @cached_property
    def checked(self) -> Checked:
        """The study file with its glossary, scales and statements, checked."""
        return check(self._place.study)

    @cached_property
    def _exports(self):  # type: ignore[no-untyped-def]
        return read_deliveries(self._place)

    @cached_property
    def intake(self) -> Intake:
        """Tables, held rows and the ledger."""
        study = self._place.study
        delivered = take_in(study, self._exports, self.checked.glossary)
        return link(study, delivered, self.checked.glossary, batteries_of(self.checked))

    @cached_property
    def frames(self) -> Frames:
        """All analysis frames."""
        return derive(self.checked, self.intake)

    @property
    def ledger(self) -> Ledger:
        """Every row that came, and what became of it."""
        return self.intake.ledger

    @cached_property
    def watch(self) -> Watch:
        """What a running study is watched for; no answer is in it."""
        return watched(self.checked, self.intake)

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of everything that went in, by name."""
        return inputs_of(self._place, (export for files in self._exports for export in files))

    @cached_property
    def plan(self) -> Preregistered:
        """How the study stands to its frozen plan; what has none is exploratory."""
        return standing_of(self._place, self.checked, self.inputs)

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """The ids of everything this study asks: its own hypotheses and the chosen claims."""
        return tuple(asked.id for asked in self.checked.asked)

    def table(self, name: str) -> pd.DataFrame:
        """A validated table (couples, people, survey_waves, diary_days), as a copy."""
        return _named(self.intake.tables, name, "table").copy()

    def frame(self, name: str) -> pd.DataFrame:
        """An analysis frame (people, couples, person_days, person_waves), as a copy."""
        return _named(self.frames.named(), name, "frame").copy()

    def test(self, id: str) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
        """The evidence on one hypothesis or claim; of a claim with several readings, the reading that decides.

        A reading that stands aside decides nothing; where no other has the claim's verdict, it is the first reading.
        """
        if id in self._questions:
            return self._one(id)
        return self._found_for(self.verdict(id), id)

    def verdict(self, id: str) -> Verdict:  # noqa: A002 (id is the contract's word)
        """The verdict on one hypothesis or claim, judged together with all others of its multiplicity set."""
        asked = _named({asked.id: asked for asked in self.checked.asked}, id, "hypothesis or claim")
        return next(verdict for verdict in self._judged(asked.multiplicity) if verdict.id == id)

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All verdicts, the study's own hypotheses first."""
        return self._judged(None)

    def _judged(self, within: str | None) -> tuple[Verdict, ...]:
        """The verdicts within one multiplicity set, or all; only what they rest on is fitted."""
        sets = [asked for asked in self.checked.asked if within in (None, asked.multiplicity)]
        found = {key: self._one(key) for asked in sets for key, _, _ in asked.readings}
        judged = decide(self.checked, found, within)
        return tuple(answered(upheld(verdict, self.plan.standings), found) for verdict in judged)

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return readings(self.checked)

    @cached_property
    def _estimated(self) -> dict[str, Evidence | NotTestable]:
        return {}

    def _one(self, key: str) -> Evidence | NotTestable:
        """One reading, estimated when it is first asked for."""
        if key not in self._estimated:
            self._estimated[key] = estimate_one(key, self._questions[key], self.frames, self.checked)
        return self._estimated[key]

    def _found_for(self, verdict: Verdict, id: str) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
        asked = next(one for one in self.checked.asked if one.id == id)
        if asked.untestable is not None:
            return asked.untestable
        keys = [key for key, _, _ in asked.readings if not getattr(self._questions[key], "aside", False)]
        found = {key: self._one(key) for key in keys}
        testable = {key: one for key, one in found.items() if isinstance(one, Evidence)}
        if verdict.verdict != NOT_TESTABLE and testable:
            return testable[deciding(verdict, testable)]
        return next((one for one in found.values() if isinstance(one, NotTestable)), next(iter(found.values())))

    def report(self, out: str | Path, *, claims: Iterable[str] | None = None, jobs: int = 1, pdf: bool = False) -> Done:
        """Write the whole report below ``out``, as ``couples-study report`` does.

        Parameters
        ----------
        out
            The folder that takes everything.
        claims
            Ids of built-in claims to test; what the study file says if None.
        jobs
            Processes to use; results do not depend on it.
        pdf
            Whether the page is printed to ``index.pdf`` too, which needs a Chromium on the machine.
        """
        return run_report(self._word, Path(out), None if claims is None else tuple(claims), jobs=jobs, pdf=pdf)


def load_study(path_or_id: str | Path) -> Study:
    """The study in a folder, or of an id: under ``data/raw``, or shipped with the package (``demo``, ``fair``).

    Examples
    --------
    >>> cs.load_study("fair").title
    'Marriage and children in the Redbook survey (Fair, 1978)'
    """
    return Study(locate(path_or_id))


def _named(things, name: str, kind: str):  # type: ignore[no-untyped-def]
    if name not in things:
        guess = nearest(name, things)
        raise UsageError(
            f"{kind} {name!r}",
            expected=f"one of {listed(things)}",
            found="none of that name",
            do=f"did you mean {guess!r}?" if guess else f"name a {kind} this study has",
        )
    return things[name]
