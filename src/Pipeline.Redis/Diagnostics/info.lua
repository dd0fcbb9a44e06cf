-- Tells of the node that has the key's slot, to which a client cannot send INFO by its name.
-- Keys: 1 any key of that slot; it is not touched.
-- Arguments: none.
-- Reply: what INFO says.
return redis.call('INFO')
