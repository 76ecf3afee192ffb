"""What `index` does with a stream: `index_output` takes it document by document and puts the new version in place.

`takedown_gate` refuses a stream in which something that was taken out may come back.
"""
