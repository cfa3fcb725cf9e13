-- One append = one call = one transaction. recorder.py fills in the names in braces.

CREATE TABLE IF NOT EXISTS {events} (
    originator_id      uuid        NOT NULL,
    originator_version bigint      NOT NULL,
    topic              text        NOT NULL,
    state              bytea       NOT NULL,
    case_id            uuid        NOT NULL,
    position           bigint      NOT NULL UNIQUE,     -- dense in the log
    partition          smallint    NOT NULL CHECK (partition BETWEEN 0 AND 7),
    number             bigint      NOT NULL,            -- dense in the partition
    recorded_at        timestamptz NOT NULL,            -- never goes back along position
    PRIMARY KEY (originator_id, originator_version),
    UNIQUE (partition, number)
);
COMMENT ON TABLE {events} IS 'append-only';             -- what the serving role may do: privileges.py
CREATE INDEX IF NOT EXISTS case_id_position ON {events} (case_id, position);
CREATE TABLE IF NOT EXISTS {schema}.log_identity (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    log_id   uuid    NOT NULL DEFAULT gen_random_uuid(),
    since    bigint  NOT NULL DEFAULT 0,                -- a log restored from a back-up is another history from here on
    ancestors jsonb  NOT NULL DEFAULT '{{}}'              -- former log ids, each with the last position in common with it
);
ALTER TABLE {schema}.log_identity ADD COLUMN IF NOT EXISTS ancestors jsonb NOT NULL DEFAULT '{{}}';
INSERT INTO {schema}.log_identity DEFAULT VALUES ON CONFLICT DO NOTHING;
COMMENT ON TABLE {schema}.log_identity IS 'read-only';
CREATE TABLE IF NOT EXISTS {schema}.tracked (
    publisher text, log_id uuid, partition smallint, number bigint NOT NULL,
    position bigint NOT NULL DEFAULT 0,                 -- of that event in the publisher's whole log
    PRIMARY KEY (publisher, log_id, partition)
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS {schema}.parked (
    publisher text, case_id uuid, number bigint, partition smallint NOT NULL, message bytea NOT NULL, error text,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (publisher, case_id, number)
);
CREATE TABLE IF NOT EXISTS {schema}.skipped (
    publisher text, case_id uuid, number bigint, message bytea NOT NULL, error text, reason text NOT NULL,
    skipped_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (publisher, case_id, number)
);
COMMENT ON TABLE {schema}.skipped IS 'append-only';
CREATE TABLE IF NOT EXISTS {schema}.sources (
    publisher text PRIMARY KEY, log_id uuid NOT NULL, halted text,
    announced bigint,             -- the last position that the publisher announced
    announced_at timestamptz,
    announced_ends bigint[],      -- the last number of each partition then; of a log received whole, its last position
    announced_until timestamptz,  -- on the publisher's clock: before it, nothing was recorded beyond `announced`
    received_until timestamptz,   -- before it, the publisher recorded nothing that was not received
    former_logs uuid[] NOT NULL DEFAULT ARRAY[]::uuid[], -- consumed before log_id
    halted_as_foreign boolean NOT NULL DEFAULT false,    -- it spoke for another service
    ancestors jsonb NOT NULL DEFAULT '{{}}'                -- other logs, each with the last position in common with log_id
);
ALTER TABLE {schema}.sources ADD COLUMN IF NOT EXISTS announced_ends bigint[];
ALTER TABLE {schema}.sources ADD COLUMN IF NOT EXISTS ancestors jsonb NOT NULL DEFAULT '{{}}';
ALTER TABLE {schema}.sources ADD COLUMN IF NOT EXISTS halted_as_foreign boolean NOT NULL DEFAULT false;
CREATE TABLE IF NOT EXISTS {schema}.resumed (            -- publishers that an operator resumed after such a halt
    nth bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, publisher text NOT NULL, halted text NOT NULL,
    reason text NOT NULL, resumed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS {schema}.failures (
    publisher text, event_id uuid, times int NOT NULL, error text NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (publisher, event_id)
);
CREATE TABLE IF NOT EXISTS {schema}.unique_keys (kind text, key text, case_id uuid NOT NULL, PRIMARY KEY (kind, key));
-- {case_tables}
CREATE TABLE IF NOT EXISTS {schema}.handled_commands (
    key text PRIMARY KEY, request text NOT NULL, response text NOT NULL, answered_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS {schema}.data_keys (key_id uuid PRIMARY KEY, wrapped bytea);  -- null: destroyed, for good
CREATE TABLE IF NOT EXISTS {schema}.people_index (  -- which event holds data of whom; words are keyed hashes
    person uuid, stream uuid, version bigint, path text, case_id uuid NOT NULL, words text[] NOT NULL,
    PRIMARY KEY (person, stream, version, path)
);
CREATE INDEX IF NOT EXISTS people_words ON {schema}.people_index USING gin (words);
CREATE INDEX IF NOT EXISTS people_case ON {schema}.people_index (case_id);
CREATE TABLE IF NOT EXISTS {schema}.snapshots (
    originator_id uuid, topic text, originator_version bigint NOT NULL, state bytea NOT NULL,
    PRIMARY KEY (originator_id, topic)
);
CREATE TABLE IF NOT EXISTS {schema}.deadlines (
    stream uuid, kind text, key text, aggregate text NOT NULL, case_id uuid NOT NULL, due_at timestamptz NOT NULL,
    fired_at timestamptz, tries int NOT NULL DEFAULT 0, retry_at timestamptz, error text,
    PRIMARY KEY (stream, kind, key)
);
CREATE INDEX IF NOT EXISTS deadlines_left ON {schema}.deadlines (due_at) WHERE fired_at IS NULL;
CREATE TABLE IF NOT EXISTS {schema}.attachment_chunks (  -- ciphertext only, which nothing compresses
    attachment uuid, chunk smallint, case_id uuid NOT NULL, ciphertext bytea STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (attachment, chunk)
);
CREATE TABLE IF NOT EXISTS {schema}.leases (name text PRIMARY KEY, holder text NOT NULL, expires_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS {schema}.relay_status (  -- what the leading relay last reported
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), position bigint NOT NULL, error text,
    reported_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS {schema}.part_status (  -- projections, deadlines, receiving: as any replica last reported
    part text PRIMARY KEY, ran_at timestamptz, failed_at timestamptz, error text
);
CREATE TABLE IF NOT EXISTS {schema}.event_traces (  -- the trace that led to an event, while tracing is on; for a day
    position bigint PRIMARY KEY, traceparent text NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS {schema}.projection_rows (
    projection text, case_id uuid, version bigint NOT NULL, document jsonb NOT NULL, search text NOT NULL DEFAULT '',
    sort_keys jsonb NOT NULL DEFAULT '{{}}', PRIMARY KEY (projection, case_id)
);
ALTER TABLE {schema}.projection_rows ADD COLUMN IF NOT EXISTS sort_keys jsonb NOT NULL DEFAULT '{{}}';
DROP INDEX IF EXISTS {schema}.projection_rows_units;  -- each projection has its own
CREATE INDEX IF NOT EXISTS projection_rows_unit ON {schema}.projection_rows ((document->>'unit'), projection);
CREATE TABLE IF NOT EXISTS {schema}.projection_checkpoints (projection text PRIMARY KEY, position bigint NOT NULL);
DO $$ BEGIN  -- rows from before their history was kept are folded anew, with it
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = '{schema}.projection_rows'::regclass AND attname = 'since') THEN
        TRUNCATE {schema}.projection_rows;
        DELETE FROM {schema}.projection_checkpoints WHERE projection NOT LIKE 'people:%';
        ALTER TABLE {schema}.projection_rows ADD COLUMN since bigint NOT NULL;  -- the position that made the row so
    END IF;
END $$;
CREATE TABLE IF NOT EXISTS {schema}.projection_history (  -- rows as they were: from the position `since`, before `until`
    projection text, case_id uuid, since bigint, until bigint NOT NULL, document jsonb NOT NULL, search text NOT NULL,
    sort_keys jsonb NOT NULL, PRIMARY KEY (projection, case_id, since)
);
CREATE TABLE IF NOT EXISTS {schema}.backdated_events (  -- `days`: at whose end it had happened or was recorded, not both
    position bigint PRIMARY KEY, case_id uuid NOT NULL, days daterange NOT NULL
);
CREATE INDEX IF NOT EXISTS backdated_events_days ON {schema}.backdated_events USING gist (days);
CREATE TABLE IF NOT EXISTS {schema}.releases (  -- statistics: counted once, and as they were published (masked)
    period text PRIMARY KEY, counts jsonb NOT NULL, tables jsonb NOT NULL, stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE {schema}.releases IS 'append-only';

-- Returns the position of the first event; the others follow. `extras` is null or an object of lists (see the recorder's
-- insert_events). Everything that may wait for a row lock comes before the advisory lock, in a fixed order, so that no
-- append waits for a row while it holds the lock.
CREATE OR REPLACE FUNCTION {schema}.append(
    ids uuid[], versions bigint[], topics text[], states bytea[], cases uuid[], partitions smallint[], extras jsonb
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    r    record;
    done bigint;
    last bigint;
    at   timestamptz;
BEGIN
    -- Compare and set, from n - 1 to n only. The row's lock also keeps a case's messages behind its parked ones.
    IF extras ? 'tracking' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(extras->'tracking')
                   AS t(publisher text, log_id uuid, partition smallint, number bigint, position bigint, case_id uuid,
                        parks boolean, unparks boolean)
                   ORDER BY publisher, log_id, partition, number LOOP
            IF r.unparks THEN  -- counted when it was parked; only the first of its case may leave
                PERFORM 1 FROM {schema}.tracked t
                WHERE (t.publisher, t.log_id, t.partition) = (r.publisher, r.log_id, r.partition) FOR UPDATE;
                DELETE FROM {schema}.parked p WHERE (p.publisher, p.case_id, p.number) = (r.publisher, r.case_id, r.number)
                    AND NOT EXISTS (SELECT FROM {schema}.parked q WHERE (q.publisher, q.case_id) = (r.publisher, r.case_id)
                                    AND q.number < r.number);
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'event % of case % is not the first parked', r.number, r.case_id USING ERRCODE = '23U01';
                END IF;
                CONTINUE;
            END IF;
            IF r.number = 1 THEN
                INSERT INTO {schema}.tracked VALUES (r.publisher, r.log_id, r.partition, 1, r.position)
                ON CONFLICT DO NOTHING;
            ELSE
                UPDATE {schema}.tracked t SET number = r.number, position = r.position
                WHERE (t.publisher, t.log_id, t.partition, t.number)
                    = (r.publisher, r.log_id, r.partition, r.number - 1);
            END IF;
            IF NOT FOUND THEN
                SELECT t.number INTO done FROM {schema}.tracked t
                WHERE (t.publisher, t.log_id, t.partition) = (r.publisher, r.log_id, r.partition);
                RAISE EXCEPTION 'tracking is at %, so % is refused', coalesce(done, 0), r.number
                    USING ERRCODE = '23T01', DETAIL = coalesce(done, 0);
            END IF;
            IF NOT coalesce(r.parks, false)
               AND EXISTS (SELECT FROM {schema}.parked p WHERE (p.publisher, p.case_id) = (r.publisher, r.case_id)) THEN
                RAISE EXCEPTION 'case % is parked', r.case_id USING ERRCODE = '23P01';
            END IF;
        END LOOP;
    END IF;
    IF extras ? 'parked' THEN  -- without an error of its own, a message only waits behind another
        FOR r IN SELECT * FROM jsonb_to_recordset(extras->'parked')
                   AS p(publisher text, case_id uuid, number bigint, partition smallint, message text, error text)
                   ORDER BY publisher, case_id, number LOOP
            INSERT INTO {schema}.parked (publisher, case_id, number, partition, message, error)
            SELECT r.publisher, r.case_id, r.number, r.partition, decode(r.message, 'base64'), r.error
            WHERE r.error IS NOT NULL
               OR EXISTS (SELECT FROM {schema}.parked p WHERE (p.publisher, p.case_id) = (r.publisher, r.case_id));
            IF NOT FOUND THEN
                RAISE EXCEPTION 'case % is no longer parked', r.case_id USING ERRCODE = '23U01';
            END IF;
        END LOOP;
    END IF;
    IF extras ? 'skipped' THEN
        INSERT INTO {schema}.skipped (publisher, case_id, number, message, error, reason)
        SELECT publisher, case_id, number, decode(message, 'base64'), error, reason
        FROM jsonb_to_recordset(extras->'skipped')
          AS s(publisher text, case_id uuid, number bigint, message text, error text, reason text);
    END IF;
    IF extras ? 'command' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(extras->'command') AS c(key text, request text, response text)
                   ORDER BY key LOOP
            INSERT INTO {schema}.handled_commands VALUES (r.key, r.request, r.response) ON CONFLICT DO NOTHING;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'command % was already handled', r.key USING ERRCODE = '23I01';
            END IF;
        END LOOP;
    END IF;
    IF extras ? 'unique_keys' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(extras->'unique_keys') AS c(kind text, key text, case_id uuid, reserved boolean)
                   ORDER BY kind, key LOOP
            IF NOT r.reserved THEN
                DELETE FROM {schema}.unique_keys c WHERE (c.kind, c.key, c.case_id) = (r.kind, r.key, r.case_id);
                CONTINUE;
            END IF;
            INSERT INTO {schema}.unique_keys VALUES (r.kind, r.key, r.case_id) ON CONFLICT DO NOTHING;
            IF NOT FOUND AND NOT EXISTS (
                SELECT FROM {schema}.unique_keys c WHERE (c.kind, c.key, c.case_id) = (r.kind, r.key, r.case_id)) THEN
                RAISE EXCEPTION '% is reserved by another case', r.kind USING ERRCODE = '23C01',
                    DETAIL = (SELECT c.case_id FROM {schema}.unique_keys c WHERE (c.kind, c.key) = (r.kind, r.key));
            END IF;
        END LOOP;
    END IF;
    -- {case_rows}
    IF extras ? 'deadlines' THEN  -- with `fired_at`, compare and set; without a day, withdrawn; the same day again changes nothing
        FOR r IN SELECT * FROM jsonb_to_recordset(extras->'deadlines')
                   AS d(stream uuid, kind text, key text, aggregate text, case_id uuid, due_at timestamptz,
                        fired_at timestamptz)
                   ORDER BY stream, kind, key, fired_at NULLS LAST LOOP
            IF r.fired_at IS NOT NULL THEN
                UPDATE {schema}.deadlines d SET fired_at = r.fired_at
                WHERE (d.stream, d.kind, d.key, d.due_at) = (r.stream, r.kind, r.key, r.due_at) AND d.fired_at IS NULL;
                IF NOT FOUND THEN
                    RAISE EXCEPTION '% % of % is no longer due', r.kind, r.key, r.stream USING ERRCODE = '23D01';
                END IF;
            ELSIF r.due_at IS NULL THEN
                DELETE FROM {schema}.deadlines d WHERE (d.stream, d.kind, d.key) = (r.stream, r.kind, r.key);
            ELSE
                INSERT INTO {schema}.deadlines AS d VALUES (r.stream, r.kind, r.key, r.aggregate, r.case_id, r.due_at)
                ON CONFLICT (stream, kind, key) DO UPDATE
                SET due_at = excluded.due_at, fired_at = NULL, tries = 0, retry_at = NULL, error = NULL
                WHERE d.due_at <> excluded.due_at;
            END IF;
        END LOOP;
    END IF;
    IF extras ? 'keys' THEN
        INSERT INTO {schema}.data_keys SELECT key_id, decode(wrapped, 'base64')
        FROM jsonb_to_recordset(extras->'keys') AS k(key_id uuid, wrapped text) ORDER BY key_id;
    END IF;
    IF extras ? 'destroyed_keys' THEN  -- the row stays, empty: no other key is ever created in its place
        INSERT INTO {schema}.data_keys SELECT DISTINCT key_id, NULL::bytea
        FROM jsonb_to_recordset(extras->'destroyed_keys') AS f(key_id uuid) ORDER BY key_id
        ON CONFLICT (key_id) DO UPDATE SET wrapped = NULL;
    END IF;
    IF cardinality(ids) = 0 THEN
        RETURN NULL;
    END IF;

    -- Held until the commit is visible. The reads below see every append before this one: each statement of a
    -- volatile function takes its own snapshot under READ COMMITTED, and only there.
    PERFORM pg_advisory_xact_lock('{events_name}'::regclass::oid::bigint);
    -- A data key from a process's cache may have been destroyed since: under the lock, its destruction is committed.
    IF extras ? 'used_keys' AND EXISTS (
        SELECT FROM jsonb_to_recordset(extras->'used_keys') AS s(key_id uuid) JOIN {schema}.data_keys k USING (key_id)
        WHERE k.wrapped IS NULL) THEN
        RAISE EXCEPTION 'a key was destroyed meanwhile' USING ERRCODE = '23E01';
    END IF;
    IF extras ? 'people' THEN
        INSERT INTO {schema}.people_index SELECT person, stream, version, path, case_id, words
        FROM jsonb_to_recordset(extras->'people')
          AS p(person uuid, stream uuid, version bigint, path text, case_id uuid, words text[])
        WHERE NOT EXISTS (SELECT FROM {schema}.data_keys k WHERE k.key_id = person AND k.wrapped IS NULL);
    END IF;
    IF extras ? 'destroyed_keys' THEN
        FOR r IN SELECT key_id FROM jsonb_to_recordset(extras->'destroyed_keys') AS f(key_id uuid) LOOP
            DELETE FROM {schema}.snapshots s
            WHERE s.originator_id IN (SELECT p.stream FROM {schema}.people_index p WHERE p.person = r.key_id
                                      UNION SELECT e.originator_id FROM {events} e WHERE e.case_id = r.key_id);
            DELETE FROM {schema}.people_index p WHERE p.person = r.key_id;
            DELETE FROM {schema}.attachment_chunks a WHERE a.case_id = r.key_id;
        END LOOP;
    END IF;
    SELECT e.position, e.recorded_at INTO last, at FROM {events} e ORDER BY e.position DESC LIMIT 1;
    last := coalesce(last, 0);
    -- `ahead` is the development clock's lead, in seconds; it does not exist elsewhere.
    at := greatest(clock_timestamp() + coalesce((extras->'ahead'->0->>'seconds')::float8, 0) * interval '1 second', at);
    FOR i IN 1..cardinality(ids) LOOP  -- one INSERT … SELECT with row_number() took 3 to 4 times as long for one event
        INSERT INTO {events} VALUES (
            ids[i], versions[i], topics[i], states[i], cases[i], last + i, partitions[i],
            1 + coalesce((SELECT max(e.number) FROM {events} e WHERE e.partition = partitions[i]), 0), at);
    END LOOP;
    IF extras ? 'traces' THEN
        INSERT INTO {schema}.event_traces (position, traceparent) SELECT e.position, t.traceparent
        FROM jsonb_to_recordset(extras->'traces') AS t(stream uuid, version bigint, traceparent text)
        JOIN {events} e ON (e.originator_id, e.originator_version) = (t.stream, t.version);
    END IF;
    RETURN last + 1;
END $$;
