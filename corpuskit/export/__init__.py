"""The forms a dataset is written in, one file each."""
