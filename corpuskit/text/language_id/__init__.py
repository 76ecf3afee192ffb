"""Language identification: model_file, model, scripts, relatives, function_words, chinese, line, parts, identify."""
