-- Makes the room of completed messages usable again. The server does this by itself too, but once a minute at most, in which a busy queue moves a million messages.
-- Reply: nothing.
VACUUM (SKIP_LOCKED, TRUNCATE false) {schema}.queue_messages, {schema}.queue_receives, {schema}.queue_counts, {schema}.queue_tokens, {schema}.queue_tenants
