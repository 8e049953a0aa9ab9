"""Held-out tests: splits in time, metrics, peers, reports."""
