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
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

NUMBER = re.compile(r"(?<![\w.#/])[-−]?(?:\d[\d\u202f]*(?:\.\d+)?|\.\d+)(?:e[-−]?\d+)?%?(?![\w/]|\.\d)")
SPACES = re.compile(r"[ \t\n\r\f]+")
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
FIXED = re.compile(
    r"\b9[05]% from|\bits 95% interval|95% CI (?:LL|UL)|fewer than 5|goes on beyond 6\b|\(\d+-\d+\)|\b1\.5 IQR"
)
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
        text, self.text = SPACES.sub(" ", self.text).strip(), ""  # the narrow space within a number stays
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


def named_in(name: str) -> set[float]:
    """The numbers in the name of a term or a fact, such as a place on a curve, which are no result."""
    return {float(found) for found in re.findall(r"\d+(?:\.\d+)?", name)}


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
    forms: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def add(self, record: Iterable[float]) -> None:
        """A record, and its values among all others."""
        values = set(map(float, record))
        self.values |= values
        self.records.append(Known(values=values))

    def has_extreme(self, sign: str) -> bool:
        """Whether a value is printed as "< .001" or as "> .999"."""
        if ("p", 0) not in self.forms:
            self.forms["p", 0] = {"<"} if any(0 <= v < 0.001 for v in self.values) else set()
            self.forms["p", 0] |= {">"} if any(0.999 < v <= 1 for v in self.values) else set()
        return sign in self.forms["p", 0]

    def explains(self, token: str, *, whole: bool = False) -> bool:
        """Whether some value gives the token; ``whole`` where it belongs to an interval wide enough to be printed whole."""
        text, percent, decimals = read_token(token)
        if "e" in text:
            return any(f"{value:.1e}" == text for value in self.values)
        return text in self.printed_as("%" if percent else "rounded" if decimals or whole else "whole", decimals)

    def printed_as(self, kind: str, decimals: int) -> set[str]:
        """Every value as it would be printed: per cent, rounded, or whole, when only counts and large numbers are."""
        if (kind, decimals) not in self.forms:
            if kind == "%":
                shown = [100 * value for value in self.values] + [100 * one / of for one, of in self.shares]
            elif kind == "rounded":
                shown = list(self.values)
            else:
                shown = [value for value in self.values if float(value).is_integer() or abs(value) > 99.5]
                shown += [three for value in self.values if (three := float(f"{value:.3g}")).is_integer()]
            self.forms[kind, decimals] = {printed(value, decimals) for value in shown}
        return self.forms[kind, decimals]


@cache
def read_token(token: str) -> tuple[str, bool, int]:
    """A number as it would be printed, whether it is per cent, and its decimals."""
    text = token.replace("−", "-").replace("\u202f", "").removesuffix("%")
    decimals = len(text.partition(".")[2])
    return text if "e" in text else printed(float(text), decimals), token.endswith("%"), decimals


def printed(value: float, decimals: int) -> str:
    """A value with so many decimals; nought has no sign."""
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def flat(verdict: dict) -> Iterator[dict]:
    yield verdict
    for reading in verdict["readings"]:
        yield from flat(reading)


def files_by_id(folder: Path, ids: set[str]) -> dict[str, list[Path]]:
    """The files of results and figures by the verdict or reading whose they are: ``C60_within_terms.csv`` is C60_within's."""
    found: dict[str, list[Path]] = {}
    for path in sorted([*(folder / "results").glob("*"), *(folder / "figures").glob("*.csv")]):
        name = path.stem.removesuffix("_terms")
        owner = next((name[:k] for k in range(len(name), 0, -1) if name[:k] in ids), name)
        found.setdefault(owner, []).append(path)
    return found


