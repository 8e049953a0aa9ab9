"""What to play now: a listener's own habits, the sequences they remember, and a ranker over both."""
