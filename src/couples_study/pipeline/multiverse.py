"""The multiverse command's work: the choices listed, the specifications run or read back, and the files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from couples_study.core.errors import AnalysisError, Interrupted, UsageError, listed, nearest
from couples_study.core.provenance import package_version
from couples_study.core.seeds import DEFAULT_SEED, child
from couples_study.intake import link, take_in
from couples_study.pipeline.code import code_hash
from couples_study.pipeline.deliveries import headers, inputs_of, read_deliveries
from couples_study.pipeline.locate import Place, locate
from couples_study.pipeline.room import room_at
from couples_study.pipeline.workers import answers
from couples_study.pipeline.write import write_all
from couples_study.planning.multiverse.choice import DECLARED, Specification
from couples_study.planning.multiverse.joint import joint_test
from couples_study.planning.multiverse.outcome import Outcome, Work, needed_columns, outcome_of
from couples_study.planning.multiverse.specify import MOST, Listed
from couples_study.planning.multiverse.specify import listed as specifications_of
from couples_study.planning.multiverse.table import Curve, curve_table, null_of, sign_of, turns_of
from couples_study.planning.planned import columns_delivered
from couples_study.steps.batteries import batteries_of
from couples_study.steps.check import Asked, Checked, check

if TYPE_CHECKING:
    import pandas as pd

Tell = Callable[[str], None]
FOLDER = ".specifications"
LEAN = frozenset({
    "apim", "contrast", "cross_lag", "moderation", "regression", "prevalence", "threshold", "threshold_between",
})  # fmt: skip
KEYS = ("couple_id", "person_id", "role", "day", "date", "wave", "week")


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiverse:
    """What came of it: the table, the sentences, each reading's curve as its figure draws it, JSON, and the files."""

    table: pd.DataFrame
    curves: tuple[Mapping[str, Any], ...]
    sentences: tuple[str, ...]
    json: str
    written: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A study, one statement of it, and the ways to ask it."""

    place: Place
    checked: Checked
    asked: Asked
    readings: tuple[Listed, ...]


def list_multiverse(claim: str, study: str | Path, *, most: int = MOST, seed: int = DEFAULT_SEED) -> Found:
    """The choices and specifications of a claim or hypothesis in a study; no answer is read."""
    place = locate(study)
    own = {one.id for one in place.study.hypothesis}
    checked = check(place.study, only=() if claim in own else (claim,), seed=seed)
    asked = next((one for one in checked.asked if one.id == claim), None)
    if asked is None:
        guess = nearest(claim, own)
        raise UsageError(
            f"CLAIM {claim!r}", expected=f"a built-in claim or one of {listed(sorted(own))}", found="neither",
            do=f"did you mean {guess!r}?" if guess else "`couples-study claims` lists them",
        )  # fmt: skip
    readings = specifications_of(checked, asked, columns_delivered(checked, headers(place)), seed, most)
    if not readings:
        why = asked.untestable.detail if asked.untestable else "columns that it needs are not delivered"
        raise UsageError(
            f"CLAIM {claim!r}", expected="a statement that this study can test", found=why,
            do=f"`couples-study plan {study}` says what is missing",
        )  # fmt: skip
    return Found(place=place, checked=checked, asked=asked, readings=readings)


def run_multiverse(
    found: Found, out: Path, tell: Tell = lambda _: None, jobs: int = 1, cluster: str | None = None,
    seed: int = DEFAULT_SEED,
) -> Multiverse:  # fmt: skip
    """Run what is missing, and write multiverse.csv, .json and .svg below ``out``."""
    from couples_study.report.multiverse_figure import plot_multiverse
    from couples_study.report.multiverse_words import sentences
    from couples_study.report.svg import to_svg

    with room_at(out, tell):
        tell("reading")
        exports = read_deliveries(found.place)
        inputs = inputs_of(found.place, (export for files in exports for export in files))
        delivered = take_in(found.place.study, exports, found.checked.glossary)
        intake = link(found.place.study, delivered, found.checked.glossary, batteries_of(found.checked))
        kept = _Kept(folder=out / FOLDER, said=[inputs, seed])
        outcomes = _outcomes(found, intake.tables, kept, seed, jobs, cluster, tell)
        curves = [_curve(one, outcomes[one.reading], seed) for one in found.readings]
        told = [_told(curve) for curve in curves]
        said = tuple(words for curve in told for words in sentences(curve))
        table = curve_table(curves)
        text = _as_json(found, told, said, inputs, seed)
        files = {
            "multiverse.csv": table.to_csv(index=False, lineterminator="\n").encode("utf-8"),
            "multiverse.json": text.encode("utf-8"),
            "multiverse.svg": to_svg(plot_multiverse(told)),
        }
        written = write_all(files, out)
    return Multiverse(table=table, curves=tuple(told), sentences=said, json=text, written=tuple(written))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Outcomes that were run before, a file each, named by a hash of all that they depend on."""

    folder: Path
    said: Sequence[Any]

    def path_of(self, specification: Specification) -> Path:
        what = [
            *self.said, code_hash(), specification.reading, asdict(replace_question(specification)),
            specification.question.model_dump(mode="json"),
        ]  # fmt: skip
        name = hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:24]
        return self.folder / f"{specification.reading}-{name}.json"

    def get(self, specification: Specification) -> Outcome | None:
        try:
            plain = json.loads(self.path_of(specification).read_text("utf-8"))
        except (OSError, ValueError):  # not there, or cut off half-way
            return None
        pseudo = plain.pop("pseudo")
        return Outcome(**plain, pseudo=None if pseudo is None else tuple(pseudo))

    def put(self, specification: Specification, outcome: Outcome) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path_of(specification)
        half = path.with_suffix(".half")
        half.write_text(json.dumps(outcome.plain(), sort_keys=True), "utf-8")
        half.replace(path)


