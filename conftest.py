"""Fixtures for every room's tests.

Property tests try the same examples every time, so that a change is what makes them fail; to look for new ones, run
`pytest --hypothesis-profile=explore`.
"""

from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("explore", max_examples=1_000)
settings.load_profile("same")

pytest_plugins = ("tests.homes",)
