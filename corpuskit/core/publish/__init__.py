"""Publication that is all or nothing: a folder of shards, or one file.

Reading order: targets, verdict_targets, dataset, folder_output, decision_files, recovery, run_ending, shard_files,
file_output, takedown_gate, line_writer, id_index, equal_ids, source_totals, contents; whole_file (results that are no
datasets); card_words, seals, report_file (what else lies in a folder).
"""
