"""How micro-genres are found, named and kept."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class MicroGenreConfig(BaseModel):
    """Settings of `earmark.taste.microgenres.model.MicroGenres`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artists_per_genre: float = Field(default=25.0, ge=3, le=10_000)
    """How many artists of whom something is known there are to a micro-genre, about."""
    most_genres: int = Field(default=400, ge=1, le=5_000)
    """There are no more than this, however many artists."""
    tolerance: float = Field(default=0.2, ge=0, le=1)
    """While the wanted number of micro-genres is off by no more than this share, a new build keeps the old number."""
    listening: float = Field(default=1.0, ge=0, le=100)
    """How much it counts who listens to an artist, beside the other views; 0 leaves it out."""
    terms: float = Field(default=3.0, ge=0, le=100)
    """The same for what an artist is called: tags and cultural terms."""
    sound: float = Field(default=0.5, ge=0, le=100)
    """The same for what an artist sounds like."""
    term_dimensions: int = Field(default=128, ge=2, le=1_000)
    """Length of the vectors that terms are reduced to."""
    expectation_pull: float = Field(default=3.0, gt=0, allow_inf_nan=False)
    """Pull towards nothing on what an artist or song is expected to be called, of whom nothing is said."""
    rounds: int = Field(default=20, ge=1, le=1_000)
    """Times at most that artists and centres are moved in turn."""
    support: float = Field(default=0.15, gt=0, le=1)
    """Share of a micro-genre's artists, of those who are called anything, that must carry a term of its name."""
    least_artists: int = Field(default=3, ge=1, le=1_000)
    """So many artists must carry it at least; and a micro-genre has no fewer."""
    breadth: float = Field(default=2.0, ge=0, le=20)
    """How much more a name counts that holds for more of the artists: the power of the share who carry a term of it."""
    memberships: int = Field(default=3, ge=1, le=20)
    """An artist or song belongs to so many micro-genres at most."""
    sharpness: float = Field(default=14.0, gt=0, le=1_000)
    """How fast belonging falls with distance: e to the power of this, for each 1 of cosine."""
    song_pull: float = Field(default=6.0, ge=0, le=1_000)
    """The same for what a song's own vectors say, beside its artist's belonging."""
    alike: float = Field(default=0.2, gt=0, le=1)
    """Share of artists (those in both, of those in either) from which a micro-genre counts as one of the last build."""

    def wanted(self, n_known: int, n_before: int) -> int:
        """How many micro-genres there should be for so many artists, after a build that had ``n_before``."""
        wanted = min(round(n_known / self.artists_per_genre), self.most_genres)
        if n_before and abs(wanted - n_before) <= self.tolerance * n_before:
            return n_before
        return max(wanted, min(n_known, 1))
