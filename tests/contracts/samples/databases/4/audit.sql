


SELECT pg_catalog.set_config('search_path', '', false);


CREATE FUNCTION public.append(ids uuid[], versions bigint[], topics text[], states bytea[], cases uuid[], partitions smallint[], extras jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
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
                PERFORM 1 FROM "public".tracked t
                WHERE (t.publisher, t.log_id, t.partition) = (r.publisher, r.log_id, r.partition) FOR UPDATE;
                DELETE FROM "public".parked p WHERE (p.publisher, p.case_id, p.number) = (r.publisher, r.case_id, r.number)
                    AND NOT EXISTS (SELECT FROM "public".parked q WHERE (q.publisher, q.case_id) = (r.publisher, r.case_id)
                                    AND q.number < r.number);
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'event % of case % is not the first parked', r.number, r.case_id USING ERRCODE = '23U01';
                END IF;
                CONTINUE;
            END IF;
            IF r.number = 1 THEN
                INSERT INTO "public".tracked VALUES (r.publisher, r.log_id, r.partition, 1, r.position)
                ON CONFLICT DO NOTHING;
            ELSE
                UPDATE "public".tracked t SET number = r.number, position = r.position
                WHERE (t.publisher, t.log_id, t.partition, t.number)
                    = (r.publisher, r.log_id, r.partition, r.number - 1);
            END IF;
            IF NOT FOUND THEN
                SELECT t.number INTO done FROM "public".tracked t
                WHERE (t.publisher, t.log_id, t.partition) = (r.publisher, r.log_id, r.partition);
                RAISE EXCEPTION 'tracking is at %, so % is refused', coalesce(done, 0), r.number
                    USING ERRCODE = '23T01', DETAIL = coalesce(done, 0);
            END IF;
            IF NOT coalesce(r.parks, false)
               AND EXISTS (SELECT FROM "public".parked p WHERE (p.publisher, p.case_id) = (r.publisher, r.case_id)) THEN
                RAISE EXCEPTION 'case % is parked', r.case_id USING ERRCODE = '23P01';
            END IF;
        END LOOP;
    END IF;
    IF extras ? 'parked' THEN  -- without an error of its own, a message only waits behind another
        FOR r IN SELECT * FROM jsonb_to_recordset(extras->'parked')
                   AS p(publisher text, case_id uuid, number bigint, partition smallint, message text, error text)
                   ORDER BY publisher, case_id, number LOOP
            INSERT INTO "public".parked (publisher, case_id, number, partition, message, error)
            SELECT r.publisher, r.case_id, r.number, r.partition, decode(r.message, 'base64'), r.error
            WHERE r.error IS NOT NULL
               OR EXISTS (SELECT FROM "public".parked p WHERE (p.publisher, p.case_id) = (r.publisher, r.case_id));
            IF NOT FOUND THEN
                RAISE EXCEPTION 'case % is no longer parked', r.case_id USING ERRCODE = '23U01';
            END IF;
        END LOOP;
    END IF;
    IF extras ? 'skipped' THEN
        INSERT INTO "public".skipped (publisher, case_id, number, message, error, reason)
        SELECT publisher, case_id, number, decode(message, 'base64'), error, reason
        FROM jsonb_to_recordset(extras->'skipped')
          AS s(publisher text, case_id uuid, number bigint, message text, error text, reason text);
    END IF;
    IF extras ? 'command' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(extras->'command') AS c(key text, request text, response text)
                   ORDER BY key LOOP
            INSERT INTO "public".handled_commands VALUES (r.key, r.request, r.response) ON CONFLICT DO NOTHING;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'command % was already handled', r.key USING ERRCODE = '23I01';
            END IF;
        END LOOP;
    END IF;
    IF extras ? 'unique_keys' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(extras->'unique_keys') AS c(kind text, key text, case_id uuid, reserved boolean)
                   ORDER BY kind, key LOOP
            IF NOT r.reserved THEN
                DELETE FROM "public".unique_keys c WHERE (c.kind, c.key, c.case_id) = (r.kind, r.key, r.case_id);
                CONTINUE;
            END IF;
            INSERT INTO "public".unique_keys VALUES (r.kind, r.key, r.case_id) ON CONFLICT DO NOTHING;
            IF NOT FOUND AND NOT EXISTS (
                SELECT FROM "public".unique_keys c WHERE (c.kind, c.key, c.case_id) = (r.kind, r.key, r.case_id)) THEN
                RAISE EXCEPTION '% is reserved by another case', r.kind USING ERRCODE = '23C01',
                    DETAIL = (SELECT c.case_id FROM "public".unique_keys c WHERE (c.kind, c.key) = (r.kind, r.key));
            END IF;
        END LOOP;
    END IF;
        IF extras ? 'case_access' THEN
        INSERT INTO "public".case_access (case_id, adviser, confidential, archived) SELECT case_id, adviser, confidential, archived
        FROM jsonb_to_recordset(extras->'case_access') AS r(case_id uuid, adviser text, confidential boolean, archived boolean) ORDER BY case_id
        ON CONFLICT (case_id) DO UPDATE SET adviser = excluded.adviser, confidential = excluded.confidential, archived = excluded.archived;
    END IF;
    IF extras ? 'deadlines' THEN  -- with `fired_at`, compare and set; without a day, withdrawn; the same day again changes nothing
        FOR r IN SELECT * FROM jsonb_to_recordset(extras->'deadlines')
                   AS d(stream uuid, kind text, key text, aggregate text, case_id uuid, due_at timestamptz,
                        fired_at timestamptz)
                   ORDER BY stream, kind, key, fired_at NULLS LAST LOOP
            IF r.fired_at IS NOT NULL THEN
                UPDATE "public".deadlines d SET fired_at = r.fired_at
                WHERE (d.stream, d.kind, d.key, d.due_at) = (r.stream, r.kind, r.key, r.due_at) AND d.fired_at IS NULL;
                IF NOT FOUND THEN
                    RAISE EXCEPTION '% % of % is no longer due', r.kind, r.key, r.stream USING ERRCODE = '23D01';
                END IF;
            ELSIF r.due_at IS NULL THEN
                DELETE FROM "public".deadlines d WHERE (d.stream, d.kind, d.key) = (r.stream, r.kind, r.key);
            ELSE
                INSERT INTO "public".deadlines AS d VALUES (r.stream, r.kind, r.key, r.aggregate, r.case_id, r.due_at)
                ON CONFLICT (stream, kind, key) DO UPDATE
                SET due_at = excluded.due_at, fired_at = NULL, tries = 0, retry_at = NULL, error = NULL
                WHERE d.due_at <> excluded.due_at;
            END IF;
        END LOOP;
    END IF;
    IF extras ? 'keys' THEN
        INSERT INTO "public".data_keys SELECT key_id, decode(wrapped, 'base64')
        FROM jsonb_to_recordset(extras->'keys') AS k(key_id uuid, wrapped text) ORDER BY key_id;
    END IF;
    IF extras ? 'destroyed_keys' THEN  -- the row stays, empty: no other key is ever created in its place
        INSERT INTO "public".data_keys SELECT DISTINCT key_id, NULL::bytea
        FROM jsonb_to_recordset(extras->'destroyed_keys') AS f(key_id uuid) ORDER BY key_id
        ON CONFLICT (key_id) DO UPDATE SET wrapped = NULL;
    END IF;
    IF cardinality(ids) = 0 THEN
        RETURN NULL;
    END IF;

    -- Held until the commit is visible. The reads below see every append before this one: each statement of a
    -- volatile function takes its own snapshot under READ COMMITTED, and only there.
    PERFORM pg_advisory_xact_lock('"public"."audit_events"'::regclass::oid::bigint);
    -- A data key from a process's cache may have been destroyed since: under the lock, its destruction is committed.
    IF extras ? 'used_keys' AND EXISTS (
        SELECT FROM jsonb_to_recordset(extras->'used_keys') AS s(key_id uuid) JOIN "public".data_keys k USING (key_id)
        WHERE k.wrapped IS NULL) THEN
        RAISE EXCEPTION 'a key was destroyed meanwhile' USING ERRCODE = '23E01';
    END IF;
    IF extras ? 'people' THEN
        INSERT INTO "public".people_index SELECT person, stream, version, path, case_id, words
        FROM jsonb_to_recordset(extras->'people')
          AS p(person uuid, stream uuid, version bigint, path text, case_id uuid, words text[])
        WHERE NOT EXISTS (SELECT FROM "public".data_keys k WHERE k.key_id = person AND k.wrapped IS NULL);
    END IF;
    IF extras ? 'destroyed_keys' THEN
        FOR r IN SELECT key_id FROM jsonb_to_recordset(extras->'destroyed_keys') AS f(key_id uuid) LOOP
            DELETE FROM "public".snapshots s
            WHERE s.originator_id IN (SELECT p.stream FROM "public".people_index p WHERE p.person = r.key_id
                                      UNION SELECT e.originator_id FROM "public"."audit_events" e WHERE e.case_id = r.key_id);
            DELETE FROM "public".people_index p WHERE p.person = r.key_id;
            DELETE FROM "public".attachment_chunks a WHERE a.case_id = r.key_id;
        END LOOP;
    END IF;
    SELECT e.position, e.recorded_at INTO last, at FROM "public"."audit_events" e ORDER BY e.position DESC LIMIT 1;
    last := coalesce(last, 0);
    -- `ahead` is the development clock's lead, in seconds; it does not exist elsewhere.
    at := greatest(clock_timestamp() + coalesce((extras->'ahead'->0->>'seconds')::float8, 0) * interval '1 second', at);
    FOR i IN 1..cardinality(ids) LOOP  -- one INSERT … SELECT with row_number() took 3 to 4 times as long for one event
        INSERT INTO "public"."audit_events" VALUES (
            ids[i], versions[i], topics[i], states[i], cases[i], last + i, partitions[i],
            1 + coalesce((SELECT max(e.number) FROM "public"."audit_events" e WHERE e.partition = partitions[i]), 0), at);
    END LOOP;
    IF extras ? 'traces' THEN
        INSERT INTO "public".event_traces (position, traceparent) SELECT e.position, t.traceparent
        FROM jsonb_to_recordset(extras->'traces') AS t(stream uuid, version bigint, traceparent text)
        JOIN "public"."audit_events" e ON (e.originator_id, e.originator_version) = (t.stream, t.version);
    END IF;
    RETURN last + 1;
END $$;



CREATE FUNCTION public.expire_access_log(term timestamp with time zone, OUT rows bigint, OUT keys uuid[]) RETURNS record
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH gone AS (
        DELETE FROM access_log WHERE at < least(term, now() - interval '365 days') RETURNING key_id
    ), closed AS (
        UPDATE data_keys k SET wrapped = NULL WHERE key_id IN (SELECT key_id FROM gone)
        AND NOT EXISTS (SELECT FROM access_log a WHERE a.key_id = k.key_id AND a.at >= least(term, now() - interval '365 days'))
        RETURNING key_id
    )
    SELECT (SELECT count(*) FROM gone), ARRAY(SELECT key_id FROM closed)
$$;





CREATE TABLE public.accepted_restores (
    nth bigint NOT NULL,
    service text NOT NULL,
    old_log uuid NOT NULL,
    new_log uuid NOT NULL,
    since bigint NOT NULL,
    lost bigint NOT NULL,
    by text NOT NULL,
    reason text NOT NULL,
    accepted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);



COMMENT ON TABLE public.accepted_restores IS 'append-only';



ALTER TABLE public.accepted_restores ALTER COLUMN nth ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.accepted_restores_nth_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE public.access_log (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    unit text,
    right_id uuid,
    operation text NOT NULL,
    address text NOT NULL,
    case_id uuid,
    units text[] NOT NULL,
    rows integer,
    correlation uuid NOT NULL,
    key_id uuid,
    reason bytea
);



COMMENT ON TABLE public.access_log IS 'append-only';



CREATE TABLE public.attachment_chunks (
    attachment uuid NOT NULL,
    chunk smallint NOT NULL,
    case_id uuid NOT NULL,
    ciphertext bytea NOT NULL
);
ALTER TABLE ONLY public.attachment_chunks ALTER COLUMN ciphertext SET STORAGE EXTERNAL;



CREATE TABLE public.audit_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    case_id uuid NOT NULL,
    "position" bigint NOT NULL,
    partition smallint NOT NULL,
    number bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT audit_events_partition_check CHECK (((partition >= 0) AND (partition <= 7)))
);



