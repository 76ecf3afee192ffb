"""CSV and Parquet as documents. Reading order: record_table, csv, parquet_reader, parquet_batches, arrow_arrays,
arrow_reader."""
