"""payerrules: policy as code for healthcare payers."""
