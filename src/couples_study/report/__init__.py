"""Verdicts become tables, sentences, figures and pages. Everything here returns text or bytes; only here is rounded."""