COMMENT ON TABLE public.audit_events IS 'append-only';



CREATE TABLE public.backdated_events (
    "position" bigint NOT NULL,
    case_id uuid NOT NULL,
    days daterange NOT NULL
);



CREATE TABLE public.case_access (
    case_id uuid NOT NULL,
    adviser text,
    confidential boolean NOT NULL,
    archived boolean NOT NULL
);



CREATE TABLE public.checkpoints (
    nth bigint NOT NULL,
    size bigint NOT NULL,
    note text NOT NULL,
    key text NOT NULL,
    signed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);



COMMENT ON TABLE public.checkpoints IS 'append-only';



ALTER TABLE public.checkpoints ALTER COLUMN nth ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.checkpoints_nth_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE public.cosignatures (
    witness text NOT NULL,
    size bigint NOT NULL,
    line text NOT NULL,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);



COMMENT ON TABLE public.cosignatures IS 'append-only';



CREATE TABLE public.data_keys (
    key_id uuid NOT NULL,
    wrapped bytea
);



CREATE TABLE public.deadlines (
    stream uuid NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    aggregate text NOT NULL,
    case_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    fired_at timestamp with time zone,
    tries integer DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone,
    error text
);



CREATE TABLE public.event_traces (
    "position" bigint NOT NULL,
    traceparent text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);



