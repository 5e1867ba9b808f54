"""A simulated study's exports in the form in which a platform or program delivers them, for the readers that know it.

Answers stay the same cells. What a platform adds stands beside them: Qualtrics its two further header rows and the
record's own columns, REDCap a record and an event, formr a session with its times, m-Path semicolons, a byte-order mark
and unix seconds; SPSS, Stata and Parquet hold numbers as numbers.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from couples_study.core.errors import UsageError, listed, nearest
from couples_study.fielding.workbook import workbook
from couples_study.pipeline.statfile import ENDINGS, write_statfile
from couples_study.planning.synthetic import Simulated

STAMP = "submitted_at"
CONSENTED = "2026-02-27 18:00:00"  # when what carries no time of its own was filled in
TIME_ZONE = "Europe/Vienna"  # of every simulated study
SOURCE = re.compile(r'reader = "csv"\nfiles = "(?P<name>\w+)\.csv"\n')
Table = pd.DataFrame


def delivered_as(simulated: Simulated, reader: str) -> Simulated:
    """The same study with its exports in the form that ``reader`` reads, and a study.toml that says so.

    ``reader`` is one of `FORMATS`; raises `UsageError` for another.
    """
    if reader not in FORMATS:
        guess = nearest(reader, FORMATS)
        raise UsageError(
            f"--format {reader}", expected=listed(FORMATS), found="no such format",
            do=f"did you mean {guess}?" if guess else "choose one",
        )  # fmt: skip
    ending, form, more = FORMATS[reader]
    others = {name: content for name, content in simulated.files.items() if not name.endswith(".csv")}
    toml = SOURCE.sub(
        lambda found: f'reader = "{reader}"\nfiles = "{found["name"]}{ending}"\n' + more, others["study.toml"].decode()
    )
    exports = {f"{name}{ending}": form(name, table) for name, table in simulated.exports.items()}
    return replace(simulated, files={**others, "study.toml": toml.encode(), **exports})


def _qualtrics(name: str, table: Table) -> bytes:
    """Three header rows: names, questions, import ids; a finished response each."""
    times = _times(table)
    own = pd.DataFrame({
        "StartDate": times, "EndDate": times, "Status": "0", "Progress": "100", "Finished": "1", "RecordedDate": times,
        "ResponseId": [f"R_{name}{place:06d}" for place in range(len(table))],
    })  # fmt: skip
    whole = pd.concat([own, table], axis=1)
    ids = [
        *(f"{one[0].lower()}{one[1:]}" for one in map(str, own)),
        *(f"QID{place + 1}" for place in range(table.shape[1])),
    ]
    words = [*own.columns, *(f"Question {one}" for one in table.columns)]
    heads = pd.DataFrame([words, [json.dumps({"ImportId": one}) for one in ids]], columns=whole.columns)
    return _csv(pd.concat([heads, whole]))


def _redcap(name: str, table: Table) -> bytes:
    """A record per person with an event and, where a person answers more than once, a repeating instrument."""
    person = "pid" if "pid" in table else "dyad"
    again = table.groupby(person, sort=False).cumcount() + 1
    repeats = bool(again.gt(1).any())
    own = pd.DataFrame({
        "record_id": table[person], "redcap_event_name": f"{name}_arm_1",
        "redcap_repeat_instrument": name if repeats else "",
        "redcap_repeat_instance": again.astype("str") if repeats else "",
    })  # fmt: skip
    return _csv(pd.concat([own, table, pd.DataFrame({f"{name}_complete": "2"}, index=table.index)], axis=1))


def _formr(_: str, table: Table) -> bytes:
    """An array with an object per session; a blank answer is null."""
    times = _times(table)
    session = table["pid"] if "pid" in table else table["dyad"]
    own = pd.DataFrame({"session": session, "created": times, "modified": times, "ended": times})
    rows = pd.concat([own, table], axis=1).to_dict("records")
    told = [{key: value if value != "" else None for key, value in row.items()} for row in rows]
    return (json.dumps(told, indent=1) + "\n").encode()


def _mpath(name: str, table: Table) -> bytes:
    """Semicolons, a byte-order mark, times in unix seconds."""
    seconds = _seconds(_times(table))
    place = [str(one + 1) for one in range(len(table))]
    own = pd.DataFrame({
        "connectionId": "1", "scheduledBeepId": place, "sentBeepId": place, "timeStampScheduled": seconds,
        "timeStampSent": seconds, "timeStampStart": seconds, "questionListName": name,
    }, index=table.index)  # fmt: skip
    told = table.assign(**{STAMP: seconds}) if STAMP in table else table
    return b"\xef\xbb\xbf" + _csv(pd.concat([own, told], axis=1), separator=";")


def _excel(name: str, table: Table) -> bytes:
    return workbook({name: [list(table.columns), *table.to_numpy().tolist()]})


def _parquet(_: str, table: Table) -> bytes:
    buffer = io.BytesIO()
    _typed(table).to_parquet(buffer, index=False)
    return buffer.getvalue()


def _statfile(kind: str) -> Callable[[str, Table], bytes]:
    def form(_: str, table: Table) -> bytes:
        with TemporaryDirectory(prefix="couples-study-") as room:
            path = Path(room) / f"made{ENDINGS[kind]}"
            write_statfile(path, kind=kind, frame=_typed(table))
            return path.read_bytes()

    return form


def _csv(table: Table, separator: str = ",") -> bytes:
    return table.to_csv(index=False, lineterminator="\n", sep=separator).encode()


def _times(table: Table) -> pd.Series:
    return table[STAMP].str.replace("T", " ") if STAMP in table else pd.Series(CONSENTED, index=table.index)


def _seconds(times: pd.Series) -> pd.Series:
    """Local times, which faults may have spoilt, as unix seconds; what is no time stays as it is."""
    local = pd.to_datetime(times, format="ISO8601", errors="coerce").dt.tz_localize(
        TIME_ZONE, nonexistent="shift_forward", ambiguous=False
    )
    whole = (local - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    return whole.map(lambda one: f"{one:.0f}", na_action="ignore").astype("object").where(local.notna(), times)


def _typed(table: Table) -> Table:
    """Columns of numbers as numbers; a column with any other word in it stays text."""
    return pd.DataFrame({name: _numbers(column) for name, column in table.items()})


def _numbers(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column.where(column.ne(""), None), errors="coerce")
    return numbers.astype("float64") if numbers.notna().eq(column.ne("")).all() else column


FORMATS: dict[str, tuple[str, Callable[[str, Table], bytes], str]] = {
    "csv": (".csv", lambda name, table: _csv(table), ""),
    "excel": (".xlsx", _excel, ""),
    "formr": (".json", _formr, ""),
    "mpath": (".csv", _mpath, 'dates = "unix"\n'),
    "parquet": (".parquet", _parquet, ""),
    "qualtrics": (".csv", _qualtrics, ""),
    "redcap": (".csv", _redcap, ""),
    "spss": (".sav", _statfile("spss"), ""),
    "stata": (".dta", _statfile("stata"), ""),
}  # file ending, how a table is written, what study.toml says beside
