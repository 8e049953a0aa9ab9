"""Texts about music, as documents: feeds and pages read politely over HTTP, and files of the house's own."""
