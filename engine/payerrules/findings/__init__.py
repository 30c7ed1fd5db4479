"""What can be known to be wrong with policies before any claim: each finding with an encounter that shows it."""
