"""A named threshold on a daily count: does the within-person curve change there, and only there?

The count takes few values, so everything the rival curves need is a couple's cross-product matrix of the indicator
columns of those values, demeaned within each person (`grams`). A curve is a vector over the values (`basis`); fitting,
testing, resampling couples and leaving couples out are small matrix products, and no step goes back to the rows.
"""

from couples_study.models.threshold.analysis import threshold_evidence

__all__ = ["threshold_evidence"]
