"""A recipe as tasks, on one machine or a cluster.

Reading order: run and phases, tasks, task_results (what each kind of task leaves), task_files, engine, executors,
datatrove_ranks, slurm_jobs; grouping, read_tasks, sharded_stage, pass_shard, mix_tasks, select_shard, quotas (the tasks
of each phase), final_phases; stored_lines, shards, patches, patched_files, verdict_files, bucket_index, line_counts
(what tasks leave on disk); seal, work_cache, published_run, row_memo, row_facts, passed_memo, passed_rows, filter_memo,
selection_memo (what later runs use of it); progress, preview, estimate, summary (what users see); takedown_gate,
real_floor, equal_ids, left_out, located_errors (what keeps a result from being published, or is said of it).
"""
