"""Consent and forgetting."""
