"""Lists made for a listener, with a reason for every entry."""
