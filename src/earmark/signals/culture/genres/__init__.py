"""Genres: a tree of them with other spellings, what else tags say, and tags of many hands brought to it."""

from earmark.signals.culture.genres.reconciling import ReconcilingConfig, meaning, reconcile
from earmark.signals.culture.genres.terms import Kind, Term
from earmark.signals.culture.genres.tree import Composed, GenreTree, shipped

__all__ = ["Composed", "GenreTree", "Kind", "ReconcilingConfig", "Term", "meaning", "reconcile", "shipped"]
