"""Listens, feedback and playlists, and what they say about taste."""
