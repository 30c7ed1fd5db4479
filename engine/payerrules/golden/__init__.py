"""Golden files: encounters with the decision that is expected of them."""
