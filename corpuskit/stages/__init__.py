"""The commands that judge or change documents on their way."""
