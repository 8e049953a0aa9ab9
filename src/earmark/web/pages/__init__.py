"""Pages for people: plain forms, which need no script."""
