"""What sites and pages declare on the use of their texts, and what that comes to.

Read `statements` first, then what reads each mechanism (`robots_file`, `robots_statements`, `content_usage`,
`content_signal`, `tdmrep`, `rsl`, `ai_txt`, `page_head`, `page_statements`), then `host_files` (what a table holds of a
host), `table_file` (the table itself) and `decision` (profiles and verdicts). `agents` and `path_rules` say whom and
what a group of robots.txt means, `license_links` which licence a link does; `declarations` and `evidence` are what
documents carry.
"""
