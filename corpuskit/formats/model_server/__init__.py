"""Servers that run models, asked over HTTP as OpenAI's API has it.

Reading order: address (where a server is, and the key to it), client (many questions at once, and again), completion
and embeddings (what its answers say).
"""