def replace_question(specification: Specification) -> Specification:
    """The specification without what is said of it elsewhere: its number, and the question as an object."""
    return replace(specification, number=0, question=None)  # type: ignore[arg-type]


def _outcomes(
    found: Found,
    tables: Mapping[str, pd.DataFrame],
    kept: _Kept,
    seed: int,
    jobs: int,
    cluster: str | None,
    tell: Tell,
) -> dict[str, list[Outcome]]:
    """The outcomes by reading, in the order listed: as kept, or run now. Raises `Interrupted` on Ctrl-C."""
    everything = [one for reading in found.readings for one in reading.specifications]
    have = {number: outcome for number, one in enumerate(everything) if (outcome := kept.get(one)) is not None}
    missing = [number for number in range(len(everything)) if number not in have]
    tell(f"{len(everything)} specifications, {len(missing)} still to run")
    works = {reading.reading: _work(found, reading, tables, seed) for reading in found.readings} if missing else {}
    tasks = [(number, everything[number]) for number in missing]
    try:
        with answers(_answer, tasks, jobs, cluster, (works, found.asked)) as done:
            for number, outcome in done:
                kept.put(everything[number], outcome)
                have[number] = outcome
                tell(f"{len(have)} of {len(everything)} specifications")
    except KeyboardInterrupt as error:
        raise Interrupted("the same command again goes on where this one stopped") from error
    if len(have) < len(everything):
        raise AnalysisError(
            f"--cluster {cluster}" if cluster else f"--jobs {jobs}", found="workers that went away before the end",
            do="repeat the command: what was done is kept",
        )  # fmt: skip
    by_reading: dict[str, list[Outcome]] = {reading.reading: [] for reading in found.readings}
    for number, one in enumerate(everything):
        by_reading[one.reading].append(have[number])
    return by_reading


def _answer(shared: tuple[dict[str, Work], Asked], task: tuple[int, Specification]) -> tuple[int, Outcome]:
    works, asked = shared
    number, specification = task
    return number, outcome_of(works[specification.reading], asked, specification)


def _work(found: Found, reading: Listed, tables: Mapping[str, pd.DataFrame], seed: int) -> Work:
    """The tables that a reading's specifications look at, without columns that none of them does."""
    checked = replace(found.checked, asked=(found.asked,))
    question = reading.specifications[0].question
    if question.model not in LEAN:
        return Work(tables={name: tables[name] for name in tables}, checked=checked, seed=seed)
    wanted = needed_columns(question, reading.specifications)
    wanted |= {item for scale in checked.scales if scale.result in wanted for item in scale.items}
    named = {*KEYS, *wanted}
    lean = {name: tables[name][[c for c in tables[name].columns if c in named]] for name in tables}
    return Work(tables=lean, checked=checked, seed=seed)


def _curve(reading: Listed, outcomes: Sequence[Outcome], seed: int) -> Curve:
    question = reading.specifications[0].question
    joint = joint_test(
        [one.pseudo for one in outcomes], child(seed, "multiverse", "signs", reading.reading),
        null=null_of(question), sign=sign_of(question),
    )  # fmt: skip
    return Curve(listed=reading, outcomes=tuple(outcomes), joint=joint, turns=turns_of(reading, outcomes))


def _told(curve: Curve) -> dict[str, Any]:
    """A curve as plain values, for the page, the figure and the JSON file."""
    question = curve.listed.specifications[0].question
    unit = question.smallest_effect.unit
    per_unit = question.rule in ("R1", "R5", "R8", "R6")
    return {
        "reading": curve.listed.reading,
        "statement": curve.listed.statement,
        "rule": question.rule,
        "stated": question.stated,
        "unit": unit,
        "smallest": question.smallest_effect.value if per_unit else None,
        "null": null_of(question),
        "choices": {choice.kind: [option.name for option in choice.options] for choice in curve.listed.choices},
        "possible": curve.listed.possible,
        "refused": curve.listed.refused,
        "rows": list(_rows(curve)),
        "joint": None if curve.joint is None else {k: v for k, v in asdict(curve.joint).items() if k != "p_each"},
        "turns": [asdict(turn) for turn in curve.turns],
    }


def _rows(curve: Curve) -> Iterator[dict[str, Any]]:
    for one, outcome in zip(curve.listed.specifications, curve.outcomes, strict=True):
        plain = {name: value for name, value in outcome.plain().items() if name != "pseudo"}
        declared = all(name == DECLARED for name in one.names.values())
        yield {**plain, "specification": one.number, "names": one.names, "declared": declared}


def _as_json(
    found: Found, told: Sequence[Mapping[str, Any]], said: Sequence[str], inputs: Mapping[str, str], seed: int
) -> str:
    whole = {
        "study": found.place.study.study.id, "claim": found.asked.id, "seed": seed, "package": package_version(),
        "inputs": inputs, "sentences": list(said), "readings": list(told),
    }  # fmt: skip
    return json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
