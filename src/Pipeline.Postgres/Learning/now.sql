-- The store's clock in microseconds, one instant for a statement and read once, as a part of other statements.
(SELECT {schema}.learning_now())
