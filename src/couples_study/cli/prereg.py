"""``couples-study prereg freeze`` and ``check``: the plan in words, hashed, and what differs from it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from couples_study.cli.words import STUDY_HELP, print_json, tell

EXAMPLE = "couples-study prereg freeze data/raw/evening"
DONE, DEVIATES = 0, 4


def words(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument(
        "action", metavar="freeze|check", choices=("freeze", "check"), help="freeze the plan, or list what differs"
    )
    parser.add_argument("study", metavar="STUDY", help=STUDY_HELP)
    parser.add_argument(
        "--power", metavar="DIR", type=Path, action="append", default=[],
        help="freeze: power results to show (default: STUDY/power, if it is there)",
    )  # fmt: skip
    parser.add_argument("--amend", action="store_true", help="freeze: keep the plan frozen before and add this one")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Freeze and say what was written, or check and list every deviation."""
    return _freeze(chosen) if chosen.action == "freeze" else _check(chosen)


def _freeze(chosen: argparse.Namespace) -> int:
    from couples_study.pipeline.prereg import run_freeze

    done = run_freeze(chosen.study, chosen.power, amend=chosen.amend, tell=tell)
    frozen = done.frozen
    if chosen.json:
        return print_json({
            "sha256": frozen.plan_md, "deliveries": frozen.deliveries, "seen": frozen.seen,
            "written": [str(path) for path in done.written],
        })  # fmt: skip
    print(
        f"wrote {', '.join(map(str, done.written))}" if done.written else "this plan is frozen already; nothing written"
    )
    print(f"sha256 of the plan, to deposit with a registry: {frozen.plan_md}")
    if not frozen.deliveries:
        print("no delivery is there: the plan is frozen before data")
    for name in frozen.deliveries:
        holds = [key for key, files in frozen.seen.items() if name in files]
        print(f"{name} is there already" + (f", with outcomes of {', '.join(holds)}: exploratory" if holds else ""))
    return DONE


def _check(chosen: argparse.Namespace) -> int:
    from couples_study.pipeline.prereg import run_check

    found = run_check(chosen.study)
    deviations = found.deviations or ()
    if chosen.json:
        print_json(asdict(found))
        return DEVIATES if deviations else DONE
    for note in found.notes:
        print(note)
    together: dict[tuple[str, str], list[str]] = {}
    for key, one in found.standings.items():
        together.setdefault((one.status, one.why), []).append(key)
    for (status, why), keys in together.items():
        print(f"{status}: {', '.join(keys)}. {why}")
    print(f"\n{len(deviations)} {'deviation' if len(deviations) == 1 else 'deviations'} from the frozen plan")
    for said in deviations:
        print(f"* {said}")
    return DEVIATES if deviations else DONE
