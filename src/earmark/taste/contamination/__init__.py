"""What stands in a listener's record and is likely not their taste: found by habits, words and sound, and proposed."""
