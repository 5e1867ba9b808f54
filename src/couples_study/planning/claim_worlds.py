"""The worlds that any claim can be put to: the stated effect, none, and the traps that the claims name."""

CLAIM_WORLDS = tuple(
    f"claim_{name}"
    for name in (
        "true",
        "false",
        "mood",
        "halo",
        "ceiling",
        "acquiescence",
        "regression",
        "reverse",
        "together",
        "noise",
        "severity",
    )
)
