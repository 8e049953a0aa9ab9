"""What the world says about music: texts, tags, genres and lyrics, as figures with evidence."""
