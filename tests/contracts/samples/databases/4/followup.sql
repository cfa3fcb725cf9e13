


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
    PERFORM pg_advisory_xact_lock('"public"."followup_events"'::regclass::oid::bigint);
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
                                      UNION SELECT e.originator_id FROM "public"."followup_events" e WHERE e.case_id = r.key_id);
            DELETE FROM "public".people_index p WHERE p.person = r.key_id;
            DELETE FROM "public".attachment_chunks a WHERE a.case_id = r.key_id;
        END LOOP;
    END IF;
    SELECT e.position, e.recorded_at INTO last, at FROM "public"."followup_events" e ORDER BY e.position DESC LIMIT 1;
    last := coalesce(last, 0);
    -- `ahead` is the development clock's lead, in seconds; it does not exist elsewhere.
    at := greatest(clock_timestamp() + coalesce((extras->'ahead'->0->>'seconds')::float8, 0) * interval '1 second', at);
    FOR i IN 1..cardinality(ids) LOOP  -- one INSERT … SELECT with row_number() took 3 to 4 times as long for one event
        INSERT INTO "public"."followup_events" VALUES (
            ids[i], versions[i], topics[i], states[i], cases[i], last + i, partitions[i],
            1 + coalesce((SELECT max(e.number) FROM "public"."followup_events" e WHERE e.partition = partitions[i]), 0), at);
    END LOOP;
    IF extras ? 'traces' THEN
        INSERT INTO "public".event_traces (position, traceparent) SELECT e.position, t.traceparent
        FROM jsonb_to_recordset(extras->'traces') AS t(stream uuid, version bigint, traceparent text)
        JOIN "public"."followup_events" e ON (e.originator_id, e.originator_version) = (t.stream, t.version);
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



CREATE TABLE public.followup_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    case_id uuid NOT NULL,
    "position" bigint NOT NULL,
    partition smallint NOT NULL,
    number bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT followup_events_partition_check CHECK (((partition >= 0) AND (partition <= 7)))
);



COMMENT ON TABLE public.followup_events IS 'append-only';



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



CREATE TABLE public.table_version (
    only_one boolean DEFAULT true NOT NULL,
    version integer NOT NULL,
    oldest_program integer NOT NULL,
    migrated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT table_version_only_one_check CHECK (only_one)
);



COMMENT ON TABLE public.table_version IS 'read-only';



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









INSERT INTO public.backdated_events VALUES (2, '00000000-0000-0000-0000-000000000001', '[2026-09-14,2026-12-01)');
INSERT INTO public.backdated_events VALUES (7, '00000000-0000-0000-0000-000000000001', '[2026-12-01,2028-03-14)');
INSERT INTO public.backdated_events VALUES (8, '00000000-0000-0000-0000-000000000001', '[2026-12-01,2028-03-14)');






INSERT INTO public.data_keys VALUES ('00000000-0000-0000-0000-000000000001', '\xab2beb4d7927bf955d3fe36ead6e0cac0ffc3bde3a66ba79843ca9065addcffd25ad45baeb3f0d276e1c529e7ab6651968550487b7d4c1ae89ad97d0');












