"""What music is made of: tracks, the songs they are versions of, and their names. No I/O, no numpy."""
