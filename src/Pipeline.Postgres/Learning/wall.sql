-- Tells row-level security the tenant until the transaction ends, as a part of other statements: wherever one reads, since this is done before any row is looked at.
-- $1 tenant
(SELECT set_config('pipeline.tenant', $1, true)) IS NOT NULL
