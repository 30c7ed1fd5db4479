"""Plugins: the hooks, and the isolation of what they do."""