CREATE TABLE public.failures (
    publisher text NOT NULL,
    event_id uuid NOT NULL,
    times integer NOT NULL,
    error text NOT NULL,
    failed_at timestamp with time zone DEFAULT now() NOT NULL
);



CREATE TABLE public.handled_commands (
    key text NOT NULL,
    request text NOT NULL,
    response text NOT NULL,
    answered_at timestamp with time zone DEFAULT now() NOT NULL
);



CREATE TABLE public.leases (
    name text NOT NULL,
    holder text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);



CREATE TABLE public.leaves (
    index bigint NOT NULL,
    event_id uuid NOT NULL,
    salt bytea NOT NULL,
    entry bytea NOT NULL,
    body_salt bytea
);



COMMENT ON TABLE public.leaves IS 'append-only';



CREATE TABLE public.ledger (
    only_one boolean DEFAULT true NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    size bigint DEFAULT 0 NOT NULL,
    quorum smallint DEFAULT 0 NOT NULL,
    refusal_reason text,
    refusal_detail text,
    CONSTRAINT ledger_only_one_check CHECK (only_one)
);



CREATE TABLE public.log_identity (
    only_one boolean DEFAULT true NOT NULL,
    log_id uuid DEFAULT gen_random_uuid() NOT NULL,
    since bigint DEFAULT 0 NOT NULL,
    ancestors jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT log_identity_only_one_check CHECK (only_one)
);



