"""The policy language: YAML text to typed meaning, every node with its place."""
