"""The one transactional record, and the consistent copies cut from it for learning."""