COMMENT ON TABLE public.log_identity IS 'read-only';



CREATE TABLE public.parked (
    publisher text NOT NULL,
    case_id uuid NOT NULL,
    number bigint NOT NULL,
    partition smallint NOT NULL,
    message bytea NOT NULL,
    error text,
    parked_at timestamp with time zone DEFAULT now() NOT NULL
);



CREATE TABLE public.part_status (
    part text NOT NULL,
    ran_at timestamp with time zone,
    failed_at timestamp with time zone,
    error text
);



CREATE TABLE public.people_index (
    person uuid NOT NULL,
    stream uuid NOT NULL,
    version bigint NOT NULL,
    path text NOT NULL,
    case_id uuid NOT NULL,
    words text[] NOT NULL
);



CREATE TABLE public.projection_checkpoints (
    projection text NOT NULL,
    "position" bigint NOT NULL
);



CREATE TABLE public.projection_history (
    projection text NOT NULL,
    case_id uuid NOT NULL,
    since bigint NOT NULL,
    until bigint NOT NULL,
    document jsonb NOT NULL,
    search text NOT NULL,
    sort_keys jsonb NOT NULL
);



CREATE TABLE public.projection_rows (
    projection text NOT NULL,
    case_id uuid NOT NULL,
    version bigint NOT NULL,
    document jsonb NOT NULL,
    search text DEFAULT ''::text NOT NULL,
    sort_keys jsonb DEFAULT '{}'::jsonb NOT NULL,
    since bigint NOT NULL
);



CREATE TABLE public.reconciliations (
    nth bigint NOT NULL,
    by text NOT NULL,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    saved_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    findings bigint DEFAULT 0 NOT NULL,
    progress jsonb NOT NULL
);



ALTER TABLE public.reconciliations ALTER COLUMN nth ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.reconciliations_nth_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE public.relay_status (
    singleton boolean DEFAULT true NOT NULL,
    "position" bigint NOT NULL,
    error text,
    reported_at timestamp with time zone NOT NULL,
    CONSTRAINT relay_status_singleton_check CHECK (singleton)
);



CREATE TABLE public.releases (
    period text NOT NULL,
    counts jsonb NOT NULL,
    tables jsonb NOT NULL,
    stored_at timestamp with time zone DEFAULT now() NOT NULL
);



COMMENT ON TABLE public.releases IS 'append-only';



CREATE TABLE public.resumed (
    nth bigint NOT NULL,
    publisher text NOT NULL,
    halted text NOT NULL,
    reason text NOT NULL,
    resumed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);



