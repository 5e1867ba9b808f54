"""``couples-study export``: a bundle for an archive, for a supervisor, or for anybody."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from couples_study.cli.words import STUDY_HELP, at_least_one, tell
from couples_study.core.errors import UsageError, listed, nearest

EXAMPLE = "couples-study export demo --for supervisor --out /tmp/for-anna"
DONE = 0


def words(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("study", metavar="STUDY", help=STUDY_HELP)
    parser.add_argument(
        "--for", metavar="AUDIENCE", required=True, dest="audience",
        help="archive (coarsened frames by contract), supervisor (tables, synthetic data), partner-safe; several with "
        "commas between, each in a folder of its own",
    )  # fmt: skip
    parser.add_argument("--out", metavar="DIR", type=Path, help="where the bundle goes")
    parser.add_argument(
        "--access", metavar="HOW", default="restricted",
        help="of an archive: restricted (by contract, the default) or open (synthetic data only)",
    )  # fmt: skip
    parser.add_argument("--published", metavar="DATE", help="of an archive: the day of publication, as 2027-01-31")
    parser.add_argument("--claims", metavar="IDS", help="built-in claims whose models go in, by id, or all")
    parser.add_argument("--jobs", metavar="N", type=at_least_one, default=1, help="processes to use")
    parser.add_argument("--json", action="store_true", help="print the names of the files as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Write, and say what was written."""
    from couples_study.cli.commands import claim_ids
    from couples_study.pipeline.export import ACCESS, AUDIENCES, run_export

    audiences = [_one_of("--for", word.strip(), AUDIENCES) for word in chosen.audience.split(",")]
    access = _one_of("--access", chosen.access, ACCESS)
    if chosen.out is None:
        raise UsageError("export", expected="--out DIR", found="none", do=f"for instance {EXAMPLE}")
    if chosen.published is not None and not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", chosen.published):
        raise UsageError("--published", expected="a date such as 2027-01-31", found="something else", do="mend it")
    names = []
    for audience in dict.fromkeys(audiences):
        out = chosen.out if len(set(audiences)) == 1 else chosen.out / audience
        written = run_export(
            chosen.study, audience, out, access=access, published=chosen.published,
            claims=claim_ids(chosen.claims), tell=tell, jobs=chosen.jobs,
        )  # fmt: skip
        names += [str(path) for path in written]
        if not chosen.json:
            print(f"wrote {len(written)} files; begin with {out / 'README.md'}, the risk report")
    if chosen.json:
        print(json.dumps(names, indent=2))
    return DONE


def _one_of(where: str, word: str, known: tuple[str, ...]) -> str:
    if word in known:
        return word
    guess = nearest(word, known)
    raise UsageError(
        f"{where} {word!r}", expected=f"one of {listed(known)}", found="no such word",
        do=f"did you mean {guess!r}?" if guess else f"for instance {EXAMPLE}",
    )  # fmt: skip
