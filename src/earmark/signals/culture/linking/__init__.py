"""Which artists, releases and songs a text is about: names found by a trie of words, and judged by their context."""

from earmark.signals.culture.linking.linker import Link, Linker, LinkingConfig
from earmark.signals.culture.linking.names import Name

__all__ = ["Link", "Linker", "LinkingConfig", "Name"]
