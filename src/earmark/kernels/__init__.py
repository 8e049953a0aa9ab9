"""The C core: the inner loops of signals and ranking, each with a numpy twin in the tests."""
