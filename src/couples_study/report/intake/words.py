"""Plain words for what the watch finds: indices of agreement, signs of carelessness, kinds of drift, risks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.report import numbers

if TYPE_CHECKING:
    from couples_study.contracts.watch import SilentPerson

INDICES = {
    "mean_difference": ("Mean difference", "mine minus my partner's; 0 if neither sees more than the other"),
    "sd_difference": ("Spread of the differences", "standard deviation; small if both count alike"),
    "icc": (
        "Intraclass correlation, ICC(A,1)",
        "1 if both say the same number, about 0 if their numbers are unrelated",
    ),
    "concordance": ("Concordance", "Lin's coefficient, read like the ICC"),
    "within_r": ("Correlation within couples", "whether both see the same evenings as the ones with more"),
    "within_one": ("Within one", "share of reports that differ by at most one"),
    "kappa": ("Cohen's kappa", "agreement beyond chance: 1 is full, 0 is chance"),
    "adjusted_kappa": ("Kappa, adjusted for prevalence", "fair where yes or no is rare"),
    "positive_agreement": ("Agreement on yes", "when one says yes, how often both do"),
    "negative_agreement": ("Agreement on no", "when one says no, how often both do"),
    "observed": ("Same answer", "share of evenings"),
}
SHARES = ("within_one", "observed", "positive_agreement", "negative_agreement")
SIGNS = {
    "long_string": (
        "the same answer many times in a row",
        "identical answers in a row, on a scale with reversed items",
    ),
    "too_fast": ("answered too fast", "seconds for each answered question, at the least"),
    "even_odd": ("halves of scales that do not fit together", "consistency of even and odd items, at the least"),
    "mahalanobis": ("answers unlike everybody's", "chance of an honest questionnaire as far from the rest"),
}
DRIFT = {
    "renamed": "column renamed",
    "gone": "column gone",
    "new": "column new",
    "range_changed": "range changed",
    "code_moved": "label moved",
    "words_new": "texts new",
    "words_gone": "texts gone",
    "more_missing": "more missing",
}
DRIFT_STEPS = {
    "renamed": "name the new column under columns of its source in study.toml, or undo the renaming on the platform.",
    "gone": "ask whoever edited the form; if the question was dropped on purpose, say so in the study's log.",
    "new": "map it under columns in study.toml if it is to be analysed.",
    "range_changed": "look at the form: if the scale was changed, before and after are two measures.",
    "code_moved": "compare the exports' code books; a recode per source in study.toml brings both to the same codes.",
    "words_new": "check whether an answer option was added or reworded; recode both wordings to the same code.",
    "words_gone": "check whether an answer option was removed or reworded.",
    "more_missing": "look at the form's branching and at required questions; ask the platform about lost answers.",
}
RISK = {"silent": "silent for long", "declining": "answering much less than before"}


def evenings(n: int) -> str:
    """So many evenings."""
    return f"{numbers.count(n)} evening{'s' if n != 1 else ''}"


def share(value: float | None) -> str:
    """A share in whole per cent."""
    return numbers.NOT_APPLICABLE if value is None else f"{100 * value:.0f}%"


def since(person: SilentPerson) -> str:
    """How long someone has been silent."""
    return evenings(person.evenings) if person.ever else f"{evenings(person.evenings)}, never answered so far"


def named(names: tuple[str, ...], most: int = 12) -> str:
    """Names in a row, capped."""
    rest = f" and {numbers.count(len(names) - most)} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def couples(n: int) -> str:
    """So many couples."""
    return f"{numbers.count(n)} couple{'s' if n != 1 else ''}"


def people(n: int) -> str:
    """So many people."""
    return f"{numbers.count(n)} {'people' if n != 1 else 'person'}"
