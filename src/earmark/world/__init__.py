"""A made world with known tastes, for the demo, the tests and the scale runs."""

from earmark.world.config import WorldConfig
from earmark.world.made import MadeListener, World

__all__ = ["MadeListener", "World", "WorldConfig"]
