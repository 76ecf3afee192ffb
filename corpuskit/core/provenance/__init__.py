"""What happened to a stream: each verdict, each step, each dataset, each process.

Reading order: verdicts, chain, entries, json_types, manifest, balance, pipe, ledger,
takedowns_on_record.
"""
