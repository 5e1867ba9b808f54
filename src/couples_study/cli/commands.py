"""Every command: its words, and a function that calls the pipeline and says what happened."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from couples_study.cli import codebook, export, field, multiverse, new, planning, prereg, verify, withdraw
from couples_study.cli.words import CLUSTER_HELP, STUDY_HELP, at_least_one, print_json, tell
from couples_study.core.errors import UsageError

DONE, HELD, FAILED = 0, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command of the command line; ``words`` adds its arguments to a parser, ``run`` returns the exit code."""

    name: str
    summary: str
    example: str
    words: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def version_or_help(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    """What runs when no command is given."""

    def run(chosen: argparse.Namespace) -> int:
        if chosen.version:
            from couples_study.core.provenance import package_version

            print(package_version())
        else:
            parser.print_help()
        return DONE

    return run


def _plan_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", metavar="STUDY", help=STUDY_HELP)
    parser.add_argument("--json", action="store_true", help="print as JSON")


def _plan(chosen: argparse.Namespace) -> int:
    from couples_study.pipeline import run_plan

    plans = run_plan(chosen.study)
    if chosen.json:
        return print_json([asdict(one) for one in plans])
    for one in plans:
        rows = "none: columns are missing" if one.expected_rows is None else f"at most {one.expected_rows}"
        print(f"{one.id}  {one.statement}")
        for label, words in (
            ("model", f"{one.model}, {one.plan.estimator}"),
            ("equation", one.plan.equation),
            ("formula", one.plan.formula),
            ("tested", ", ".join(one.plan.tested)),
            ("expected rows", rows),
            ("smallest", one.smallest_effect),
            ("rule", one.rule),
            ("missing", ", ".join(one.missing)),
            *(("note", note) for note in one.plan.notes),
        ):
            if words:
                print(f"    {label + ':':<15}{words}")
        print()
    return DONE


def _intake_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", metavar="STUDY", help=STUDY_HELP)
    parser.add_argument("--out", metavar="DIR", type=Path, help="write everything below DIR")
    parser.add_argument("--strict", action="store_true", help="exit with 3 if any row was held")
    parser.add_argument("--jobs", metavar="N", type=at_least_one, default=1, help="files to read at a time")
    parser.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER_HELP)


def _intake(chosen: argparse.Namespace) -> int:
    from couples_study.pipeline import run_intake

    done = run_intake(chosen.study, chosen.out, tell, chosen.jobs, chosen.cluster)
    _say_written(done)
    return HELD if chosen.strict and done.rows_held else DONE


def _report_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", metavar="STUDY", help=STUDY_HELP)
    parser.add_argument("--out", metavar="DIR", type=Path, help="write everything below DIR")
    parser.add_argument("--claims", metavar="IDS", help="built-in claims to test, by id with commas between, or all")
    parser.add_argument("--strict", action="store_true", help="exit with 3 if any row was held")
    parser.add_argument(
        "--jobs", metavar="N", type=at_least_one, default=1, help="processes to use (results never depend on it)"
    )
    parser.add_argument("--pdf", action="store_true", help="print the page to index.pdf where a Chromium is installed")
    parser.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER_HELP)


def _report(chosen: argparse.Namespace) -> int:
    from couples_study.pipeline import run_report

    pdf = chosen.pdf and _can_print()
    done = run_report(chosen.study, chosen.out, claim_ids(chosen.claims), tell, chosen.jobs, chosen.cluster, pdf=pdf)
    width = max((len(verdict.id) for verdict in done.verdicts), default=2)
    for verdict in done.verdicts:
        print(f"{verdict.id:<{width}}  {verdict.verdict.replace('_', ' '):<13} {verdict.sentence}")
    _say_written(done)
    if done.failed:
        print(f"analyses that broke down: {', '.join(done.failed)}", file=sys.stderr)
        return FAILED
    return HELD if chosen.strict and done.rows_held else DONE


def _can_print() -> bool:
    from couples_study.pipeline.pdf import browser

    found = browser() is not None
    if not found:
        print("no Chromium, Chrome or Edge on this machine: index.pdf is left out", file=sys.stderr)
    return found


def claim_ids(words: str | None) -> tuple[str, ...] | None:
    """The claims that ``--claims`` names; None where it is not given."""
    if words is None:
        return None
    if words.strip() == "all":
        from couples_study.claims import claims

        return tuple(claims())
    ids = tuple(word.strip() for word in words.split(",") if word.strip())
    if not ids:
        raise UsageError(
            "--claims", expected="ids with commas between, or all", found="nothing", do="for instance --claims C12,C60"
        )
    return ids


def _claims_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print as JSON")


def _claims(chosen: argparse.Namespace) -> int:
    from couples_study.claims.cards import records

    rows = records()
    if chosen.json:
        return print_json(rows)
    for row in rows:
        print(f"{row['id']}  {row['statement']}")
        print(f"    needs:    {', '.join(row['needs'])}")
        if row["smallest_effects"]:
            print(f"    smallest: {'; '.join(row['smallest_effects'])}")
        print(f"    rule:     {row['rule']}\n")
    return DONE


