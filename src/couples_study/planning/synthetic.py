"""A simulated study as a platform would deliver it: exports under export names, study.toml, and the truth."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from couples_study.contracts.scenario import Scenario
from couples_study.core.errors import UsageError
from couples_study.core.seeds import DEFAULT_SEED, child
from couples_study.planning.estimands import estimands
from couples_study.planning.faults import Fault, with_faults
from couples_study.planning.further import as_texts, further
from couples_study.planning.generator import World, live
from couples_study.planning.parameters import parameters
from couples_study.planning.reports import ROLES, baseline, diary, weekly
from couples_study.planning.scenarios import scenario_called
from couples_study.planning.study_text import FURTHER, TRIAL_EXPORTS, study_text
from couples_study.planning.trial_exports import trial_exports, trial_text
from couples_study.planning.trials import run_trial

FIRST_MONDAY = date(2026, 3, 2)
FEWEST = 2
DAY_ENDS = 4  # the hour at which study.toml lets an evening end
TRIAL, TRIAL_COUPLES = "trial_emotional_best", 240
FURTHER_DAYS = 14  # of the days, those on which the moments are asked
STARTS = 4  # couples begin on one of four Mondays
EXPORT_NAMES = {
    "touch_received_n": "touch_rec", "touch_given_n": "touch_giv", "close_1": "close_a", "close_2": "close_b",
    "safe_1": "safe_a", "safe_2": "safe_b", "resp_1": "resp_a", "resp_2": "resp_b", "stress_day": "stress",
    "together_hours": "hours_together", "conflict_today": "conflict", "sex_today": "sex",
    "avoid_hard_talk": "avoid_talk", "years_together": "years", "phys": "physical", "emotional": "emotional",
    "resentment_1": "resent_a", "resentment_2": "resent_b", "resentment_3": "resent_c",
    "intimacy_1": "intim_a", "intimacy_2": "intim_b", "intimacy_3": "intim_c",
    "csi4_1": "csi_1", "csi4_2": "csi_2", "csi4_3": "csi_3", "csi4_4": "csi_4",
}  # fmt: skip
YES_NO = {1.0: "yes", 0.0: "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A synthetic study: every file by name, the exports as text cells, and the faults put into them."""

    scenario: Scenario
    files: dict[str, bytes]
    exports: dict[str, pd.DataFrame]
    faults: tuple[Fault, ...]


def simulate(
    scenario: Scenario | str, couples: int = 100, days: int = 28, seed: int = DEFAULT_SEED, study_id: str | None = None
) -> Simulated:
    """Simulate a study of ``couples`` couples over ``days`` days; the same arguments give the same bytes.

    ``scenario`` is a name that `scenarios` lists, or a `Scenario` of one's own; a trial has 26 weekly surveys, whatever
    ``days`` says. Refused: fewer than 2 couples or days.

    Examples
    --------
    >>> drawn = cs.simulate("null", couples=5, days=3, seed=1)
    >>> sorted(drawn.files)
    ['baseline.csv', 'diary.csv', 'study.toml', 'truth.json', 'weekly.csv']
    >>> drawn.files == cs.simulate("null", couples=5, days=3, seed=1).files
    True
    """
    scenario = scenario_called(scenario) if isinstance(scenario, str) else scenario
    if couples < FEWEST or days < FEWEST:
        raise UsageError(
            "simulate", expected=f"at least {FEWEST} couples and {FEWEST} days", found=f"{couples} and {days}",
            do="ask for more",
        )  # fmt: skip
    if scenario.trial is not None:
        return _trial(scenario, couples, seed, study_id)
    world = live(scenario, couples, days, seed)
    exports = {"baseline": _baseline(world), "weekly": _weekly(world), "diary": _diary(world)}
    faults: tuple[Fault, ...] = ()
    if scenario.faults:
        exports, faults = with_faults(exports, np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, 1))))
    if scenario.further:
        exports |= _further(world, seed, exports) | _trial_beside(seed)
    files = {f"{name}.csv": _csv(frame) for name, frame in exports.items()}
    name = study_id or f"{scenario.name}_{couples}x{days}"
    files["study.toml"] = study_text(name, scenario, couples, days, EXPORT_NAMES).encode()
    files["truth.json"] = _truth(scenario, couples, days, seed, faults, exports["diary"])
    return Simulated(scenario=scenario, files=files, exports=exports, faults=faults)


def _trial(scenario: Scenario, couples: int, seed: int, study_id: str | None) -> Simulated:
    exports = trial_exports(run_trial(scenario, couples, seed))
    files = {f"{name}.csv": _csv(frame) for name, frame in exports.items()}
    files["study.toml"] = trial_text(study_id or f"{scenario.name}_{couples}", scenario, couples).encode()
    truth = {"synthetic": True, "scenario": _told(scenario), "couples": couples, "seed": seed}
    files["truth.json"] = (json.dumps(truth, indent=1, sort_keys=True) + "\n").encode()
    return Simulated(scenario=scenario, files=files, exports=exports, faults=())


def _told(scenario: Scenario) -> dict[str, object]:
    """The scenario as a record; what makes other kinds of worlds is left out where it is not used."""
    unused = {"item_error": 0.0, "trial": None, "further": False}
    return {name: value for name, value in asdict(scenario).items() if name not in unused or value != unused[name]}


def couple_codes(couples: int) -> np.ndarray:
    """Export ids of the couples: D001, D002, ..."""
    return np.array([f"D{number + 1:03d}" for number in range(couples)])


