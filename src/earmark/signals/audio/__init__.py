"""Raw sound: from a file to samples, frames, figures and vectors."""
