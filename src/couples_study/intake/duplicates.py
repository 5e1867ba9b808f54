"""Records that claim the same place in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from couples_study.contracts.study import Source
from couples_study.core.errors import StudyFileError, listed, nearest
from couples_study.intake.places import NOWHERE, places, rises
from couples_study.intake.records import Records
from couples_study.tables import GRAINS

CORRECTED = "corrected"


def apply_corrections(files: Sequence[Records], couples: pd.Index) -> None:
    """Set aside, as corrected, what a file of ``corrects`` delivers again for the same person and time."""
    source = files[0].source
    by_name = {records.export.file: records for records in files}
    for new, old in source.corrects.items():
        _require_delivered(source, (new, old), by_name)
        known = places(by_name[new], couples)
        replaced = places(by_name[old], couples)
        again = np.isin(replaced, known[(known != NOWHERE) & (by_name[new].rule == 0)]) & (replaced != NOWHERE)
        by_name[old].replaced(again, CORRECTED)


def _require_delivered(source: Source, names: tuple[str, str], by_name: Mapping[str, Records]) -> None:
    for name in names:
        if name not in by_name:
            guess = nearest(name, by_name)
            raise StudyFileError(
                f"study.toml, corrects of the source for {listed(source.files)}",
                expected="names of two of its delivered files, the corrected one first",
                found=repr(name),
                do=f"did you mean {guess!r}?" if guess else "check that files fits both",
            )


def hold_duplicates(files: Sequence[Records], couples: pd.Index) -> None:
    """Hold doubles over all files of one source: every one where they disagree, all but the first where they agree.

    Events and samples may well agree in all but the moment: there a double is what agrees in the time stamp, too.

    A record that is at fault already still counts as a claim on its place: when it disagrees with a faultless one,
    nobody can say which is right. A record that a rule has set aside claims nothing.
    """
    numbered = "number" in GRAINS[files[0].source.table].keys
    if numbered and not files[0].source.keys.date:
        return
    parts = [_claimed(records, couples) for records in files]
    place = parts[0] if len(parts) == 1 else np.concatenate(parts)
    if rises(place):
        return
    repeated = np.flatnonzero((place != NOWHERE) & pd.Series(place).duplicated(keep=False).to_numpy())
    if not len(repeated):
        return
    sizes = np.cumsum([0, *(len(records) for records in files)])
    claims = pd.DataFrame({"place": place[repeated], "said": _said(files, repeated, sizes, numbered)})
    same = claims.groupby("place")["said"].transform("nunique").eq(1).to_numpy()
    whole = ["place", "said"] if numbered else ["place"]
    extra = claims.duplicated(whole, keep="first").to_numpy()
    for number, records in enumerate(files):
        own = (repeated >= sizes[number]) & (repeated < sizes[number + 1])
        if not numbered:
            _hold(records, repeated[own & ~same] - sizes[number], "duplicate_conflicting")
        _hold(records, repeated[own & extra & (same | numbered)] - sizes[number], "duplicate_identical")


def _claimed(records: Records, couples: pd.Index) -> np.ndarray:
    """The place that each record claims; nowhere for those that a rule has set aside."""
    place = places(records, couples)
    return np.where(records.rule == 0, place, NOWHERE) if records.rule.any() else place


def _said(files: Sequence[Records], repeated: np.ndarray, sizes: np.ndarray, with_stamp: bool) -> np.ndarray:
    """A hash of all that each repeated record says, so that agreeing ones can be told from disagreeing ones."""
    hashes = []
    for number, records in enumerate(files):
        own = repeated[(repeated >= sizes[number]) & (repeated < sizes[number + 1])] - sizes[number]
        frame = pd.DataFrame({"_by": pd.Series(records.whos["_by"].to_numpy()[records.who[own]], dtype="str")})
        for name, answer in sorted(records.answers.items()):
            frame[name] = answer.rows(own)
            frame[f"{name}\0"] = pd.Series(answer.kinds[answer.codes[own]], dtype="str")
        if with_stamp:
            frame["_stamp"] = _stamp(records)[own]
        hashes.append(pd.util.hash_pandas_object(frame, index=False).to_numpy())
    return np.concatenate(hashes)


def _stamp(records: Records) -> np.ndarray:
    """The moment of a record, or its date where no time of day is told."""
    moment = records.entered if records.entered is not None else records.date
    if moment is None or records.date is None:
        raise RuntimeError("a source with dates that were not read")
    return np.where(np.isnat(moment), records.date.astype("datetime64[s]"), moment)


def _hold(records: Records, positions: np.ndarray, reason: str) -> None:
    mask = np.zeros(len(records), dtype=bool)
    mask[positions] = True
    keys = records.source.keys
    records.hold(mask, reason, keys.day or keys.date or keys.wave or keys.week or keys.person or keys.couple or "")
