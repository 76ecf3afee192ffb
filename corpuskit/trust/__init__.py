"""Commands that prove a published dataset, explain it and compare it with another."""
