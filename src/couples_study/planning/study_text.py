"""The study.toml that reads a simulated study's exports."""

from __future__ import annotations

from collections.abc import Mapping

from couples_study.contracts.scenario import Scenario
from couples_study.planning.trial_exports import trial_sources

DIARY = (
    "touch_received_n", "touch_given_n", "close_1", "close_2", "safe_1", "safe_2", "resp_1", "resp_2", "stress_day",
    "together_hours", "conflict_today", "sex_today",
)  # fmt: skip
WEEKLY = ("csi4_1", "csi4_2", "csi4_3", "csi4_4", "phys", "emotional")
BASELINE = (
    "age", "years_together", "avoid_hard_talk", "resentment_1", "resentment_2", "resentment_3", "intimacy_1",
    "intimacy_2", "intimacy_3",
)  # fmt: skip
FURTHER = {"people": "questions", "survey_waves": "course", "diary_days": "moments"}  # export by table
TRIAL_EXPORTS = {"couples": "trial_couples", "people": "trial_people", "weekly": "trial_weekly"}
TEMPLATE = """\
# {title}
# Nobody answered these questions: everything here was drawn by a seeded generator. See truth.json.

[study]
id = "{id}"
title = "{title}"
synthetic = true
time_zone = "Europe/Vienna"
day_ends = "04:00"      # an entry at 00:30 belongs to the evening before
day_opens = "16:00"     # one made between 04:00 and 16:00 is late: it is counted, and kept out of the analyses
scheduled_days = {days}
claims = "all"

[dyads]
type = "distinguishable"
by = "gender"
labels = {{ woman = "woman", man = "man" }}

[[source]]
reader = "csv"
files = "baseline.csv"
table = "people"
keys = {{ couple = "dyad", person = "pid" }}
columns = {{ start_date = "start_date", kids = "children_home", {baseline} }}
recode = {{ kids = {{ yes = 1, no = 0 }} }}

[[source]]
reader = "csv"
files = "weekly.csv"
table = "survey_waves"
keys = {{ couple = "dyad", person = "pid", week = "week" }}
columns = {{ {weekly} }}

[[source]]
reader = "csv"
files = "diary.csv"
table = "diary_days"
keys = {{ couple = "dyad", person = "pid", date = "submitted_at" }}
missing = {{ -99 = "refused", -88 = "not_applicable" }}
columns = {{ {diary} }}
recode = {{ conflict_today = {{ yes = 1, no = 0 }}, sex_today = {{ yes = 1, no = 0 }} }}

{further}[[hypothesis]]
id = "H1"
statement = "On days on which I feel more understood than usual, my partner feels closer to me."
status = "confirmatory"
multiplicity = "primary"
model = "apim"
outcome = "close"
actor = ["resp"]
partner = ["resp"]
by_role = true
test = ["partner.within[woman]", "partner.within[man]"]
require = "all"
smallest_effect = {{ value = 0.05, unit = "points per point", why = "20 points then move the partner by one" }}

[[hypothesis]]
id = "H2"
statement = "When one partner is more stressed than usual, the other feels less close on the next day."
status = "confirmatory"
multiplicity = "primary"
model = "apim"
outcome = "close"
partner = ["stress_day"]
lag = 1
autoregression = true
test = ["partner.within"]
direction = "negative"
smallest_effect = {{ value = 0.05, unit = "within SD per within SD", why = "half of the smallest same-day effect" }}

[[hypothesis]]
id = "H3"
statement = "The more resentment, the less intimacy, years together and age held."
status = "confirmatory"
multiplicity = "primary"
model = "regression"
outcome = "intimacy"
predictors = ["resentment"]
covariates = ["years_together", "age"]
direction = "negative"
smallest_effect = {{ value = 0.15, unit = "SD per SD", why = "the smallest difference between people of interest" }}
"""


def study_text(study_id: str, scenario: Scenario, couples: int, days: int, names: Mapping[str, str]) -> str:
    """study.toml as text, with our column names mapped onto the export's."""

    def columns(wanted: tuple[str, ...]) -> str:
        return ", ".join(f'{name} = "{names.get(name, name)}"' for name in wanted)

    return TEMPLATE.format(
        id=study_id, days=days, title=f"Synthetic study: {couples} couples, {days} days ({scenario.name})",
        baseline=columns(BASELINE), weekly=columns(WEEKLY), diary=columns(DIARY), further=_further(scenario),
    )  # fmt: skip


def _further(scenario: Scenario) -> str:
    """The sources with what else claims ask for, under the names that columns have with us."""
    from couples_study.planning.further import further_columns

    if not scenario.further:
        return ""
    times = {"people": "", "survey_waves": ', week = "week"', "diary_days": ', date = "submitted_at"'}
    asked = "".join(
        f'[[source]]\nreader = "csv"\nfiles = "{name}.csv"\ntable = "{table}"\n'
        f'keys = {{ couple = "dyad", person = "pid"{times[table]} }}\n[source.columns]\n'
        + "".join(f'{column} = "{column}"\n' for column in further_columns(table))
        + "\n"
        for table, name in FURTHER.items()
    )
    return asked + trial_sources(**TRIAL_EXPORTS) + "\n"
