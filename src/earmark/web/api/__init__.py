"""Our own API, version 1: everything that Earmark knows about a listener, to the listener."""
