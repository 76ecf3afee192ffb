"""Dataset cards for the Hugging Face Hub, in the Hub's own vocabulary: card, card_file, vocabulary."""
