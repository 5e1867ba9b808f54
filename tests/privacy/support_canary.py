"""Canaries in every format that is read, and the words of every command."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pyreadstat

from couples_study.cli.commands import COMMANDS
from couples_study.pipeline.withdrawing.search import _contents

CANARIES = ("Zwitscherwald", "quetzal@example.org", "660 7654321", "we-fought-about-canaries", "48151.62342")
PRIVATE = {"study", "quarantine", ".deliveries"}  # raw, held rows, and the shelf of what was read
FOLDERS = ("out", "book", "archive", "open", "supervisor", "partner")


def in_format(reader: str, text: str, folder: Path) -> tuple[str, bytes]:
    """A table of texts as a file of that reader: its ending and its bytes."""
    frame = pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)
    path = folder / f"made.{reader}"
    if reader in ("csv", "redcap"):
        return "csv", text.encode()
    if reader == "mpath":
        return "csv", frame.to_csv(index=False, sep=";").encode("utf-8-sig")
    if reader == "qualtrics":
        head = [list(frame.columns), [f"Question {one}" for one in frame], [f'{{"ImportId":"{one}"}}' for one in frame]]
        rows = pd.DataFrame([*head[1:], *frame.to_numpy().tolist()], columns=head[0])
        return "csv", rows.to_csv(index=False).encode()
    if reader == "formr":
        return "json", json.dumps(frame.to_dict("records")).encode()
    if reader == "excel":
        frame.to_excel(path.with_suffix(".xlsx"), index=False)
        return "xlsx", path.with_suffix(".xlsx").read_bytes()
    if reader == "parquet":
        frame.to_parquet(path, index=False)
        return "parquet", path.read_bytes()
    write, ending = (pyreadstat.write_sav, "sav") if reader == "spss" else (pyreadstat.write_dta, "dta")
    write(frame.astype(object), str(path))
    return ending, path.read_bytes()


def commands(study: str, raw: str, *, all_words: bool = True) -> dict[str, list[list[str]]]:
    """Words for every command, by its name; those that read no study have none here.

    Without ``all_words`` each is run once, and `verify`, which runs the report twice, is left out.
    """
    told = {
        "plan": [[study], [study, "--json"]],
        "intake": [[study, "--out", "out"], [study, "--out", "out", "--strict"]],
        "report": [[study, "--out", "out"]],
        "codebook": [[study, "--format", "html,md,json,table-schema,spss,stata", "--out", "book"]],
        "export": [
            [study, "--for", "supervisor", "--out", "supervisor"],
            [study, "--for", "archive", "--out", "archive"],
            [study, "--for", "archive", "--access", "open", "--out", "open"],
            [study, "--for", "partner-safe", "--out", "partner"],
        ],
        "new": [["study/draft", "--from", raw]],
        "power": [[f"{study}:H9", "--couples", "20", "--days", "5", "--reps", "1", "--out", "out"]],
        "multiverse": [["H9", study, "--out", "out"]],
        "prereg": [["freeze", study], ["check", study]],
        "withdraw": [[study, "--person", "K12a", "--out", "out"], [study, "--person", "nobody"]],
        "verify": [[study]],
    }
    known = {one.name for one in COMMANDS}
    if all_words:
        return {name: words for name, words in told.items() if name in known}
    return {name: words[:1] for name, words in told.items() if name in known - {"verify"}}


WITHOUT_A_STUDY = {"claims", "simulate", "field", "calibrate"}


def sings(path: Path) -> bool:
    """Whether a file outside raw data, quarantine and the private shelf of read deliveries has a canary."""
    if not path.is_file() or PRIVATE & set(path.parts):
        return False
    return any(canary.encode(code) in part for part in _contents(path) for canary in CANARIES for code in CODES)


CODES = ("utf-8", "utf-16-le", "latin-1")
