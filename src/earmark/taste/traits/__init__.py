"""Traits of the music that a listener plays, beside their own past and beside others; never of the person."""
