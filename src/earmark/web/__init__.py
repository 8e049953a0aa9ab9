"""The service: what players, people and programs ask over HTTP."""
