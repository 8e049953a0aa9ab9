"""What a listener's taste is, in words and numbers that they can check."""
