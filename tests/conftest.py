"""Fixtures for every room: homes with a made world in them."""

from __future__ import annotations

pytest_plugins = ("tests.homes",)
