"""Servers that run models, asked over HTTP as OpenAI's API has it."""
