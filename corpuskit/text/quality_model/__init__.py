"""A learned judgement of texts: samples, features, linear, model_file, fasttext_file, scorer, judgement."""
