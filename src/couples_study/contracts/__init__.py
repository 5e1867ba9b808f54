"""Frozen shapes: what a study, a hypothesis, a claim, a reader's answer, an estimate and a verdict are."""
