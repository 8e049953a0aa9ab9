"""Trials: learn from one part of the record, and compare with peers on the other."""
