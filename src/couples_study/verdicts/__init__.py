"""Estimate and claim in, decision out."""
