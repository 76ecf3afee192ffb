"""Servers that run models, asked over HTTP as OpenAI's API has it.

Reading order: address (where a server is, and the key to it), statuses (what its answers mean for the next question),
client (many questions at once, and again), event_loop (on which they are asked), completion and embeddings (what its
answers say).
"""