INSERT INTO public.followup_events VALUES ('00000000-0000-0000-0000-000000000001', 1, 'follow-up-opened:v1', '\x7b226d657461223a7b226964223a2230316132326562632d633064362d373961362d393235642d323831323631336461663732222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303731222c22726f6c65223a2273657276696365222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22636f6d706c6574696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303037222c22737472756374757265223a2230303030303030302d303030302d303030302d303030302d303030303030303030303038222c22756e6974223a22646c612d3434222c2261647669736572223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22626173656c696e65223a7b22667465223a31302e352c22636469223a392e307d2c22646566696e6974696f6e73223a7b7d2c2272657669657773223a7b224d30223a22323032362d30392d3134222c224d36223a22323032372d30332d3134222c224d3138223a22323032382d30332d3134227d7d7d', '00000000-0000-0000-0000-000000000001', 1, 3, 1, '2026-11-30 23:14:11.803293+00');
INSERT INTO public.followup_events VALUES ('00000000-0000-0000-0000-000000000001', 2, 'review-recorded:v1', '\x7b226d657461223a7b226964223a2230316132326562632d633065312d373830622d393765342d653165646562323138656166222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c226566666563746976655f6174223a22323032362d30392d31335432323a30303a30305a227d2c2264617461223a7b22726576696577223a224d30222c227265706f7274223a7b2268656c645f6f6e223a22323032362d30392d3134222c22696e64696361746f7273223a7b7d2c226e6f745f6d65617375726564223a5b22636469222c22667465225d2c22617070726f7072696174696f6e223a342c22617070726f7072696174696f6e5f6e6f746573223a6e756c6c2c22736174697366616374696f6e223a6e756c6c2c2273756d6d617279223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a226b4e507173644d474e6d67486d673154567636796166474f6d65516276364b45376a763239572f37585845515a70654b522b777465786b6e4f5037796c513d3d227d2c22736174697366616374696f6e5f61736b6564223a747275652c22706572696d657465725f6368616e6765223a6e756c6c2c22706572696d657465725f6e6f746573223a6e756c6c7d7d7d', '00000000-0000-0000-0000-000000000001', 2, 3, 2, '2026-11-30 23:14:11.81057+00');
INSERT INTO public.followup_events VALUES ('00000000-0000-0000-0000-000000000001', 3, 'need-found:v1', '\x7b226d657461223a7b226964223a2230316132326562632d633065342d376131662d396363622d623131623361303965373439222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b227468656d65223a226469676974616c222c226465736372697074696f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a227468576b49654b7a68796d7a474973672f72366274564373635a716d55466f4e71744e2b2f5069365779576d3057685656764a3131774e39714c664a4231383d227d2c2264697374696e6374696f6e223a6e756c6c7d7d', '00000000-0000-0000-0000-000000000001', 3, 3, 3, '2026-11-30 23:14:11.812949+00');
INSERT INTO public.followup_events VALUES ('00000000-0000-0000-0000-000000000001', 4, 'parcours-update-requested:v1', '\x7b226d657461223a7b226964223a2230316132326562632d633065392d373363662d386261362d363264663732636237323533222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22726576696577223a224d30222c22726561736f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22306b4449495433564e34397a45534b4e4f58467761645a4f577372453335564e4e4e6656616755386859476b2b546a5555557672456662466759786c5438504e6668526d384b70726a386a6b227d2c2261786573223a5b5d7d7d', '00000000-0000-0000-0000-000000000001', 4, 3, 4, '2026-11-30 23:14:11.818305+00');
INSERT INTO public.followup_events VALUES ('00000000-0000-0000-0000-000000000001', 5, 'parcours-update-withdrawn:v1', '\x7b226d657461223a7b226964223a2230316132326562632d633065632d376637622d623563632d303335363861646162626563222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22726561736f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a224d4e5a52766b564a337743437a61395a6945747830786c444441426845465a334871755a615235426537676d7869466475375249227d7d7d', '00000000-0000-0000-0000-000000000001', 5, 3, 5, '2026-11-30 23:14:11.821532+00');
INSERT INTO public.followup_events VALUES ('00000000-0000-0000-0000-000000000001', 6, 'review-unreachable:v1', '\x7b226d657461223a7b226964223a2230316132326562632d633065662d373730392d396531612d623637333635626331656563222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22726576696577223a224d36222c22617474656d707473223a332c226e6f746573223a6e756c6c7d7d', '00000000-0000-0000-0000-000000000001', 6, 3, 6, '2026-11-30 23:14:11.82497+00');
INSERT INTO public.followup_events VALUES ('00000000-0000-0000-0000-000000000001', 7, 'review-recorded:v1', '\x7b226d657461223a7b226964223a2230316132326562632d633066322d376633322d616665352d303530386336613965353562222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c226566666563746976655f6174223a22323032382d30332d31335432333a30303a30305a227d2c2264617461223a7b22726576696577223a224d3138222c227265706f7274223a7b2268656c645f6f6e223a22323032382d30332d3134222c22696e64696361746f7273223a7b7d2c226e6f745f6d65617375726564223a5b22636469222c22667465225d2c22617070726f7072696174696f6e223a342c22617070726f7072696174696f6e5f6e6f746573223a6e756c6c2c22736174697366616374696f6e223a6e756c6c2c2273756d6d617279223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a226b51425a45667a58724b6b304a6a366263543055644f2f385857506c4d3268306d346954476a62734c7464494e2b55385a6e696f4b566a35417a626a57413d3d227d2c22736174697366616374696f6e5f61736b6564223a747275652c22706572696d657465725f6368616e6765223a6e756c6c2c22706572696d657465725f6e6f746573223a6e756c6c7d7d7d', '00000000-0000-0000-0000-000000000001', 7, 3, 7, '2026-11-30 23:14:11.826964+00');
INSERT INTO public.followup_events VALUES ('00000000-0000-0000-0000-000000000001', 8, 'follow-up-closed:v1', '\x7b226d657461223a7b226964223a2230316132326562632d633066332d376637342d386138652d663066616262346631356261222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c226566666563746976655f6174223a22323032382d30332d31335432333a30303a30305a227d2c2264617461223a7b22656e64696e67223a7b226b696e64223a22666f6c6c6f7765645f7570222c226f6e223a22323032382d30332d3134227d2c22636f6e636c7573696f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a2258635a6a4f3972424a6d366d48775270586d543550517a416f6873322f3357316e57546f4b79445179375344524a673435345a684e6a2b46332b344a4c413d3d227d7d7d', '00000000-0000-0000-0000-000000000001', 8, 3, 8, '2026-11-30 23:14:11.829249+00');









