"""How the tables came to be, step by step (Alembic). A released step is never edited; a new one is added.

Each step is a module of `versions` with ``revision`` and ``down_revision``, numbered ``0001``, ``0002``, ….
"""
