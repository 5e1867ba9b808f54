"""Frame in, estimate out: the statistical engine."""
