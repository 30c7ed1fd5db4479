"""Runtimes: one meaning, executed by plain Python or inside durable_rules."""
