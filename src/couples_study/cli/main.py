"""``couples-study``: one parser, one function per command, one place where errors become exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from couples_study.core.errors import CouplesStudyError, UsageError, listed, nearest
from couples_study.core.threads import one_thread

DONE, REFUSED, WRONG_WORDS, HELD, FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Parser(argparse.ArgumentParser):
    """An argument parser that names the nearest command for a wrong one."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(
            f"the words after {self.prog}",
            expected="those that its help lists",
            found=message,
            do=f"`{self.prog} --help` shows them with an example",
        )


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code and never lets a traceback of a foreseen error out."""
    words = list(sys.argv[1:] if words is None else words)
    one_thread()
    try:
        return _run(words)
    except CouplesStudyError as error:
        print(f"couples-study: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as stopped:
        said = str(stopped) or "nothing half-written was left behind"
        print(f"couples-study: interrupted; {said}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _run(words: list[str]) -> int:
    parser, names = _parser()
    if not words:
        parser.print_help()
        return DONE
    if not words[0].startswith("-") and words[0] not in names:
        guess = nearest(words[0], names)
        raise UsageError(
            f"command {words[0]!r}",
            expected=f"one of {listed(names, most=30)}",
            found="no command of that name",
            do=f"did you mean {guess!r}?" if guess else "`couples-study --help` lists them",
        )
    chosen = parser.parse_args(words)
    command: Callable[[argparse.Namespace], int] = chosen.command
    return command(chosen)


def _parser() -> tuple[Parser, list[str]]:
    from couples_study.cli import commands

    parser = Parser(
        prog="couples-study",
        description="From both partners' survey and diary exports to a verdict on each stated claim.",
        epilog="example: couples-study report demo",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    groups = parser.add_subparsers(title="commands", metavar="COMMAND")
    names = []
    for command in commands.COMMANDS:
        sub = groups.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            epilog=f"example: {command.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.words(sub)
        sub.set_defaults(command=command.run)
        names.append(command.name)
    parser.set_defaults(command=commands.version_or_help(parser))
    return parser, names