ALTER TABLE public.resumed ALTER COLUMN nth ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.resumed_nth_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE public.skipped (
    publisher text NOT NULL,
    case_id uuid NOT NULL,
    number bigint NOT NULL,
    message bytea NOT NULL,
    error text,
    reason text NOT NULL,
    skipped_at timestamp with time zone DEFAULT now() NOT NULL
);



COMMENT ON TABLE public.skipped IS 'append-only';



CREATE TABLE public.snapshots (
    originator_id uuid NOT NULL,
    topic text NOT NULL,
    originator_version bigint NOT NULL,
    state bytea NOT NULL
);



CREATE TABLE public.sources (
    publisher text NOT NULL,
    log_id uuid NOT NULL,
    halted text,
    announced bigint,
    announced_at timestamp with time zone,
    announced_ends bigint[],
    announced_until timestamp with time zone,
    received_until timestamp with time zone,
    former_logs uuid[] DEFAULT ARRAY[]::uuid[] NOT NULL,
    halted_as_foreign boolean DEFAULT false NOT NULL,
    ancestors jsonb DEFAULT '{}'::jsonb NOT NULL
);



CREATE TABLE public.successions (
    nth bigint NOT NULL,
    note text NOT NULL
);



COMMENT ON TABLE public.successions IS 'append-only';



ALTER TABLE public.successions ALTER COLUMN nth ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.successions_nth_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);



CREATE TABLE public.table_version (
    only_one boolean DEFAULT true NOT NULL,
    version integer NOT NULL,
    oldest_program integer NOT NULL,
    migrated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT table_version_only_one_check CHECK (only_one)
);



COMMENT ON TABLE public.table_version IS 'read-only';



CREATE TABLE public.tampered_events (
    event_id uuid NOT NULL,
    noticed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);



COMMENT ON TABLE public.tampered_events IS 'append-only';



CREATE TABLE public.tiles (
    level smallint NOT NULL,
    n bigint NOT NULL,
    hashes bytea NOT NULL
);
ALTER TABLE ONLY public.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;



CREATE TABLE public.tracked (
    publisher text NOT NULL,
    log_id uuid NOT NULL,
    partition smallint NOT NULL,
    number bigint NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');



CREATE TABLE public.unique_keys (
    kind text NOT NULL,
    key text NOT NULL,
    case_id uuid NOT NULL
);



CREATE TABLE public.witnesses (
    witness text NOT NULL,
    fault text,
    detail text
);
















































INSERT INTO public.ledger VALUES (true, 0, 0, 0, NULL, NULL);



INSERT INTO public.log_identity VALUES (true, 'abb3371c-2553-43b5-b913-1c5cae623dfa', 0, '{}');












INSERT INTO public.projection_checkpoints VALUES ('people:v2', 0);

































INSERT INTO public.table_version VALUES (true, 4, 0, '2026-11-30 23:14:10.2864+00');


















SELECT pg_catalog.setval('public.accepted_restores_nth_seq', 1, false);



SELECT pg_catalog.setval('public.checkpoints_nth_seq', 1, false);



SELECT pg_catalog.setval('public.reconciliations_nth_seq', 1, false);



SELECT pg_catalog.setval('public.resumed_nth_seq', 1, false);



SELECT pg_catalog.setval('public.successions_nth_seq', 1, false);



ALTER TABLE ONLY public.accepted_restores
    ADD CONSTRAINT accepted_restores_pkey PRIMARY KEY (nth);



ALTER TABLE ONLY public.access_log
    ADD CONSTRAINT access_log_pkey PRIMARY KEY (id);



ALTER TABLE ONLY public.attachment_chunks
    ADD CONSTRAINT attachment_chunks_pkey PRIMARY KEY (attachment, chunk);



ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_partition_number_key UNIQUE (partition, number);



ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (originator_id, originator_version);



ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_position_key UNIQUE ("position");



ALTER TABLE ONLY public.backdated_events
    ADD CONSTRAINT backdated_events_pkey PRIMARY KEY ("position");



ALTER TABLE ONLY public.case_access
    ADD CONSTRAINT case_access_pkey PRIMARY KEY (case_id);



ALTER TABLE ONLY public.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (nth);



ALTER TABLE ONLY public.cosignatures
    ADD CONSTRAINT cosignatures_pkey PRIMARY KEY (witness, size);



ALTER TABLE ONLY public.data_keys
    ADD CONSTRAINT data_keys_pkey PRIMARY KEY (key_id);



ALTER TABLE ONLY public.deadlines
    ADD CONSTRAINT deadlines_pkey PRIMARY KEY (stream, kind, key);



ALTER TABLE ONLY public.event_traces
    ADD CONSTRAINT event_traces_pkey PRIMARY KEY ("position");



ALTER TABLE ONLY public.failures
    ADD CONSTRAINT failures_pkey PRIMARY KEY (publisher, event_id);



ALTER TABLE ONLY public.handled_commands
    ADD CONSTRAINT handled_commands_pkey PRIMARY KEY (key);



ALTER TABLE ONLY public.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);



