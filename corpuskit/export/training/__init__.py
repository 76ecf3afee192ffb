"""Documents as rows that trainers read: rows, card."""
