"""Language identification.

In the order to read: model_file, model, scripts, relatives, function_words, chinese, line, parts, word_runs, identify.
"""
