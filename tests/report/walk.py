"""Walk a written page and recompute every number on it from the full-precision files beside it.

Nothing of the package is used here: the page is read as HTML, `verdicts.json`, `results/`, `figures/*.csv` and
`ledger.json` as what they are. A number is explained if some value of its own section, rounded to as many decimals as
are printed, gives it; what was fixed before the data (statement, rule, equation, syntax, labels, why a size matters)
explains the numbers that it repeats to the letter.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

NUMBER = re.compile(r"(?<![\w.#/])[-−]?(?:\d[\d\u202f]*(?:\.\d+)?|\.\d+)(?:e[-−]?\d+)?%?(?![\w/]|\.\d)")
VOID = {"meta", "link", "br", "input", "hr", "img", "path", "use", "rect", "circle", "line"}
GIVEN = {
    "The rule",
    "Equation",
    "Formula",
    "Estimator",
    "In other programs",
    "Model",
}  # fixed before the data, or not theirs
NOT_OF_DATA = {"words", "references", "provenance"}  # meanings of words, years of papers, hashes and versions
# What templates and figures say of themselves: levels of bins and tables, smallest count shown, where arrows begin, ranges.
FIXED = re.compile(r"\bits 95% interval|95% CI (?:LL|UL)|fewer than 5|goes on beyond 6\b|\(\d+-\d+\)|\b1\.5 IQR")
ONE = r"([-−]?\d[\d\u202f]*(?:\.\d+)?(?:e[-−]?\d+)?)"
# An estimate with its interval, as in "0.21 [0.15, 0.27]" and "b = 0.21 points per point, 95% CI [0.15, 0.27]".
BRACKETS = re.compile(rf"(?<![\w.])(?:{ONE}(?:[^\d\[\];=]{{0,60}}[\d.]+% (?:CI|interval))? )?\[{ONE}, {ONE}\]")
EXTREME = re.compile(r"([<>]) (\.001|\.999)")


@dataclass
class Said:
    """What a section says in sentences, figures and alternative texts, in rows of tables, and what was given beforehand."""

    texts: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """The texts of a page by the section that they stand in; tick labels of figures are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, Said] = {}
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.term = ""
        self.text = ""
        self.row: list[str] | None = None

    def section(self) -> Said:
        names = [attrs["id"] for tag, attrs in self.stack if tag in ("section", "li") and attrs.get("id")]
        return self.sections.setdefault(str(names[-1]) if names else "head", Said())

    def inside(self, *tags: str) -> bool:
        return any(tag in tags for tag, _ in self.stack)

    def classes(self) -> set[str]:
        return {name for _, attrs in self.stack for name in (attrs.get("class") or "").split()}

    def handle_starttag(self, tag, attrs):
        self.end_text()
        if tag == "tr" and self.classes() & {"terms", "sensitivity", "apa"}:
            self.row = []
        if tag not in VOID:
            self.stack.append((tag, dict(attrs)))
        if dict(attrs).get("role") == "img":
            self.section().texts.append(dict(attrs)["aria-label"])

    def handle_endtag(self, tag):
        self.end_text()
        if tag == "tr" and self.row is not None:
            self.section().rows.append(" ".join(self.row))
            self.row = None
        if tag in {each for each, _ in self.stack}:
            while self.stack.pop()[0] != tag:
                pass

    def handle_data(self, data):
        self.text += data

    def end_text(self) -> None:
        text, self.text = " ".join(self.text.split()), ""
        if not text or self.inside("style", "script", "title"):
            return
        if self.inside("dt"):
            self.term = text
        tick = self.inside("svg") and NUMBER.fullmatch(text)
        given = (self.inside("dd") and self.term in GIVEN) or self.classes() & {"qtext", "qid"} or self.inside("code")
        given = given or ("readings" in self.classes() and self.inside("strong"))
        if tick:
            return
        if given:
            self.section().given.append(text)
        elif self.row is not None:
            self.row.append(text)
        else:
            self.section().texts.append(text)


def numbers_in(value: object) -> Iterator[float]:
    """Every number that a JSON value holds."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from numbers_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from numbers_in(each)


def words_in(value: object) -> Iterator[str]:
    """Every text that a JSON value holds, but for sentences, which are made of numbers."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            if name != "sentence" or "code" in value:
                yield from words_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from words_in(each)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(cell: str) -> float | None:
    """A cell as a number; None where it is a word, or empty."""
    try:
        return float(cell)
    except ValueError:
        return None