def known_of(verdict: dict, files: dict[str, list[Path]]) -> Known:
    """What explains the section of one question."""
    known = Known()
    for one in flat(verdict):
        known.values |= set(numbers_in({k: v for k, v in one.items() if k != "readings"}))
        known.words |= set(words_in({k: v for k, v in one.items() if k not in ("readings", "sentence")}))
        parts = [part["verdict"] for part in one["readings"]]
        known.values |= {float(len(parts)), *(float(parts.count(part)) for part in set(parts))}
        known.words |= {row["label"].split(": ")[0] + ":" for row in one["sensitivity"]}
        if one["verdict"] == "not_testable":  # nothing was computed: the reason, with its counts, is the object's own
            known.words |= {one["sentence"], one["sentence"].removeprefix("Not testable. ")}
        for row in (*one["terms"], *one["sensitivity"]):
            known.add([*numbers_in(row), *named_in(row.get("term", ""))])
        smallest = one["smallest_effect"]
        if smallest and smallest["value"]:
            known.values.add(abs(float(smallest["value"])))
            ends = [t[name] for t in one["terms"] for name in ("estimate", "conf_low", "conf_high")]
            known.values |= {end / abs(smallest["value"]) for end in ends}
            for term in one["terms"]:
                known.add(term[name] / abs(smallest["value"]) for name in ("estimate", "conf_low", "conf_high"))
        known.values |= {float(len(one["terms"]) - 3), float(len(one["sensitivity"]))}
        same_verdict = sum(row["verdict"] == one["verdict"] for row in one["sensitivity"])
        known.values |= {float(same_verdict), float(len(one["sensitivity"]) - same_verdict - 5)}
    for path in [path for one in flat(verdict) for path in files.get(one["id"], ())]:
        if path.suffix == ".json":
            told = json.loads(path.read_text("utf-8"))
            known.values |= set(map(float, numbers_in(told)))
            facts = told["facts"]
            known.values |= {value for name in facts for value in named_in(name)}
            for name in [one for one in facts if f"{one}_low" in facts and f"{one}_high" in facts]:
                known.add((facts[name], facts[f"{name}_low"], facts[f"{name}_high"]))
            known.words |= set(words_in(told))
        else:
            for row in rows_of(path):
                named = named_in(row.get("term") or "")
                known.add([*(value for cell in row.values() if (value := number(cell)) is not None), *named])
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
    flow = folder / "figures" / "flow.csv"
    for row in rows_of(flow) if flow.is_file() else []:
        known.values |= {value for cell in row.values() if (value := number(cell)) is not None}
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
class Group:
    """Numbers of a page that belong together, and what may explain them.

    The numbers of one table row, and an estimate with the ends of its interval, have to come from one record; any other
    number is a group of its own.
    """

    section: str
    text: str
    tokens: tuple[str, ...]
    among: list[Known]
    whole: bool = False

    def explained(self, at: int = 0, token: str = "") -> bool:
        """Whether one of ``among`` explains all of the group, with ``token`` in the place ``at`` if given."""
        tokens = [*self.tokens[:at], token, *self.tokens[at + 1 :]] if token else self.tokens
        return any(all(known.explains(each, whole=self.whole) for each in tokens) for known in self.among)


def walked(folder: Path, labels: Iterable[str] = ()) -> list[Group]:
    """Every number of the page in ``folder`` that is of data; ``labels`` are the codebook's names of columns."""
    verdicts = json.loads((folder / "verdicts.json").read_text("utf-8"))["claims"]
    files = files_by_id(folder, {one["id"] for verdict in verdicts for one in flat(verdict)})
    read = Page()
    read.feed((folder / "index.html").read_text("utf-8"))
    study = of_the_study(folder, verdicts)
    by_id = {}
    for verdict in verdicts:
        known = known_of(verdict, files)
        ids = [one["id"] for one in flat(verdict)]
        known.words |= {text for id_ in ids if id_ in read.sections for text in read.sections[id_].given}
        by_id |= dict.fromkeys(ids, known)
    everything = Known(
        values=study.values.union(*(one.values for one in by_id.values())), shares=study.shares,
        words=study.words.union(*(one.words for one in by_id.values())),
        records=[record for one in {id(one): one for one in by_id.values()}.values() for record in one.records],
    )  # fmt: skip
    statements = read.sections["questions"].given
    found = []
    for name, said in read.sections.items():
        if name in NOT_OF_DATA:
            continue
        known = by_id.get(name) or (study if name in ("data", "methods", "tensions") else everything)
        before = {*labels, *known.words, *statements}
        words = sorted((w for w in before if any(map(str.isdigit, w)) and len(w) > 3), key=len, reverse=True)
        for text in filter(has_digit, said.texts):
            found += _of_text(name, without(text, words), known)
        for text in said.rows:
            tokens = tuple(plain_tokens(without(text, words), known))
            found += [Group(name, text, tokens, known.records, whole=True)] if tokens else []
    return found


def has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _of_text(name: str, text: str, known: Known) -> list[Group]:
    """The numbers of one text: estimates with their intervals first, then those that stand alone."""
    found = [
        Group(name, text, tuple(token for token in match.groups() if token), known.records, whole=True)
        for match in BRACKETS.finditer(text)
    ]
    rest = BRACKETS.sub(lambda m: " ".join(re.findall(r"[\d.]+%", m[0])), text)
    return found + [Group(name, text, (token,), [known]) for token in plain_tokens(rest, known)]


def plain_tokens(text: str, known: Known) -> list[str]:
    """The numbers of a text; "< .001" is one only where no value is that small."""
    text = EXTREME.sub(lambda m: " " if known.has_extreme(m[1]) else m[0], FIXED.sub(" ", text))
    return NUMBER.findall(text)


def without(text: str, known: list[str]) -> str:
    """A text without what was known beforehand, the longest first; nothing if it is a piece of that."""
    piece = text.rstrip("…")
    for word in known:
        if len(word) >= len(piece) > 3 and piece in word:
            return ""
        for form in (word, word.rstrip("."), word[:1].lower() + word[1:].rstrip(".")):
            if form in text:
                text = text.replace(form, " ")
    return text
