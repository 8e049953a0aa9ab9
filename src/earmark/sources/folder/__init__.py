"""A folder of music files: what lies in it, and what the files say of themselves."""
