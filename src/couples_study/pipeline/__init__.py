"""Steps and disk: finds studies, reads deliveries, calls the steps, writes what they give. Nothing is computed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.core.loading import on_demand

if TYPE_CHECKING:
    from couples_study.pipeline.locate import Place
    from couples_study.pipeline.plan import run_plan
    from couples_study.pipeline.report import run_report
    from couples_study.pipeline.run import run_intake
    from couples_study.pipeline.running import Done
    from couples_study.pipeline.simulate import run_simulate
    from couples_study.pipeline.study import Study, load_study
    from couples_study.pipeline.verify import run_verify
    from couples_study.pipeline.withdraw import run_withdraw

__all__ = [
    "Done",
    "Place",
    "Study",
    "load_study",
    "run_intake",
    "run_plan",
    "run_report",
    "run_simulate",
    "run_verify",
    "run_withdraw",
]

__getattr__ = on_demand(
    __name__,
    {
        "Done": f"{__name__}.running",
        "Place": f"{__name__}.locate",
        "Study": f"{__name__}.study",
        "load_study": f"{__name__}.study",
        "run_intake": f"{__name__}.run",
        "run_plan": f"{__name__}.plan",
        "run_report": f"{__name__}.report",
        "run_simulate": f"{__name__}.simulate",
        "run_withdraw": f"{__name__}.withdraw",
        "run_verify": f"{__name__}.verify",
    },
)
