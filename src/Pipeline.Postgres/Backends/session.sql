-- Tells which of the server's processes serves this session.
-- Reply: one row: its process id.
SELECT pg_backend_pid()
