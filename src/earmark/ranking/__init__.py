"""Which songs for whom: candidates from every signal, fused, and the evidence for each."""
