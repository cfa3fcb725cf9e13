-- The status of a service in one row and one round trip. Each value is found through an index, whatever the log's size.
SELECT jsonb_build_object(
    'position', (SELECT coalesce(max(position), 0) FROM {events}),
    'relay', (
        SELECT jsonb_build_object('position', position, 'error', error,
                                  'reported', extract(epoch FROM clock_timestamp() - reported_at))
        FROM {schema}.relay_status),
    'unsent_age', (
        SELECT extract(epoch FROM %(now)s - recorded_at) FROM {events}
        WHERE position = 1 + coalesce((SELECT position FROM {schema}.relay_status), 0)),
    'sources', (
        SELECT jsonb_agg(jsonb_build_object(
            'publisher', s.publisher, 'halted', s.halted,
            'announced', extract(epoch FROM clock_timestamp() - s.announced_at),
            -- Up to here everything was received: the last announcement, or the one before it.
            'lag', extract(epoch FROM %(now)s - CASE WHEN NOT EXISTS (
                SELECT FROM unnest(s.announced_ends) WITH ORDINALITY AS last(number, nth)
                LEFT JOIN {schema}.tracked t ON (t.publisher, t.log_id, t.partition) = (s.publisher, s.log_id,
                    CASE WHEN cardinality(s.announced_ends) = 1 THEN -1 ELSE last.nth - 1 END)
                WHERE last.number > coalesce(t.number, 0)
            ) THEN greatest(s.received_until, s.announced_until) ELSE s.received_until END)) ORDER BY s.publisher)
        FROM {schema}.sources s),
    'parked', (
        SELECT jsonb_agg(jsonb_build_object('publisher', publisher, 'cases', cases, 'events', events, 'age', age))
        FROM (SELECT publisher, count(DISTINCT case_id) AS cases, count(*) AS events,
                     extract(epoch FROM now() - min(parked_at)) AS age
              FROM {schema}.parked GROUP BY publisher) AS p),
    'projections', (
        SELECT jsonb_agg(jsonb_build_object(
            'projection', known.name, 'position', coalesce(reached.position, 0),
            'age', (SELECT extract(epoch FROM %(now)s - e.recorded_at) FROM {events} e
                    WHERE e.position = coalesce(reached.position, 0) + 1)) ORDER BY known.name)
        FROM unnest(%(projections)s::text[]) AS known (name)
        LEFT JOIN {schema}.projection_checkpoints AS reached ON reached.projection = known.name),
    'deadlines', (
        SELECT jsonb_build_object('late', count(*) FILTER (WHERE tries = 0), 'failing', count(*) FILTER (WHERE tries > 0),
                                  'age', extract(epoch FROM %(now)s - min(due_at) FILTER (WHERE tries = 0)))
        FROM {schema}.deadlines WHERE fired_at IS NULL AND due_at <= %(now)s),
    'parts', (
        SELECT jsonb_agg(jsonb_build_object(
            'part', part, 'ran', extract(epoch FROM clock_timestamp() - ran_at),
            'failed', extract(epoch FROM clock_timestamp() - failed_at), 'error', error) ORDER BY part)
        FROM {schema}.part_status)
) AS status
