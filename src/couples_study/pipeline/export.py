"""The export command's work: a bundle for an archive, for a supervisor, or for anybody, its risk report on top."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from couples_study.core.errors import AnalysisError, UsageError
from couples_study.intake import link, take_in
from couples_study.pipeline.deliveries import inputs_of, read_deliveries
from couples_study.pipeline.exporting.aggregated import (
    coefficients_of,
    figures_of,
    results_of,
    synthetic_files,
    tables_of,
)
from couples_study.pipeline.exporting.archive import archived
from couples_study.pipeline.exporting.content import Bundle, Opened, codebook_files, kept_couples, syntax_of
from couples_study.pipeline.locate import locate
from couples_study.pipeline.parallel import estimated
from couples_study.pipeline.running import Tell, quiet
from couples_study.pipeline.secret import secret_of
from couples_study.pipeline.write import write_all
from couples_study.privacy.release import batch
from couples_study.report.export.crate import METADATA, crate
from couples_study.report.export.readme import Risk, readme
from couples_study.report.verdicts_json import as_json
from couples_study.steps.batteries import batteries_of
from couples_study.steps.check import check
from couples_study.steps.derive import derive

AUDIENCES = ("archive", "supervisor", "partner-safe")
ACCESS = ("restricted", "open")
OPEN = "open"
RISK = "risk.json"
FOLDERS = ("codebook", "data", "figures", "syntax", "synthetic", "tables")
ALONE = ("README.md", RISK, METADATA, "verdicts.csv")
SYNTAX = "every model in R, SAS and SPSS where these have it, else its nearest there; prepare.R makes the columns"
CODEBOOK = "what every column means, as page, Markdown, JSON and Table Schema"


def run_export(
    word: str,
    audience: str,
    out: Path,
    *,
    access: str = "restricted",
    published: str | None = None,
    claims: tuple[str, ...] | None = None,
    tell: Tell = quiet,
    jobs: int = 1,
) -> list[Path]:
    """Write the bundle for ``audience`` below ``out``, which is for it alone; returns the paths."""
    told_to = OPEN if access == OPEN and audience == "archive" else audience
    _require_its_own(out, told_to)
    opened = _opened(word, claims, tell)
    if audience == "archive" and access == OPEN:
        bundle, risk = _open(opened, jobs, tell)
    elif audience == "archive":
        bundle, risk = _archive(opened, jobs, tell)
    else:
        bundle, risk = _aggregated(opened, audience, jobs, tell)
    tell("writing")
    bundle.add("", "the risk report, for programs", {RISK: as_json(risk.record())})
    text = readme(risk, dict(sorted(bundle.told.items())))
    bundle.files["README.md"] = text.encode("utf-8")
    if audience == "archive":
        title = opened.checked.study.study.title
        date = published or _year_of(opened)
        bundle.files[METADATA] = crate(
            title=title, audience=risk.audience, published=date, files=bundle.files, told=bundle.told
        )
    written = write_all(bundle.files, out)
    for name in (*FOLDERS, *ALONE):
        for path in [out / name] if name in ALONE else sorted((out / name).rglob("*")):
            if path.is_file() and path not in written:
                path.unlink()
    return written


def _require_its_own(out: Path, audience: str) -> None:
    """Raise `UsageError` where anything but an earlier export for the same audience lies: it would go out with this."""
    if not out.is_dir() or not any(out.iterdir()):
        return
    try:
        found = json.loads((out / RISK).read_text("utf-8")).get("audience")
    except (OSError, ValueError, AttributeError):
        found = None
    strange = [path.name for path in out.iterdir() if path.name not in (*FOLDERS, *ALONE)]
    if found != audience or strange:
        raise UsageError(
            f"--out {out}",
            expected=f"an empty folder, or one with nothing but an export for {audience}",
            found="other files" if strange else f"an export for {found}" if found else "other files",
            do="choose another folder: whatever lies there would be handed on with this",
        )


def _year_of(opened: Opened) -> str | None:
    """The year of the last answer, where answers have dates: an archive's metadata need a date at least so coarse."""
    dates = [one["date"].max() for one in opened.frames.named().values() if "date" in one]
    return max((f"{date.year:04}" for date in dates if date == date), default=None)


def _opened(word: str, claims: tuple[str, ...] | None, tell: Tell) -> Opened:
    place = locate(word)
    checked = check(place.study, only=claims)
    tell("reading")
    exports = read_deliveries(place)
    delivered = take_in(place.study, exports, checked.glossary)
    intake = link(place.study, delivered, checked.glossary, batteries_of(checked))
    return Opened(
        place=place,
        checked=checked,
        frames=derive(checked, intake),
        secret=secret_of(place),
        inputs=inputs_of(place, (export for files in exports for export in files)),
        tables={name: tuple(map(str, intake.tables[name].columns)) for name in intake.tables},
    )


def _archive(opened: Opened, jobs: int, tell: Tell) -> tuple[Bundle, Risk]:
    files, risk = archived(opened)
    if risk.anonymised is None or not risk.anonymised.holds:
        raise AnalysisError(
            f"study {opened.checked.study.study.id!r}, export for an archive",
            expected="at least five couples that no fact tells apart",
            found="fewer, whatever is blanked",
            do="take --for supervisor, or --access open, which writes synthetic data",
        )
    brief = replace(opened, checked=replace(opened.checked, setting=replace(opened.checked.setting, brief=True)))
    found = estimated(brief.checked, opened.frames, jobs, lambda key: tell(f"estimating {key}"))
    bundle = Bundle()
    bundle.add("data/", "the analysis frames: pseudonyms, dates moved by weeks, outside facts coarsened", files)
    bundle.add("codebook/", CODEBOOK, codebook_files(opened))
    bundle.add("syntax/", SYNTAX, syntax_of(opened, found, "data"))
    return bundle, risk


def _open(opened: Opened, jobs: int, tell: Tell) -> tuple[Bundle, Risk]:
    """What an archive may give to anybody: the same bundle with synthetic data in the place of answers."""
    return _aggregated(opened, OPEN, jobs, tell)


def _aggregated(opened: Opened, audience: str, jobs: int, tell: Tell) -> tuple[Bundle, Risk]:
    couples = list(opened.frames.couples["couple_id"])
    released = batch(couples)
    frames = kept_couples(opened.frames, released)
    found = estimated(opened.checked, frames, jobs, lambda key: tell(f"estimating {key}"))
    bundle, meta = Bundle(), opened.checked.study.study
    risk = Risk(audience=audience, title=meta.title, synthetic=meta.synthetic, waiting=len(couples) - len(released))
    _, verdicts = results_of(opened, found)
    bundle.add("", "each question's verdict in a sentence; numbers of couples and rows at the nearest five", verdicts)
    if audience != "partner-safe":
        told, tables = tables_of(opened, frames)
        risk = replace(risk, blocked=told.blocked, suppressed=told.suppressed)
        bundle.add("tables/", "how answers lie, over both partners together", {**tables, **coefficients_of(found)})
        bundle.add("figures/", "the numbers behind figures", figures_of(found))
        what = "data of the same shape in which there is nobody: drawn from the tables alone, column by column"
        bundle.add("synthetic/", what, synthetic_files(opened, frames, told))
    else:
        left = "a partner who knows the own answer learns most from it"
        risk = replace(risk, left_out=dict.fromkeys(("tables of answers", "figures", "data, real or synthetic"), left))
    bundle.add("codebook/", CODEBOOK, codebook_files(opened))
    bundle.add("syntax/", SYNTAX, syntax_of(opened, found, "synthetic"))
    return bundle, risk