INSERT INTO public.log_identity VALUES (true, 'afeb9b38-a9e6-46f3-81bf-804a03eafc6c', 0, '{}');












INSERT INTO public.projection_checkpoints VALUES ('people:v2', 0);
INSERT INTO public.projection_checkpoints VALUES ('follow-ups:v1', 8);
INSERT INTO public.projection_checkpoints VALUES ('sheets:v2', 8);
INSERT INTO public.projection_checkpoints VALUES ('caseload:v2+follow-ups:v1', 8);



INSERT INTO public.projection_history VALUES ('follow-ups:v1', '00000000-0000-0000-0000-000000000001', 1, 2, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M0": "2026-09-14", "M6": "2027-03-14", "M18": "2028-03-14"}, "unit": "dla-44", "needs": 0, "units": ["dla-44"], "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {}, "updates": 0, "version": 1, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2026-09-14", "reviews_done": 0, "satisfaction": {}, "appropriation": {}, "linked_requests": [], "reviews_unreachable": 0, "update_requested_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "open", "opened_at": "2026-11-30t23:14:11.803293z", "next_due_on": "2026-09-14"}');
INSERT INTO public.projection_history VALUES ('follow-ups:v1', '00000000-0000-0000-0000-000000000001', 2, 3, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": "2027-03-14", "M18": "2028-03-14"}, "unit": "dla-44", "needs": 0, "units": ["dla-44"], "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held"}, "updates": 0, "version": 2, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2027-03-14", "reviews_done": 1, "satisfaction": {"M0": null}, "appropriation": {"M0": 4}, "linked_requests": [], "reviews_unreachable": 0, "update_requested_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "open", "opened_at": "2026-11-30t23:14:11.803293z", "next_due_on": "2027-03-14"}');
INSERT INTO public.projection_history VALUES ('follow-ups:v1', '00000000-0000-0000-0000-000000000001', 3, 4, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": "2027-03-14", "M18": "2028-03-14"}, "unit": "dla-44", "needs": 1, "units": ["dla-44"], "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held"}, "updates": 0, "version": 3, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2027-03-14", "reviews_done": 1, "satisfaction": {"M0": null}, "appropriation": {"M0": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 0, "update_requested_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "open", "opened_at": "2026-11-30t23:14:11.803293z", "next_due_on": "2027-03-14"}');
INSERT INTO public.projection_history VALUES ('follow-ups:v1', '00000000-0000-0000-0000-000000000001', 4, 5, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": "2027-03-14", "M18": "2028-03-14"}, "unit": "dla-44", "needs": 1, "units": ["dla-44"], "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held"}, "updates": 1, "version": 4, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2027-03-14", "reviews_done": 1, "satisfaction": {"M0": null}, "appropriation": {"M0": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 0, "update_requested_at": "2026-11-30T23:14:11.818305Z"}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "open", "opened_at": "2026-11-30t23:14:11.803293z", "next_due_on": "2027-03-14"}');
INSERT INTO public.projection_history VALUES ('follow-ups:v1', '00000000-0000-0000-0000-000000000001', 5, 6, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": "2027-03-14", "M18": "2028-03-14"}, "unit": "dla-44", "needs": 1, "units": ["dla-44"], "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held"}, "updates": 1, "version": 5, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2027-03-14", "reviews_done": 1, "satisfaction": {"M0": null}, "appropriation": {"M0": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 0, "update_requested_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "open", "opened_at": "2026-11-30t23:14:11.803293z", "next_due_on": "2027-03-14"}');
INSERT INTO public.projection_history VALUES ('follow-ups:v1', '00000000-0000-0000-0000-000000000001', 6, 7, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M18": "2028-03-14"}, "unit": "dla-44", "needs": 1, "units": ["dla-44"], "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held", "M6": "unreachable"}, "updates": 1, "version": 6, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2028-03-14", "reviews_done": 1, "satisfaction": {"M0": null}, "appropriation": {"M0": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 1, "update_requested_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "open", "opened_at": "2026-11-30t23:14:11.803293z", "next_due_on": "2028-03-14"}');
INSERT INTO public.projection_history VALUES ('follow-ups:v1', '00000000-0000-0000-0000-000000000001', 7, 8, '{"id": "00000000-0000-0000-0000-000000000001", "due": {}, "unit": "dla-44", "needs": 1, "units": ["dla-44"], "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held", "M6": "unreachable", "M18": "held"}, "updates": 1, "version": 7, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}, "M18": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": null, "reviews_done": 2, "satisfaction": {"M0": null, "M18": null}, "appropriation": {"M0": 4, "M18": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 1, "update_requested_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "open", "opened_at": "2026-11-30t23:14:11.803293z"}');
INSERT INTO public.projection_history VALUES ('caseload:v2+follow-ups:v1', '00000000-0000-0000-0000-000000000001', 1, 2, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M0": {"on": "2026-09-14", "item": "M0", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}, "M6": {"on": "2027-03-14", "item": "M6", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}, "M18": {"on": "2028-03-14", "item": "M18", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}}, "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 1, "follow_up": {"id": "00000000-0000-0000-0000-000000000001", "due": {"M0": "2026-09-14", "M6": "2027-03-14", "M18": "2028-03-14"}, "unit": "dla-44", "needs": 0, "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {}, "updates": 0, "version": 0, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2026-09-14", "reviews_done": 0, "satisfaction": {}, "appropriation": {}, "linked_requests": [], "reviews_unreachable": 0, "update_requested_at": null}}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v2+follow-ups:v1', '00000000-0000-0000-0000-000000000001', 2, 3, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": {"on": "2027-03-14", "item": "M6", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}, "M18": {"on": "2028-03-14", "item": "M18", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}}, "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 2, "follow_up": {"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": "2027-03-14", "M18": "2028-03-14"}, "unit": "dla-44", "needs": 0, "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held"}, "updates": 0, "version": 0, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2027-03-14", "reviews_done": 1, "satisfaction": {"M0": null}, "appropriation": {"M0": 4}, "linked_requests": [], "reviews_unreachable": 0, "update_requested_at": null}}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v2+follow-ups:v1', '00000000-0000-0000-0000-000000000001', 3, 4, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": {"on": "2027-03-14", "item": "M6", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}, "M18": {"on": "2028-03-14", "item": "M18", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}}, "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 3, "follow_up": {"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": "2027-03-14", "M18": "2028-03-14"}, "unit": "dla-44", "needs": 1, "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held"}, "updates": 0, "version": 0, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2027-03-14", "reviews_done": 1, "satisfaction": {"M0": null}, "appropriation": {"M0": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 0, "update_requested_at": null}}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v2+follow-ups:v1', '00000000-0000-0000-0000-000000000001', 4, 5, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": {"on": "2027-03-14", "item": "M6", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}, "M18": {"on": "2028-03-14", "item": "M18", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}}, "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 4, "follow_up": {"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": "2027-03-14", "M18": "2028-03-14"}, "unit": "dla-44", "needs": 1, "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held"}, "updates": 1, "version": 0, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2027-03-14", "reviews_done": 1, "satisfaction": {"M0": null}, "appropriation": {"M0": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 0, "update_requested_at": "2026-11-30T23:14:11.818305Z"}}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v2+follow-ups:v1', '00000000-0000-0000-0000-000000000001', 5, 6, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": {"on": "2027-03-14", "item": "M6", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}, "M18": {"on": "2028-03-14", "item": "M18", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}}, "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 5, "follow_up": {"id": "00000000-0000-0000-0000-000000000001", "due": {"M6": "2027-03-14", "M18": "2028-03-14"}, "unit": "dla-44", "needs": 1, "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held"}, "updates": 1, "version": 0, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2027-03-14", "reviews_done": 1, "satisfaction": {"M0": null}, "appropriation": {"M0": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 0, "update_requested_at": null}}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v2+follow-ups:v1', '00000000-0000-0000-0000-000000000001', 6, 7, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"M18": {"on": "2028-03-14", "item": "M18", "what": "review_to_hold", "since": "2026-11-30T23:14:11.803293Z"}}, "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 6, "follow_up": {"id": "00000000-0000-0000-0000-000000000001", "due": {"M18": "2028-03-14"}, "unit": "dla-44", "needs": 1, "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held", "M6": "unreachable"}, "updates": 1, "version": 0, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": "2028-03-14", "reviews_done": 1, "satisfaction": {"M0": null}, "appropriation": {"M0": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 1, "update_requested_at": null}}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v2+follow-ups:v1', '00000000-0000-0000-0000-000000000001', 7, 8, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"follow_up_to_close": {"on": null, "item": null, "what": "follow_up_to_close", "since": "2026-11-30T23:14:11.826964Z"}}, "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 7, "follow_up": {"id": "00000000-0000-0000-0000-000000000001", "due": {}, "unit": "dla-44", "needs": 1, "status": "open", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held", "M6": "unreachable", "M18": "held"}, "updates": 1, "version": 0, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}, "M18": {}}, "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": null, "reviews_done": 2, "satisfaction": {"M0": null, "M18": null}, "appropriation": {"M0": 4, "M18": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 1, "update_requested_at": null}}', '', '{}');



INSERT INTO public.projection_rows VALUES ('follow-ups:v1', '00000000-0000-0000-0000-000000000001', 8, '{"id": "00000000-0000-0000-0000-000000000001", "due": {}, "unit": "dla-44", "needs": 1, "units": ["dla-44"], "ending": {"on": "2028-03-14", "kind": "followed_up"}, "status": "closed", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held", "M6": "unreachable", "M18": "held"}, "updates": 1, "version": 8, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}, "M18": {}}, "closed_at": "2026-11-30T23:14:11.829249Z", "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": null, "reviews_done": 2, "satisfaction": {"M0": null, "M18": null}, "appropriation": {"M0": 4, "M18": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 1, "update_requested_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "closed", "opened_at": "2026-11-30t23:14:11.803293z"}', 8);
INSERT INTO public.projection_rows VALUES ('caseload:v2+follow-ups:v1', '00000000-0000-0000-0000-000000000001', 8, '{"id": "00000000-0000-0000-0000-000000000001", "due": {}, "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 8, "follow_up": {"id": "00000000-0000-0000-0000-000000000001", "due": {}, "unit": "dla-44", "needs": 1, "ending": {"on": "2028-03-14", "kind": "followed_up"}, "status": "closed", "adviser": "00000000-0000-0000-0000-000000000064", "overdue": [], "reviews": {"M0": "held", "M6": "unreachable", "M18": "held"}, "updates": 1, "version": 0, "baseline": {"cdi": 9.0, "fte": 10.5}, "fell_due": [], "measured": {"M0": {}, "M18": {}}, "closed_at": "2026-11-30T23:14:11.829249Z", "opened_at": "2026-11-30T23:14:11.803293Z", "structure": "00000000-0000-0000-0000-000000000008", "next_due_on": null, "reviews_done": 2, "satisfaction": {"M0": null, "M18": null}, "appropriation": {"M0": 4, "M18": 4}, "linked_requests": ["01a22ebc-c0e4-7b49-b822-28c49817154e"], "reviews_unreachable": 1, "update_requested_at": null}}', '', '{}', 8);





















INSERT INTO public.table_version VALUES (true, 4, 0, '2026-11-30 23:14:11.697372+00');









SELECT pg_catalog.setval('public.resumed_nth_seq', 1, false);



ALTER TABLE ONLY public.access_log
    ADD CONSTRAINT access_log_pkey PRIMARY KEY (id);



ALTER TABLE ONLY public.attachment_chunks
    ADD CONSTRAINT attachment_chunks_pkey PRIMARY KEY (attachment, chunk);



ALTER TABLE ONLY public.backdated_events
    ADD CONSTRAINT backdated_events_pkey PRIMARY KEY ("position");



ALTER TABLE ONLY public.case_access
    ADD CONSTRAINT case_access_pkey PRIMARY KEY (case_id);



ALTER TABLE ONLY public.data_keys
    ADD CONSTRAINT data_keys_pkey PRIMARY KEY (key_id);



ALTER TABLE ONLY public.deadlines
    ADD CONSTRAINT deadlines_pkey PRIMARY KEY (stream, kind, key);



ALTER TABLE ONLY public.event_traces
    ADD CONSTRAINT event_traces_pkey PRIMARY KEY ("position");



ALTER TABLE ONLY public.failures
    ADD CONSTRAINT failures_pkey PRIMARY KEY (publisher, event_id);



ALTER TABLE ONLY public.followup_events
    ADD CONSTRAINT followup_events_partition_number_key UNIQUE (partition, number);



ALTER TABLE ONLY public.followup_events
    ADD CONSTRAINT followup_events_pkey PRIMARY KEY (originator_id, originator_version);



ALTER TABLE ONLY public.followup_events
    ADD CONSTRAINT followup_events_position_key UNIQUE ("position");



ALTER TABLE ONLY public.handled_commands
    ADD CONSTRAINT handled_commands_pkey PRIMARY KEY (key);



ALTER TABLE ONLY public.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);



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



