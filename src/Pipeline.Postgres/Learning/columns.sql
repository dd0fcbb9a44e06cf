-- What a learning is read from, as a part of other statements.
l.id, l.run_id, l.collection, l.step, l.agent, l.severity, l.finding, l.interventions, l.attributes::text, l.created, l.valid_until,
l.improved, l.no_change, l.worse, l.unknown, l.outcome, l.follow_up, l.notes, l.reported