def _simulate_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", metavar="SCENARIO", nargs="?", help="the world to simulate")
    parser.add_argument("--list", action="store_true", help="name the scenarios and stop")
    parser.add_argument("--couples", metavar="N", type=at_least_one, default=100)
    parser.add_argument("--days", metavar="D", type=at_least_one, default=28)
    parser.add_argument("--seed", metavar="S", type=int, default=20260302)
    parser.add_argument(
        "--format",
        metavar="F",
        default="csv",
        help="whose exports: csv (default), qualtrics, redcap, formr, mpath, ...",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="where the study goes")


def _simulate(chosen: argparse.Namespace) -> int:
    from couples_study.pipeline import run_simulate
    from couples_study.planning.scenarios import scenarios

    if chosen.list:
        for scenario in scenarios().values():
            print(f"{scenario.name:<14} {scenario.summary}")
        return DONE
    if chosen.scenario is None or chosen.out is None:
        raise UsageError(
            "simulate", expected="a SCENARIO and --out DIR, or --list", found="one of them missing",
            do="for instance couples-study simulate null --couples 50 --days 14 --out /tmp/null",
        )  # fmt: skip
    written = run_simulate(chosen.scenario, chosen.couples, chosen.days, chosen.seed, chosen.out, chosen.format)
    print(f"wrote {len(written)} files: {', '.join(str(path) for path in written)}")
    return DONE


def _say_written(done: Any) -> None:
    for line in done.changes:
        print(line)
    print(f"\nrows: {done.rows_read} read, {done.rows_read - done.rows_held} accepted, {done.rows_held} held")
    if done.rows_held:
        held = sorted({str(path) for path in done.written if path.parent.name == "quarantine"})
        print(f"held rows, whole and with reasons: {', '.join(held)}")
    print(f"wrote {len(done.written)} files; the page is {done.page}")


COMMANDS = (
    Command(
        name="new",
        summary="draft a study.toml from the exports themselves; what is unsure is marked",
        example=new.EXAMPLE,
        words=new.words,
        run=new.run,
    ),
    Command(
        name="plan",
        summary="what would be fitted for each hypothesis and claim, before any outcome is read",
        example="couples-study plan demo",
        words=_plan_words,
        run=_plan,
    ),
    Command(
        name="intake",
        summary="read, recode, validate and link a study's exports; hold what cannot be trusted",
        example="couples-study intake demo --out /tmp/demo",
        words=_intake_words,
        run=_intake,
    ),
    Command(
        name="report",
        summary="the main job: intake, measures, hypotheses and claims, verdicts, report",
        example="couples-study report demo --out reports/demo",
        words=_report_words,
        run=_report,
    ),
    Command(
        name="claims",
        summary="the built-in claims: id, statement, needs, smallest effect, rule",
        example="couples-study claims --json",
        words=_claims_words,
        run=_claims,
    ),
    Command(
        name="simulate",
        summary="a synthetic study as exports, study.toml and truth.json",
        example="couples-study simulate touch_log --couples 100 --days 28 --seed 1 --out /tmp/touch_log",
        words=_simulate_words,
        run=_simulate,
    ),
    Command(
        name="field",
        summary="questionnaires for claims (REDCap, formr, Qualtrics, paper) and the study.toml that reads them back",
        example=field.EXAMPLE,
        words=field.words,
        run=field.run,
    ),
    Command(
        name="codebook",
        summary="the data dictionary as HTML, Markdown, JSON, Table Schema, and labelled SPSS and Stata files",
        example=codebook.EXAMPLE,
        words=codebook.words,
        run=codebook.run,
    ),
    Command(
        name="export",
        summary="a bundle for an archive, a supervisor, or anybody: its risk report on top",
        example=export.EXAMPLE,
        words=export.words,
        run=export.run,
    ),
    Command(
        name="power",
        summary="the chance of each verdict, by number of couples, days and share of couples who leave",
        example=planning.POWER_EXAMPLE,
        words=planning.power_words,
        run=planning.run_power,
    ),
    Command(
        name="calibrate",
        summary="how often each verdict is right and wrong where the truth is known",
        example=planning.CALIBRATE_EXAMPLE,
        words=planning.calibrate_words,
        run=planning.run_calibrate,
    ),
    Command(
        name="multiverse",
        summary="the verdict under every defensible choice: listed first, then run, then tested together",
        example=multiverse.EXAMPLE,
        words=multiverse.words,
        run=multiverse.run,
    ),
    Command(
        name="prereg",
        summary="freeze the plan in words, hashed, before data come; later list every deviation from it",
        example=prereg.EXAMPLE,
        words=prereg.words,
        run=prereg.run,
    ),
    Command(
        name="withdraw",
        summary="erase one person or couple from the raw data and everything made of it, and prove it",
        example=withdraw.EXAMPLE,
        words=withdraw.words,
        run=withdraw.run,
    ),
    Command(
        name="verify",
        summary="two clean runs in different surroundings, the sha256 of every file compared",
        example=verify.EXAMPLE,
        words=verify.words,
        run=verify.run,
    ),
)