ALTER TABLE ONLY public.leaves
    ADD CONSTRAINT leaves_event_id_key UNIQUE (event_id);



ALTER TABLE ONLY public.leaves
    ADD CONSTRAINT leaves_pkey PRIMARY KEY (index);



ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (only_one);



ALTER TABLE ONLY public.log_identity
    ADD CONSTRAINT log_identity_pkey PRIMARY KEY (only_one);



ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (publisher, case_id, number);



ALTER TABLE ONLY public.part_status
    ADD CONSTRAINT part_status_pkey PRIMARY KEY (part);



ALTER TABLE ONLY public.people_index
    ADD CONSTRAINT people_index_pkey PRIMARY KEY (person, stream, version, path);



ALTER TABLE ONLY public.projection_checkpoints
    ADD CONSTRAINT projection_checkpoints_pkey PRIMARY KEY (projection);



ALTER TABLE ONLY public.projection_history
    ADD CONSTRAINT projection_history_pkey PRIMARY KEY (projection, case_id, since);



ALTER TABLE ONLY public.projection_rows
    ADD CONSTRAINT projection_rows_pkey PRIMARY KEY (projection, case_id);



ALTER TABLE ONLY public.reconciliations
    ADD CONSTRAINT reconciliations_pkey PRIMARY KEY (nth);



ALTER TABLE ONLY public.relay_status
    ADD CONSTRAINT relay_status_pkey PRIMARY KEY (singleton);



ALTER TABLE ONLY public.releases
    ADD CONSTRAINT releases_pkey PRIMARY KEY (period);



ALTER TABLE ONLY public.resumed
    ADD CONSTRAINT resumed_pkey PRIMARY KEY (nth);



ALTER TABLE ONLY public.skipped
    ADD CONSTRAINT skipped_pkey PRIMARY KEY (publisher, case_id, number);



ALTER TABLE ONLY public.snapshots
    ADD CONSTRAINT snapshots_pkey PRIMARY KEY (originator_id, topic);



ALTER TABLE ONLY public.sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (publisher);



ALTER TABLE ONLY public.successions
    ADD CONSTRAINT successions_pkey PRIMARY KEY (nth);



ALTER TABLE ONLY public.table_version
    ADD CONSTRAINT table_version_pkey PRIMARY KEY (only_one);



ALTER TABLE ONLY public.tampered_events
    ADD CONSTRAINT tampered_events_pkey PRIMARY KEY (event_id);



ALTER TABLE ONLY public.tiles
    ADD CONSTRAINT tiles_pkey PRIMARY KEY (level, n);



ALTER TABLE ONLY public.tracked
    ADD CONSTRAINT tracked_pkey PRIMARY KEY (publisher, log_id, partition);



ALTER TABLE ONLY public.unique_keys
    ADD CONSTRAINT unique_keys_pkey PRIMARY KEY (kind, key);



ALTER TABLE ONLY public.witnesses
    ADD CONSTRAINT witnesses_pkey PRIMARY KEY (witness);



CREATE INDEX access_log_at ON public.access_log USING brin (at);



CREATE INDEX access_log_case ON public.access_log USING btree (case_id, id);



CREATE INDEX backdated_events_days ON public.backdated_events USING gist (days);



CREATE INDEX case_id_position ON public.audit_events USING btree (case_id, "position");



CREATE INDEX checkpoints_by_size ON public.checkpoints USING btree (size);



CREATE INDEX cosignatures_by_size ON public.cosignatures USING btree (size);



CREATE INDEX deadlines_left ON public.deadlines USING btree (due_at) WHERE (fired_at IS NULL);



CREATE INDEX people_case ON public.people_index USING btree (case_id);



CREATE INDEX people_words ON public.people_index USING gin (words);



CREATE INDEX projection_rows_unit ON public.projection_rows USING btree (((document ->> 'unit'::text)), projection);




