"""A learned judgement of texts: features, linear, model_file, fasttext_file, scorer, judgement."""
