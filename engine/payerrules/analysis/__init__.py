"""What golden files prove of policies, and what a change to a policy changes: exercise, mutants, diff, impact, counterfactuals."""
