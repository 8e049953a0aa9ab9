"""Settings, wiring and logging: the only place that knows every room."""
