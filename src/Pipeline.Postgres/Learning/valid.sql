-- Whether l is still seen, as a part of other statements.
(l.valid_until IS NULL OR l.valid_until > {now})
