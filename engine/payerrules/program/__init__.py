"""Programs: editions linked and staged, with the meaning of conditions and a content hash."""
