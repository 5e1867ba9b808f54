"""Everything that was made of a study's delivery: found, cleared, and made again from what is left."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from couples_study.claims import claims
from couples_study.core.errors import UsageError
from couples_study.core.paths import PROCESSED, REPORTS
from couples_study.pipeline.locate import Place
from couples_study.pipeline.pdf import PDF
from couples_study.pipeline.report import run_report
from couples_study.pipeline.run import run_intake
from couples_study.pipeline.running import INTAKE, LEDGER, Tell
from couples_study.pipeline.withdrawing.journal import Room
from couples_study.pipeline.withdrawing.notebooks import NOTEBOOKS
from couples_study.pipeline.write import OURS, STAGE
from couples_study.steps.check import check

INDEX, VERDICTS = "index.html", "verdicts.json"
PAGES = (LEDGER, INTAKE, INDEX, VERDICTS, "provenance.json", PDF)


def rooms_of(place: Place, outs: Iterable[Path]) -> tuple[Room, ...]:
    """The study's own rooms and those of ``outs``, as far as a run wrote there."""
    study = place.study.study.id
    own = (PROCESSED / study, REPORTS / study)
    for out in outs:
        if not _used(out, out):
            raise UsageError(
                f"--out {out}",
                expected="a folder that a run of this study wrote to",
                found="one without a ledger or a report",
                do="leave it out, or name the folder that --out named then",
            )
    asked = [(*own, True), *((out, out, False) for out in outs)]
    return tuple(_room(place, data, pages, mine) for data, pages, mine in asked if _used(data, pages))


def _used(data: Path, pages: Path) -> bool:
    marks = (data / LEDGER, pages / INTAKE, pages / INDEX, data / "data")
    return any(mark.exists() for mark in marks) or any(_staging(data)) or any(_staging(pages))


def _staging(folder: Path) -> list[Path]:
    return list(folder.glob(f"{STAGE}*")) if folder.is_dir() else []


def _room(place: Place, data: Path, pages: Path, own: bool) -> Room:
    verdicts = verdicts_in(pages)
    usual = {asked.id for asked in check(place.study).asked}
    only = None if set(verdicts) == usual else tuple(one for one in verdicts if one in claims())
    folders = {"data": str(data.resolve()), "pages": str(pages.resolve())}
    report = (pages / INDEX).is_file() or bool(verdicts)
    return Room(**folders, own=own, report=report, claims=only, verdicts=verdicts)


def verdicts_in(pages: Path) -> dict[str, str]:
    """What a report said of each hypothesis and claim; nothing where there is none."""
    try:
        told = json.loads((pages / VERDICTS).read_text("utf-8"))
        return {one["id"]: one["verdict"] for one in told["claims"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def clear(room: Room, place: Place) -> None:
    """Remove what runs wrote: all of a study's own rooms, of another folder what bears our names."""
    for folder in {Path(room.data), Path(room.pages)}:
        holds = any(kept.resolve().is_relative_to(folder) for kept in (place.folder, place.data))
        if room.own and not holds:
            _clear_all(folder)
        elif folder.is_dir():
            _clear_ours(folder)


def _clear_all(folder: Path) -> None:
    """Everything but notebooks, which somebody wrote; what their cells said went before."""
    if not any(folder.rglob(NOTEBOOKS)):
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif not path.match(NOTEBOOKS):
            path.unlink()


def _clear_ours(folder: Path) -> None:
    for name in PAGES:
        (folder / name).unlink(missing_ok=True)
    for left in (*_staging(folder), folder / "data" / ".deliveries"):
        shutil.rmtree(left, ignore_errors=True)
    for top, patterns in OURS.items():
        for path in [path for pattern in patterns for path in (folder / top).glob(pattern)]:
            path.unlink()


def rebuild(room: Room, place: Place, tell: Tell) -> None:
    """Run again what was run there, on the delivery as it is now."""
    out = None if room.own else Path(room.data)
    if room.report:
        run_report(str(place.folder), out, room.claims, tell)
    else:
        run_intake(str(place.folder), out, tell)
