-- Takes a producer out of the line of those that wait for room.
-- $1 queue; $2 ticket. Reply: whether another waits.
SELECT {schema}.queue_leave($1, $2)
