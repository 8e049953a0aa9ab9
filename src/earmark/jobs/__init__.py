"""The runs that change something: import, learn, weekly, forget."""
