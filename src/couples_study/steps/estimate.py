"""Step 5: every reading of every statement to evidence, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.core.errors import AnalysisError
from couples_study.measures import Frames
from couples_study.models.model import not_testable_here, too_few
from couples_study.models.unanswered import with_unanswered
from couples_study.steps.check import Checked, model_of

Found = Mapping[str, Evidence | NotTestable]
FAILED = "analysis_failed"


def estimate(checked: Checked, frames: Frames, tell: Callable[[str], None] = lambda _: None) -> Found:
    """Evidence by reading id. ``tell`` hears the id of each reading before it is fitted, for progress."""
    found: dict[str, Evidence | NotTestable] = {}
    for key, question in readings(checked).items():
        tell(key)
        found[key] = estimate_one(key, question, frames, checked)
    return found


def readings(checked: Checked) -> dict[str, Question]:
    """Every question to be answered, by reading id, in the order asked."""
    return {key: question for asked in checked.asked for key, _, question in asked.readings}


def estimate_one(key: str, question: Question, frames: Frames, checked: Checked) -> Evidence | NotTestable:
    """One reading. A model that can not be fitted is a reason of its own, and the rest of the report still comes."""
    model = model_of(question)
    refused = not_testable_here(key, question, model, frames, checked.setting)
    if refused is not None:
        return refused
    panel = frames.panel_with(question.outcome)
    if model.repeated(question) and panel is not None and panel.empty:
        return too_few(key, 0, f"answered {question.outcome}")
    try:
        found = model.estimate(key, question, frames, checked.setting)
        return found if isinstance(found, NotTestable) or checked.setting.brief else with_unanswered(found, question)
    except AnalysisError as error:
        return NotTestable(id=key, reason=FAILED, detail=f"The model could not be fitted ({error.found}); {error.do}.")
    except (ArithmeticError, np.linalg.LinAlgError) as error:
        return NotTestable(id=key, reason=FAILED, detail=f"The model could not be fitted ({type(error).__name__}).")


def failed(found: Found) -> tuple[str, ...]:
    """The readings whose analysis broke down."""
    return tuple(key for key, one in found.items() if isinstance(one, NotTestable) and one.reason == FAILED)


def strength_of(question: Question, checked: Checked) -> str:
    """How strong the design lets this reading be: randomised only where what is tested was itself randomised."""
    causes = {
        *question.actor,
        *question.partner,
        *question.predictors,
        *question.items,
        question.predictor,
        question.exposure,
    }
    causes |= {question.arm, question.mediator, question.after}
    tested_causes = causes - {None} - {question.outcome}
    if tested_causes and tested_causes <= checked.setting.randomised:
        return "randomised"
    return model_of(question).strength(question)
