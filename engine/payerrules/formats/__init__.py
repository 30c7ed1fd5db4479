"""Files in and out: native JSON and YAML, 837P."""
