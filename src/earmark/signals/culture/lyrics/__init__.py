"""The words of songs, read into figures: languages, themes, moods, and what may not be for every ear."""

from earmark.signals.culture.lyrics.reading import read_lyrics

__all__ = ["read_lyrics"]
