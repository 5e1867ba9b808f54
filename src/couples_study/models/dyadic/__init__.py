"""Mixed models of couples: both partners' repeated measures in one likelihood."""

from couples_study.models.dyadic.compare import LikelihoodRatio, distinguishability, likelihood_ratio
from couples_study.models.dyadic.concerns import person_mean_reliability
from couples_study.models.dyadic.model import DyadicMixedLM
from couples_study.models.dyadic.results import DyadicResults

__all__ = [
    "DyadicMixedLM",
    "DyadicResults",
    "LikelihoodRatio",
    "distinguishability",
    "likelihood_ratio",
    "person_mean_reliability",
]
