"""Documents as rows and token ids that trainers read.

Reading order: rows, card; lossy_format (what they share), token_ids, token_shards (what formats of token ids share).
"""
