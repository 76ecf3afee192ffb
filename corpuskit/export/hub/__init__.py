"""Dataset cards for the Hugging Face Hub, in the Hub's own vocabulary."""
