"""Learned models; each signal knows nothing of the others."""
