"""Every model in other programs' languages, as files: exact where the program has it, else the nearest and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.hypothesis import Question
from couples_study.models.terms import split

ENDINGS = {"nlme": ".nlme.R", "lme4": ".lme4.R", "glmmTMB": ".glmmTMB.R", "sas": ".sas", "spss": ".sps"}
IN_R = ("nlme", "lme4", "glmmTMB")
PREPARE = "prepare.R"
CLUSTERED = 'print(clubSandwich::coef_test(fit, vcov = "CR2", cluster = d$couple_id, test = "naive-tp"))'
NEAREST = "# No other program fits this model in one command. The nearest, with what it lacks:"


def prepare_r() -> str:
    """The R function that makes the columns of actor-partner models."""
    return (files("couples_study.report.export") / PREPARE).read_text("utf-8")


def syntax_files(question: Question, found: Evidence, frame: str, data: str, roles: Sequence[str]) -> dict[str, str]:
    """The files of one model by name; it reads ``frame`` from the folder ``data``, two folders above which is none."""
    head = [
        f"{found.id}: {question.outcome}",
        f"equation:  {found.equation}",
        f"formula:   {found.formula}",
        f"estimator: {found.estimator}",
    ]
    if found.syntax:
        ready = _ready(question, found, frame, data, roles)
        return {
            found.id + ENDINGS[program]: _headed(head, program)
            + (ready if program in IN_R else _note(program))
            + text.rstrip("\n") + "\n"
            for program, text in found.syntax.items()
        }  # fmt: skip
    write = OTHERS.get(found.model, _by_words)
    return {f"{found.id}.R": _headed(head, "nlme") + f'd <- read.csv("../{data}/{frame}.csv")\n' + write(question)}


def _headed(lines: Sequence[str], program: str) -> str:
    if program in IN_R:
        return "".join(f"# {line}\n" for line in lines)
    if program == "sas":
        return "".join(f"/* {line.replace('*/', '* /')} */\n" for line in lines)
    return "".join(f"* {line.rstrip('.')}.\n" for line in lines)


def _note(program: str) -> str:
    said = "d is the model's frame: write it from R by prepare.R, as the .R files beside this one make it"
    return f"/* {said} */\n" if program == "sas" else f"* {said}.\n"


def _ready(question: Question, found: Evidence, frame: str, data: str, roles: Sequence[str]) -> str:
    """R that reads the data and makes the columns which the model names."""
    taken = {*_own_terms(question), "intercept"}
    covariates = [one for one in dict.fromkeys(split(term.term)[0] for term in found.coefficients) if one not in taken]
    words = {
        "outcome": _text(question.outcome),
        "autoregression": _flag(question.autoregression),
        "actor": _many(question.actor),
        "partner": _many(question.partner),
        "centering": _text(question.centering),
        "lag": str(question.lag),
        "covariates": _many(covariates),
        "roles": _many(roles),
        "by_role": _flag(question.by_role),
    }
    if question.model != "apim":
        return f"# d comes from ../{data}/{frame}.csv with the columns that the equation names\n"
    told = ", ".join(f"{name} = {value}" for name, value in words.items())
    once = "" if frame.startswith("person_") else "d$time <- 0\n"
    return f'source("{PREPARE}")\nd <- read.csv("../{data}/{frame}.csv")\n{once}d <- dyadic_columns(d, {told})\n'


def _own_terms(question: Question) -> set[str]:
    kinds = ("within", "between") if question.centering == "person" else ("",)
    found = {"autoregression"}
    for side, columns in (("actor", question.actor), ("partner", question.partner)):
        for kind in kinds:
            name = f"{side}.{kind}" if kind else side
            found |= {name, *(f"{name}.{column}" for column in columns)}
    return found


def _text(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _flag(yes: bool) -> str:
    return "TRUE" if yes else "FALSE"


def _many(words: Sequence[str]) -> str:
    return f"c({', '.join(map(_text, words))})" if words else "character(0)"


def _complete(names: Sequence[str]) -> str:
    return f"d <- d[complete.cases(d[{_many(names)}]), ]\n"


def _regression(question: Question) -> str:
    right = [*question.predictors, *(question.covariates or ())]
    fit = f"fit <- lm({question.outcome} ~ {' + '.join(['1', *right])}, data = d)\n"
    return _complete([question.outcome, *right]) + fit + CLUSTERED + "\n"


def _prevalence(question: Question) -> str:
    sign = "<=" if question.direction == "negative" else ">="
    among = f"d <- d[d${question.among} %in% 1, ]\n" if question.among else ""
    cut = f"{question.cut:g}"
    lines = among + _complete([question.outcome]) + f"says <- as.integer(d${question.outcome} {sign} {cut})\n"
    if question.who == "each":
        return (
            lines
            + "# the interval here takes persons of one couple for independent\n"
            + ("print(prop.test(sum(says), length(says), correct = FALSE))  # Wilson\n")
        )
    how = "min" if question.who == "both" else "max"
    return lines + (
        "two <- tapply(says, d$couple_id, length) == 2\n"
        f"couple <- tapply(says, d$couple_id, {how})[two]\n"
        "print(prop.test(sum(couple), length(couple), correct = FALSE))  # Wilson\n"
    )


def _threshold(question: Question) -> str:
    x, value = question.exposure, f"{question.stated:g}"
    right = f"pmin({x}, {value}) + pmax({x} - {value}, 0) + time + factor(person_id)"
    lacks = "# rival curves on couples left out, resampled couples\n"
    return f"{NEAREST}\n{lacks}fit <- lm({question.outcome} ~ {right}, data = d)\n{CLUSTERED}\n"


def _cross_lag(question: Question) -> str:
    y, x = question.outcome, question.predictor
    of = f"first indicators of {question.after} and {x} of that day" if question.after else ""
    left = f"l_y and l_x {of or 'their first indicator of the day before'}"
    lines = (
        NEAREST,
        f"# y and x are {y} and {x} minus the person's mean, {left},",
        "# z_y and z_x the second",
        "# fit <- ivreg::ivreg(y ~ 0 + l_y + l_x + study_day + weekend | 0 + z_y + z_x + study_day + weekend, d)",
    )
    return "\n".join(lines) + "\n"


def _trial(question: Question) -> str:
    held = " + ".join(["baseline", *(question.covariates or ())])
    lines = (
        f"{NEAREST}",
        "# the contrast of arms over weeks is a combination of the coefficients;",
        f"# baseline is the person's mean of {question.outcome} up to week {question.begins}",
        f"# fit <- lm({question.outcome} ~ 0 + factor(week):{question.arm} + ({held}):factor(week), data = d)",
        f"# {CLUSTERED}",
    )
    return "\n".join(lines) + "\n"


def _by_words(_: Question) -> str:
    return f"{NEAREST}\n# none: the equation above is the model, and its estimator is written in couples_study\n"


OTHERS: dict[str, Callable[[Question], str]] = {
    "regression": _regression,
    "prevalence": _prevalence,
    "threshold": _threshold,
    "threshold_between": _threshold,
    "cross_lag": _cross_lag,
    "trial": _trial,
}
