"""Datasets as the Hugging Face Hub has them: `dataset_files` finds the files of a split, `card_license` the licence,
and `card_fields` what else its card says.
"""