ALTER TABLE ONLY public.table_version
    ADD CONSTRAINT table_version_pkey PRIMARY KEY (only_one);



ALTER TABLE ONLY public.tracked
    ADD CONSTRAINT tracked_pkey PRIMARY KEY (publisher, log_id, partition);



ALTER TABLE ONLY public.unique_keys
    ADD CONSTRAINT unique_keys_pkey PRIMARY KEY (kind, key);



CREATE INDEX access_log_at ON public.access_log USING brin (at);



CREATE INDEX access_log_case ON public.access_log USING btree (case_id, id);



CREATE INDEX backdated_events_days ON public.backdated_events USING gist (days);



CREATE INDEX case_id_position ON public.followup_events USING btree (case_id, "position");



CREATE INDEX deadlines_left ON public.deadlines USING btree (due_at) WHERE (fired_at IS NULL);



CREATE INDEX people_case ON public.people_index USING btree (case_id);



CREATE INDEX people_words ON public.people_index USING gin (words);



CREATE INDEX projection_rows_unit ON public.projection_rows USING btree (((document ->> 'unit'::text)), projection);



CREATE INDEX projection_rows_units_46d9b052e5f6583e ON public.projection_rows USING gin (((document -> 'units'::text))) WHERE ((projection = 'caseload:v2+follow-ups:v1'::text) AND (document @? '$."due".*'::jsonpath));



CREATE INDEX projection_rows_units_985b270caff60c62 ON public.projection_rows USING gin (((document -> 'units'::text))) WHERE ((projection = 'sheets:v2'::text) AND true);



CREATE INDEX projection_rows_units_aa608f1f0342af58 ON public.projection_rows USING gin (((document -> 'units'::text))) WHERE ((projection = 'follow-ups:v1'::text) AND true);




