"""Language identification: model_file, model, scripts, relatives, function_words, line, parts, identify."""
