"""The models by the name that ``study.toml`` uses, and what every one of them is asked beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from couples_study.contracts.hypothesis import Question
from couples_study.core.errors import StudyFileError, listed, nearest
from couples_study.models.model import COMMON_OPTIONS, Model, Setting

__all__ = ["MODELS", "Model", "Setting", "check_question", "model_called"]

HOME = {
    "apim": "apim",
    "attributable": "attributable",
    "contrast": "contrast",
    "counts": "counts",
    "cross_lag": "cross_lag",
    "diagnostic": "diagnostic",
    "dose_curve": "dose_curve",
    "equivalence": "equivalence",
    "growth": "growth",
    "hazard": "hazard",
    "mediation": "mediation_model",
    "micro_randomised": "micro_randomised",
    "moderation": "moderation",
    "onset": "onset_model",
    "paired": "paired",
    "piecewise_change": "piecewise_change",
    "practices": "practices",
    "prevalence": "prevalence",
    "ranking": "ranking",
    "regression": "regression",
    "slopes": "couple_slopes",
    "structure": "structure",
    "surface": "surface",
    "threshold": "threshold_model",
    "threshold_between": "threshold_between",
    "threshold_dose": "threshold_dose",
    "threshold_necessity": "threshold_necessity",
    "trend": "trend",
    "trial": "trial",
}


NOT_GAUSSIAN = ("counts", "paired")


class Models(Mapping[str, Model]):
    """The models by name; each is loaded, with the libraries it needs, when it is first asked for."""

    def __getitem__(self, name: str) -> Model:
        found: Model = import_module(f"couples_study.models.{HOME[name]}").MODEL
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(HOME)

    def __len__(self) -> int:
        return len(HOME)


MODELS = Models()


def model_called(name: str, where: str) -> Model:
    """The model of that name; raises `StudyFileError` where there is none."""
    if name not in MODELS:
        guess = nearest(name, MODELS)
        raise StudyFileError(
            where,
            expected=f"model = one of {listed(sorted(MODELS))}",
            found=repr(name),
            do=f"did you mean {guess!r}?" if guess else "choose one of these models",
        )
    return MODELS[name]


def check_question(question: Question, setting: Setting, where: str) -> Model:
    """Refuse what the model would have to ignore or guess; returns the model."""
    model = model_called(question.model, where)
    foreign = sorted(question.keys_set() - model.options - COMMON_OPTIONS)
    if foreign:
        raise StudyFileError(
            where,
            expected=f"keys that model {model.name!r} uses: {listed(sorted(model.options), most=30)}",
            found=listed(foreign),
            do="leave them out, or choose the model they belong to",
        )
    if question.distribution != "gaussian" and model.name not in NOT_GAUSSIAN:
        raise StudyFileError(
            where,
            expected='distribution = "gaussian", which this model takes its outcome to be',
            found=repr(question.distribution),
            do='leave it out, or use model = "counts" (or "paired")',
        )
    _require_numbers(question, setting, where)
    model.check(question, setting, where)
    return model


def _require_numbers(question: Question, setting: Setting, where: str) -> None:
    for name in question.columns():
        if name in ("study_day", "weekend"):
            continue
        labels_do = name in question.groupings()
        if name not in setting.glossary:
            guess = nearest(name, setting.glossary)
            raise StudyFileError(
                where,
                expected="columns of the glossary or of [measures]",
                found=f"{name!r}, which is neither",
                do=f"did you mean {guess!r}?"
                if guess
                else "add it under [measures.<name>], or map it in its [[source]]",
            )
        if not (labels_do or setting.glossary[name].is_numeric):
            raise StudyFileError(
                where,
                expected="columns that hold numbers",
                found=f"{name!r}, which holds labels",
                do="recode it into 0 and 1 under a [measures.<name>] of its own",
            )
