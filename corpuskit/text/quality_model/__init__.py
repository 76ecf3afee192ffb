"""Learned judgement of texts: samples, features, calibration, linear, model_file, fasttext_file, scorer, judgement."""