@dataclass
class Known:
    """What may explain the numbers of a section; ``records`` are rows of one estimate each, with its ends."""

    values: set[float] = field(default_factory=set)
    shares: set[tuple[float, float]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    records: list[Known] = field(default_factory=list)

    def add(self, record: Iterable[float]) -> None:
        """A record, and its values among all others."""
        values = set(record)
        self.values |= values
        self.records.append(Known(values=values))

    def explains(self, token: str, *, whole: bool = False) -> bool:
        """Whether some value gives the token; ``whole`` where it belongs to an interval wide enough to be printed whole."""
        text = token.replace("−", "-").replace("\u202f", "")
        percent = text.endswith("%")
        text = text.removesuffix("%")
        decimals = len(text.split("e")[0].partition(".")[2])
        if "e" in text:
            return any(f"{value:.1e}" == text for value in self.values)
        wanted = f"{float(text):.{decimals}f}"
        if percent:
            parts = {100 * part / whole for part, whole in self.shares if whole}
            return any(f"{value:.{decimals}f}" == wanted for value in {100 * v for v in self.values} | parts)
        values = self.values if decimals or whole else {v for v in self.values if v.is_integer() or abs(v) > 99.5}
        three_digits = not decimals and any(float(f"{value:.3g}") == float(wanted) for value in self.values)
        return three_digits or any(same(value, wanted, decimals) for value in values)


def same(value: float, wanted: str, decimals: int) -> bool:
    """Whether a value printed with so many decimals is ``wanted``; nought has no sign."""
    shown = f"{value:.{decimals}f}"
    return (shown.lstrip("-") if float(shown) == 0 else shown) == (wanted.lstrip("-") if float(wanted) == 0 else wanted)


def flat(verdict: dict) -> Iterator[dict]:
    yield verdict
    for reading in verdict["readings"]:
        yield from flat(reading)


def own_files(folder: Path, ids: Iterable[str], every: set[str]) -> Iterator[Path]:
    """The files of results and figures that belong to these ids."""
    ids = set(ids)
    for path in sorted([*(folder / "results").glob("*"), *(folder / "figures").glob("*.csv")]):
        name = path.stem.removesuffix("_terms")
        owner = max((one for one in every if name == one or re.match(rf"{one}(_|[a-z])", name)), key=len, default=name)
        if owner in ids or name in ids:
            yield path


def known_of(folder: Path, verdict: dict, every: set[str]) -> Known:
    """What explains the section of one question."""
    known = Known()
    for one in flat(verdict):
        known.values |= set(numbers_in({k: v for k, v in one.items() if k != "readings"}))
        known.words |= set(words_in({k: v for k, v in one.items() if k not in ("readings", "sentence")}))
        known.words |= {row["label"].split(": ")[0] + ":" for row in one["sensitivity"]}
        if one["verdict"] == "not_testable":  # nothing was computed: the reason, with its counts, is the object's own
            known.words |= {one["sentence"], one["sentence"].removeprefix("Not testable. ")}
        for row in (*one["terms"], *one["sensitivity"]):
            known.add(numbers_in(row))
        smallest = one["smallest_effect"]
        if smallest and smallest["value"]:
            known.values.add(abs(smallest["value"]))
            ends = [t[name] for t in one["terms"] for name in ("estimate", "conf_low", "conf_high")]
            known.values |= {end / abs(smallest["value"]) for end in ends}
            for term in one["terms"]:
                known.add(term[name] / abs(smallest["value"]) for name in ("estimate", "conf_low", "conf_high"))
        known.values |= {float(len(one["terms"]) - 3), float(len(one["sensitivity"]))}
        same_verdict = sum(row["verdict"] == one["verdict"] for row in one["sensitivity"])
        known.values.add(float(same_verdict))
    for path in own_files(folder, {one["id"] for one in flat(verdict)}, every):
        if path.suffix == ".json":
            told = json.loads(path.read_text("utf-8"))
            known.values |= set(numbers_in(told))
            known.words |= set(words_in(told))
        else:
            for row in rows_of(path):
                known.add(value for cell in row.values() if (value := number(cell)) is not None)
                known.words |= {cell for cell in row.values() if cell and number(cell) is None}
    return known


def of_the_study(folder: Path, verdicts: list[dict]) -> Known:
    """What explains the head, the data and the methods: the ledger, how many of each verdict, and everybody's counts."""
    ledger = json.loads((folder / "ledger.json").read_text("utf-8"))
    known = Known(values=set(numbers_in(ledger)), words=set(words_in(ledger)))
    totals = [sum(source[name] for source in ledger["sources"]) for name in ("rows_read", "rows_held")]
    reasons: dict[str, float] = {}
    for source in ledger["sources"]:
        for reason, many in source["held_by_reason"].items():
            reasons[reason] = reasons.get(reason, 0) + many
    kinds = [one["verdict"] for one in verdicts]
    own = sum(not re.fullmatch(r"C\d+", one["id"]) for one in verdicts)
    known.values |= {*map(float, totals), *reasons.values(), *(float(kinds.count(kind)) for kind in set(kinds))}
    known.values |= {0.0, float(len(verdicts)), float(own), float(len(verdicts) - own)}
    known.values |= {float(one[name]) for one in verdicts for name in ("n_couples", "n_people", "n_obs") if one[name]}
    for path in sorted((folder / "results").glob("*.json")):
        told = json.loads(path.read_text("utf-8"))
        counts = told["counts"]
        known.values |= set(numbers_in(counts))
        known.words |= {told["estimator"]}
        days = [counts[name] for name in ("days_used", "days_answered") if counts[name] is not None]
        if counts["days_scheduled"]:
            known.values.add(counts["days_scheduled"] / counts["couples"])
        known.shares |= {(part, counts["days_scheduled"]) for part in days if counts["days_scheduled"]}
    return known


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a page with those it belongs together with, and what may explain them.

    The numbers of one table row, and an estimate with the ends of its interval, have to come from one record.
    """

    section: str
    text: str
    group: tuple[str, ...]
    at: int
    among: list[Known]
    whole: bool = False

    @property
    def token(self) -> str:
        return self.group[self.at]

    def explained(self, token: str | None = None) -> bool:
        """Whether one of ``among`` explains all of the group, with ``token`` in the place of this number if given."""
        group = [*self.group[: self.at], token or self.token, *self.group[self.at + 1 :]]
        return any(all(known.explains(each, whole=self.whole) for each in group) for known in self.among)


def walked(folder: Path, labels: Iterable[str] = ()) -> list[Number]:
    """Every number of the page in ``folder`` that is of data; ``labels`` are the codebook's names of columns."""
    verdicts = json.loads((folder / "verdicts.json").read_text("utf-8"))["claims"]
    every = {one["id"] for verdict in verdicts for one in flat(verdict)}
    read = Page()
    read.feed((folder / "index.html").read_text("utf-8"))
    study = of_the_study(folder, verdicts)
    by_id = {one["id"]: known_of(folder, verdict, every) for verdict in verdicts for one in flat(verdict)}
    everything = Known(
        values=study.values.union(*(one.values for one in by_id.values())), shares=study.shares,
        words=study.words.union(*(one.words for one in by_id.values())),
        records=[record for one in by_id.values() for record in one.records],
    )  # fmt: skip
    given = {*labels, *(text for said in read.sections.values() for text in said.given)}
    found = []
    for name, said in read.sections.items():
        if name in NOT_OF_DATA:
            continue
        known = by_id.get(name) or (study if name in ("data", "methods", "tensions") else everything)
        words = sorted((w for w in {*known.words, *given} if any(map(str.isdigit, w)) and len(w) > 3), key=len)
        for text in said.texts:
            found += _of_text(name, without(text, words), known)
        for text in said.rows:
            group, rest = tuple(plain_tokens(without(text, words), known)), [*known.records, Known()]
            found += [Number(name, text, group, at, rest, whole=True) for at in range(len(group))]
    return found


def _of_text(name: str, text: str, known: Known) -> list[Number]:
    """The numbers of one text: estimates with their intervals first, then those that stand alone."""
    found = []
    for match in BRACKETS.finditer(text):
        group = tuple(token for token in match.groups() if token)
        found += [Number(name, text, group, at, known.records, whole=True) for at in range(len(group))]
    rest = BRACKETS.sub(lambda m: " ".join(re.findall(r"[\d.]+%", m[0])), text)
    return found + [Number(name, text, (token,), 0, [known]) for token in plain_tokens(rest, known)]


def plain_tokens(text: str, known: Known) -> list[str]:
    """The numbers of a text; "< .001" is one only where no value is that small."""
    small, large = any(0 <= v < 0.001 for v in known.values), any(0.999 < v <= 1 for v in known.values)
    text = EXTREME.sub(lambda m: " " if (small if m[1] == "<" else large) else m[0], FIXED.sub(" ", text))
    return NUMBER.findall(text)


def without(text: str, known: Iterable[str]) -> str:
    """A text without what was known beforehand, the longest first."""
    for word in reversed(list(known)):
        for form in (word, word.rstrip("."), word[:1].lower() + word[1:].rstrip(".")):
            if form in text:
                text = text.replace(form, " ")
    return text
