"""Withdrawal: a person leaves the delivery and everything made of it, whenever the computer stops in between."""
