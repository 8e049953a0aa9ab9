"""Micro-genres: found among the artists, not listed; named by what is said of them, and laid out on a map."""
