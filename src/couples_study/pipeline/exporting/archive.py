"""For an archive: pseudonymised frames, coarsened until no couple can be singled out, with how that was done."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping

import pandas as pd

from couples_study.core.columns import Glossary
from couples_study.measures.frames import TIME_OF
from couples_study.pipeline.exporting.content import Opened, as_csv
from couples_study.privacy.dates import shifted, weeks_of
from couples_study.privacy.k_anonymity import anonymised, class_sizes, outside_facts
from couples_study.privacy.pseudonym import pseudonym
from couples_study.privacy.recognition import recognised
from couples_study.privacy.small_cells import SMALLEST_CELL
from couples_study.report.export.readme import Risk

IDS = ("couple_id", "person_id", "role", "time", "weekend", *TIME_OF.values(), "week")
TOLD_KINDS = ("number", "count", "flag", "code", "date")
FEW_VALUES = 12
NO_WORDS = "free text, or a word from a device"
NOT_KNOWN = "no column of the codebook"


NOTES = (
    "Ids are pseudonyms of this export alone: without the study's secret they lead nowhere, not even to another one.",
    "Dates are moved by whole weeks, by as many for both partners of a couple: weekdays and distances are true.",
    "Rows are in the order of the delivery.",
    "Publish one archive of a study: of two, the later one singles out who joined in between.",
)


def key_of(opened: Opened, audience: str) -> bytes:
    """The key of one export: of this audience and this very delivery, so that no two exports can be joined by ids."""
    said = json.dumps([audience, opened.inputs], sort_keys=True).encode()
    return hmac.new(opened.secret, b"export\x00" + said, "sha256").digest()


def archived(opened: Opened) -> tuple[dict[str, str], Risk]:
    """CSV files of every analysis frame, and what is known of their risk."""
    key = key_of(opened, "archive")
    frames, left_out = _columns(opened.frames.named(), opened.checked.glossary)
    frames, held_back = _with_company(frames)
    couples = list(dict.fromkeys(opened.frames.couples["couple_id"]))
    people, done = anonymised(frames["people"], _found_in(frames))
    frames, more = _with_facts(frames, people)
    frames, topped = _topped(frames, opened.checked.glossary)
    met = recognised(_answers(one) for name, one in frames.items() if name != "couples")
    weeks = weeks_of(couples, key)
    files = {f"{name}.csv": as_csv(_renamed(shifted(one, weeks), key)) for name, one in frames.items()}
    meta = opened.checked.study.study
    return files, Risk(
        audience="archive", title=meta.title, synthetic=meta.synthetic, anonymised=done, recognition=met,
        held_back=held_back, topped=topped, left_out={**left_out, **more},
        notes=NOTES,
    )  # fmt: skip


def _columns(frames: Mapping[str, pd.DataFrame], columns: Glossary) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    kept, left_out = {}, {}
    for name, frame in frames.items():
        good = []
        for column in frame.columns:
            if column in IDS or (column in columns and columns[column].kind in TOLD_KINDS):
                good.append(column)
            else:
                left_out[f"{name}.{column}"] = NO_WORDS if column in columns else NOT_KNOWN
        kept[name] = frame[good].copy()
    return kept, left_out


def _found_in(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """By couple the names of the frames that it is in."""
    names: dict[str, list[str]] = {}
    for name, frame in frames.items():
        for couple in frame["couple_id"].unique():
            names.setdefault(couple, []).append(name)
    return {couple: " ".join(found) for couple, found in names.items()}


def _with_company(frames: dict[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], int]:
    """Without couples that fewer than five are like in what no coarsening hides: their tables and their members."""
    people = frames["people"]
    there = people.assign(_found_in=people["couple_id"].map(_found_in(frames)))
    sizes = class_sizes(there, ["role", "_found_in"])
    alone = set(sizes.index[sizes < SMALLEST_CELL]) | (set(frames["couples"]["couple_id"]) - set(sizes.index))
    kept = {name: one[~one["couple_id"].isin(alone)].reset_index(drop=True) for name, one in frames.items()}
    return kept, len(alone)


def _with_facts(
    frames: dict[str, pd.DataFrame], people: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """Every frame with the coarsened facts in the place of the answered ones."""
    found, left_out = {"people": people}, dict[str, str]()
    by_person = people.set_index("person_id")
    by_couple = people.drop_duplicates("couple_id").set_index("couple_id")
    for name, frame in frames.items():
        if name == "people":
            continue
        unit, known = ("person_id", by_person) if "person_id" in frame else ("couple_id", by_couple)
        facts = [one for one in outside_facts(frame) if one != "role"]
        gone = [one for one in facts if one not in known]
        left_out |= {f"{name}.{one}": "an outside fact that changes over time" for one in gone}
        there = {one: frame[unit].map(known[one]) for one in facts if one not in gone}
        found[name] = frame.drop(columns=gone).assign(**there)
    return {name: found[name] for name in frames}, left_out


def _topped(frames: dict[str, pd.DataFrame], columns: Glossary) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """Steady numbers of many values drawn in at both ends to what five couples reach; panels follow."""
    topped: dict[str, str] = {}
    people = frames["people"]
    facts = set(outside_facts(people))
    for name in [one for one in people.columns if one in columns and columns[one].kind in ("number", "count")]:
        if name in facts or people[name].nunique() <= FEW_VALUES:
            continue
        low, high = _reach(people[name], people["couple_id"])
        if low is None or (people[name].min() >= low and people[name].max() <= high):
            continue
        topped[name] = "extreme values told as what five couples reach"
        for frame in frames:
            if name in frames[frame] and (frame in ("people", "couples") or _steady(frames[frame], name)):
                frames[frame] = frames[frame].assign(**{name: frames[frame][name].clip(low, high)})
    return frames, topped


def _steady(frame: pd.DataFrame, name: str) -> bool:
    return bool(frame.groupby("person_id")[name].nunique().le(1).all())


def _reach(values: pd.Series, couples: pd.Series) -> tuple[float | None, float]:
    """The fifth lowest and fifth highest couple's own extreme."""
    ends = values.groupby(couples).agg(["min", "max"]).dropna()
    if len(ends) < 2 * SMALLEST_CELL:
        return None, 0.0
    return float(ends["min"].nsmallest(SMALLEST_CELL).iloc[-1]), float(ends["max"].nlargest(SMALLEST_CELL).iloc[-1])


def _answers(frame: pd.DataFrame) -> pd.DataFrame:
    """Ids and what the person alone has answered."""
    known = {*IDS, *outside_facts(frame)} - {"couple_id", "person_id"}
    dates = [name for name in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[name])]
    return frame.drop(columns=[name for name in frame.columns if name in known or name in dates])


def _renamed(frame: pd.DataFrame, key: bytes) -> pd.DataFrame:
    names = [name for name in ("couple_id", "person_id") if name in frame]
    called = {name: {one: pseudonym(str(one), key) for one in frame[name].unique()} for name in names}
    return frame.assign(**{name: frame[name].map(called[name]) for name in names})