def start_of(couple: np.ndarray) -> np.ndarray:
    """The Monday on which each couple begins, as days after the first one."""
    return 7 * (np.asarray(couple) % STARTS)


def _ids(frame: pd.DataFrame, couples: int) -> pd.DataFrame:
    codes = couple_codes(couples)[frame["couple"]]
    return pd.DataFrame({"dyad": codes, "pid": np.char.add(codes.astype(str), np.array(["a", "b"])[frame["member"]])})


def _except(frame: pd.DataFrame, *left_out: str) -> list[str]:
    return [str(name) for name in frame.columns if name not in left_out]


def _answers(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    renamed = frame[names].rename(columns=EXPORT_NAMES)
    return renamed.map(lambda value: f"{value:g}")


def _baseline(world: World) -> pd.DataFrame:
    frame = baseline(world)
    starts = [(FIRST_MONDAY + timedelta(days=int(days))).isoformat() for days in start_of(frame["couple"].to_numpy())]
    items = _except(frame, "couple", "member", "kids")
    told = pd.DataFrame({
        "gender": np.array(ROLES)[frame["member"]], "start_date": starts, "children_home": frame["kids"].map(YES_NO),
    })  # fmt: skip
    return pd.concat([_ids(frame, world.couples), told, _answers(frame, items)], axis=1)


def _weekly(world: World) -> pd.DataFrame:
    frame = weekly(world)
    items = _except(frame, "couple", "member")
    return pd.concat([_ids(frame, world.couples), _answers(frame, items)], axis=1)


def _further(world: World, seed: int, exports: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Exports with the answers to all that claims ask beside: once, of evenings that were answered, and of weeks.

    They are of the people who filled in the baseline, and of the evenings that stand in the diary as they were.
    """
    evening, week, person = diary(world), weekly(world), baseline(world)
    told = np.flatnonzero(evening["answered"].to_numpy() & evening["day"].lt(FURTHER_DAYS).to_numpy())
    rows = {"people": np.arange(len(person)), "diary_days": told, "survey_waves": np.arange(len(week))}
    keys = {
        "people": _ids(person, world.couples),
        "diary_days": _ids(evening, world.couples).assign(submitted_at=_stamps(world, evening)).iloc[told],
        "survey_waves": _ids(week, world.couples).assign(week=week["week"]),
    }
    found = {}
    for table, name in FURTHER.items():
        answers = as_texts(further(world, table, seed), rows[table])
        frame = pd.concat([keys[table].reset_index(drop=True), answers], axis=1)
        known = frame["pid"].isin(exports["baseline"]["pid"])
        if table == "diary_days":
            known &= _entries(frame).isin(_entries(exports["diary"]))
        found[name] = frame[known].reset_index(drop=True)
    return found


def _trial_beside(seed: int) -> dict[str, pd.DataFrame]:
    """The exports of a trial with couples of its own."""
    world = run_trial(scenario_called(TRIAL), TRIAL_COUPLES, child(seed, "trial"))
    return {TRIAL_EXPORTS[name]: frame for name, frame in trial_exports(world, "T").items()}


def _entries(frame: pd.DataFrame) -> pd.Series:
    return frame["pid"].astype("str") + " " + frame["submitted_at"].astype("str")


def _diary(world: World) -> pd.DataFrame:
    """Answered evenings only, with the minute of the entry; most are made between 20:00 and half past midnight."""
    frame = diary(world)
    stamps = _stamps(world, frame)
    flags = {name: frame[name].map(YES_NO) for name in ("conflict_today", "sex_today")}
    items = _except(frame, "couple", "member", "day", "answered", *flags)
    told = pd.concat([_ids(frame, world.couples), _answers(frame, items)], axis=1)
    told.insert(2, "submitted_at", stamps)
    told = told.assign(**{EXPORT_NAMES[name]: answers for name, answers in flags.items()})
    return told[frame["answered"].to_numpy()].reset_index(drop=True)


def _stamps(world: World, frame: pd.DataFrame) -> list[str]:
    """The second at which each evening's entry was made."""
    minutes = (world.chance.answer_uniform[..., 2] ** 1.3 * 280).ravel()
    seconds = (world.chance.report_uniform[..., 0] * 60).astype(int).ravel()
    return [
        (
            datetime.combine(FIRST_MONDAY, datetime.min.time())
            + timedelta(days=int(day), hours=20, minutes=int(m), seconds=int(s))
        ).isoformat()
        for day, m, s in zip(start_of(frame["couple"].to_numpy()) + frame["day"], minutes, seconds, strict=True)
    ]


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()


def after_midnight(diary: pd.DataFrame) -> list[int]:
    """1-based data rows of a diary export that were entered after midnight and belong to the evening before."""
    hours = pd.to_datetime(diary["submitted_at"]).dt.hour.to_numpy()
    return [int(row) + 1 for row in np.flatnonzero(hours < DAY_ENDS)]


def _truth(
    scenario: Scenario, couples: int, days: int, seed: int, faults: tuple[Fault, ...], diary: pd.DataFrame
) -> bytes:
    truth = {
        "synthetic": True, "scenario": _told(scenario), "couples": couples, "days": days, "seed": seed,
        "parameters": {group: dict(values) for group, values in parameters().items()},
        "estimands": dict(estimands(scenario)), "faults": [asdict(fault) for fault in faults],
        "after_midnight": {"file": "diary.csv", "rows": after_midnight(diary)},
    }  # fmt: skip
    return (json.dumps(truth, indent=1, sort_keys=True) + "\n").encode()
