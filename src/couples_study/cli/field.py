"""``couples-study field``: questionnaires that can be fielded, and the study.toml that reads what comes back."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from couples_study.core.errors import UsageError

EXAMPLE = "couples-study field --claims C60,C12 --tool redcap --out /tmp/questionnaire"
DONE = 0


def words(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("--claims", metavar="IDS", help="built-in claims, by id with commas between, or all")
    parser.add_argument(
        "--tool", "--format", dest="tool", metavar="TOOL", default="redcap",
        help="redcap, formr, qualtrics or paper, or several with commas between (default: redcap)",
    )  # fmt: skip
    parser.add_argument("--language", choices=("en", "de"), default="en", help="the language of the questions")
    parser.add_argument("--out", metavar="DIR", type=Path, help="where the questionnaire goes")
    parser.add_argument("--json", action="store_true", help="print forms, questions and minutes as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Choose, write, and say how long it takes."""
    claims, tools = _listed(chosen.claims), _listed(chosen.tool)
    if not claims or not tools or chosen.out is None:
        raise UsageError(
            "field", expected="--claims IDS and --out DIR", found="one of them missing", do=f"for instance {EXAMPLE}"
        )
    from couples_study.claims import claims as known
    from couples_study.pipeline.field import run_field

    done = run_field(tuple(known()) if claims == ("all",) else claims, tools, chosen.out, chosen.language)
    forms = done.asked.forms
    if chosen.json:
        rows = [
            {"form": f.name, "minutes": round(f.minutes, 1), "questions": [e.name for e in f.entries]} for f in forms
        ]
        print(json.dumps({"claims": done.asked.claims, "forms": rows}, indent=2, sort_keys=True, ensure_ascii=False))
        return DONE
    for form in forms:
        print(f"{form.name:<9} {len(form.entries):>4} questions  {form.minutes:5.1f} minutes")
    for sheet in done.asked.sheets:
        print(f"{sheet.name + '.csv':<24} filled in by the study team: {len(sheet.columns)} columns")
    places = sum(entry.published for form in forms for entry in form.entries)
    if places:
        print(f"{places} items of published scales: their wording has to be put in, the README names them")
    print(f"wrote {len(done.written)} files: {', '.join(map(str, done.written))}")
    return DONE


def _listed(words_given: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (words_given or "").split(",") if word.strip())
