"""Earmark: a self-hosted personalisation engine for listening."""
