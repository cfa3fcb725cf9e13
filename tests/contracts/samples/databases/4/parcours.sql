


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
    PERFORM pg_advisory_xact_lock('"public"."parcours_events"'::regclass::oid::bigint);
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
                                      UNION SELECT e.originator_id FROM "public"."parcours_events" e WHERE e.case_id = r.key_id);
            DELETE FROM "public".people_index p WHERE p.person = r.key_id;
            DELETE FROM "public".attachment_chunks a WHERE a.case_id = r.key_id;
        END LOOP;
    END IF;
    SELECT e.position, e.recorded_at INTO last, at FROM "public"."parcours_events" e ORDER BY e.position DESC LIMIT 1;
    last := coalesce(last, 0);
    -- `ahead` is the development clock's lead, in seconds; it does not exist elsewhere.
    at := greatest(clock_timestamp() + coalesce((extras->'ahead'->0->>'seconds')::float8, 0) * interval '1 second', at);
    FOR i IN 1..cardinality(ids) LOOP  -- one INSERT … SELECT with row_number() took 3 to 4 times as long for one event
        INSERT INTO "public"."parcours_events" VALUES (
            ids[i], versions[i], topics[i], states[i], cases[i], last + i, partitions[i],
            1 + coalesce((SELECT max(e.number) FROM "public"."parcours_events" e WHERE e.partition = partitions[i]), 0), at);
    END LOOP;
    IF extras ? 'traces' THEN
        INSERT INTO "public".event_traces (position, traceparent) SELECT e.position, t.traceparent
        FROM jsonb_to_recordset(extras->'traces') AS t(stream uuid, version bigint, traceparent text)
        JOIN "public"."parcours_events" e ON (e.originator_id, e.originator_version) = (t.stream, t.version);
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



CREATE TABLE public.parcours_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    case_id uuid NOT NULL,
    "position" bigint NOT NULL,
    partition smallint NOT NULL,
    number bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT parcours_events_partition_check CHECK (((partition >= 0) AND (partition <= 7)))
);



COMMENT ON TABLE public.parcours_events IS 'append-only';



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









INSERT INTO public.backdated_events VALUES (11, '00000000-0000-0000-0000-000000000001', '[2026-09-14,2026-12-01)');






INSERT INTO public.data_keys VALUES ('00000000-0000-0000-0000-000000000001', '\x76ad29edeb294b0fafa521e22486c1d58e37ab099dd5f9fab4060f298de1f7c756d0244bd04989341ce1db929e7d64b6a36f24f46ee6dbcfc247b3ac');
INSERT INTO public.data_keys VALUES ('01a22ebc-cc9e-7c5f-90eb-86101654f594', '\x65ee323c267ae6136f240374b9199bba9b5bbee32c1610c765c64c33edb5b05ba55a80692e2fad2a117bff578070d556a3b5f2eccffa89ee176275ab');
INSERT INTO public.data_keys VALUES ('01a22ebc-cca4-7e0e-bae1-6f981790c7a3', '\xd55148596b7f43cfa57dcbc723cf4e17407bcf78195a2fa8f8697bcda022052969e76f3524cc2f635776ccd31d4a43395ac18f2fa7ec5d2ed9596215');
INSERT INTO public.data_keys VALUES ('01a22ebc-ccb8-7994-a51e-34ad0df6d278', '\x35c787c0fab9d6a2c1a02541924de908e398a9339f6062b7c64453ccb087c9ba623101c5a803eaef3a60ac4d21265a620b7713a012745a2937c415ec');
INSERT INTO public.data_keys VALUES ('01a22ebc-ccbb-7fd8-a78b-de86d2c53ed1', '\x4f036502cf12d19b73057ce2d9495787f55412975857fc40dced96f7d95ac9b2db613047d6870fa911974529c99bd1ac63722d5ac97d874c821edb34');


















INSERT INTO public.log_identity VALUES (true, '3644b299-5e0c-41bc-98a4-aaf82f3c74f4', 0, '{}');



INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 1, 'parcours-opened:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636338632d373331662d613963302d363739333039353231303531222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303731222c22726f6c65223a2273657276696365222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22706c616e223a7b22737472756374757265223a2230303030303030302d303030302d303030302d303030302d303030303030303030303038222c22756e6974223a22646c612d3434222c2261647669736572223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c2261646d69747465645f6174223a22323032362d30382d30355430393a30303a30305a222c2261786573223a5b2266696e616e6365222c22627573696e6573735f6d6f64656c225d2c22626173656c696e65223a7b7d2c22646566696e6974696f6e73223a7b7d7d7d7d', '00000000-0000-0000-0000-000000000001', 1, 3, 1, '2026-11-30 23:14:14.800299+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 2, 'axes-ranked:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636339342d373733392d386466632d313839363362366565646466222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2272616e6b696e67223a5b2266696e616e6365222c22627573696e6573735f6d6f64656c225d7d7d', '00000000-0000-0000-0000-000000000001', 2, 3, 2, '2026-11-30 23:14:14.805716+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 3, 'axis-deferred:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636339622d373963612d623964332d663932383562316134346436222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2261786973223a22627573696e6573735f6d6f64656c222c22726561736f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a226f77384972336b34635163584b367a6d4a2f69615342727637775362644f54546d796662623237363054435a70637672502f4b6f50676e2b566d465659752f495a4f553d227d7d7d', '00000000-0000-0000-0000-000000000001', 3, 3, 3, '2026-11-30 23:14:14.812969+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 4, 'action-added:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636339662d376466392d623565362d623364323237356436616464222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22616374696f6e223a2230316132326562632d636339652d373930302d383237392d346461316338373231623161222c22706c616e6e6564223a7b226b696e64223a226f776e5f616374696f6e222c2261786973223a2266696e616e6365222c227469746c65223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a224842397970346a4a4f6e61426955754c517163466e322b6d4c556e4b4c516158517759504b734c66486756735a7532566771397638694d6b3061484356673d3d227d2c2277686f223a7b226b223a2230316132326562632d636339652d376335662d393065622d383631303136353466353934222c2263223a224e6c592b6e6163726c4e5367476b2b30384b56644d764533465252544e4a3355444955467454315578706e724c705a4947673442582f353651673d3d227d2c227374617274735f6f6e223a22323032362d30392d3134222c22656e64735f6f6e223a22323032362d31322d3133222c22706c616e6e65645f64617973223a6e756c6c2c22636f6c6c6563746976655f6f7065726174696f6e223a6e756c6c7d7d7d', '00000000-0000-0000-0000-000000000001', 4, 3, 4, '2026-11-30 23:14:14.818838+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 5, 'action-added:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636361342d373734322d623164332d653233303439396530346265222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22616374696f6e223a2230316132326562632d636361342d373166332d626331372d616631396435383739346663222c22706c616e6e6564223a7b226b696e64223a22636f6e73756c74696e67222c2261786973223a2266696e616e6365222c227469746c65223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22477855415472443652644171374766596e51502f2b566f4a74747531726c614a636c7a48304149593765777145666462227d2c2277686f223a7b226b223a2230316132326562632d636361342d376530652d626165312d366639383137393063376133222c2263223a22592f455176774146614657446b6b577a654f5565663841426b68657a345335776d2b61464a4b495056462b454b4359764648493d227d2c227374617274735f6f6e223a22323032362d30392d3134222c22656e64735f6f6e223a22323032362d31322d3133222c22706c616e6e65645f64617973223a362c22636f6c6c6563746976655f6f7065726174696f6e223a6e756c6c7d7d7d', '00000000-0000-0000-0000-000000000001', 5, 3, 5, '2026-11-30 23:14:14.821211+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 6, 'parcours-shared:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636361612d373235612d626332662d303566353632636639363866222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2276657273696f6e223a352c22636f6e74656e745f68617368223a2239383861616138656661336631373664633661633537663737363362396163666131636166363664386130363835633734303934356232343635643931623536222c2273616c74223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22337457665644454d57556d6a64342f6346706a735341356c4f764c75373258466e624778534c4c6b74504c6e624358356c337a787253307350765655633078503574635338395450584574736f634f7a227d2c22706572696f64223a7b227374617274735f6f6e223a22323032362d30392d3134222c22656e64735f6f6e223a22323032372d30372d3131227d7d7d', '00000000-0000-0000-0000-000000000001', 6, 3, 6, '2026-11-30 23:14:14.827499+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 7, 'parcours-contested:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636361652d376433352d386536362d353231616235323566326533222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303637222c22726f6c65223a226c6561646572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2276657273696f6e223a352c22726561736f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22483858324264536a4d744f734c64697754445962486170416444574b4639433750367662367137687559696b343048716d723749227d7d7d', '00000000-0000-0000-0000-000000000001', 7, 3, 7, '2026-11-30 23:14:14.831343+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 8, 'parcours-shared:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636362302d373938312d393837642d373932306239656363396230222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2276657273696f6e223a362c22636f6e74656e745f68617368223a2266306236383939346232653064333061356538636466626363636437393765363734336532613233636461633962383639313238336135316230353265623139222c2273616c74223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a226a4a6e76506670364b4e48622f504d6b745a794b68704e47494e774b326966646a354a6d4f6653342b47583564704865387a58716264554a654c786f642f6e71726b794c557952484a656d5869324379227d2c22706572696f64223a7b227374617274735f6f6e223a22323032362d30392d3134222c22656e64735f6f6e223a22323032372d30372d3331227d7d7d', '00000000-0000-0000-0000-000000000001', 8, 3, 8, '2026-11-30 23:14:14.832763+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 9, 'parcours-validated:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636362332d376630322d613233642d336533303164366261323436222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303637222c22726f6c65223a226c6561646572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2276657273696f6e223a362c22636f6e74656e745f68617368223a2266306236383939346232653064333061356538636466626363636437393765363734336532613233636461633962383639313238336135316230353265623139222c22616374696f6e73223a7b226f776e5f616374696f6e223a312c22636f6e73756c74696e67223a317d2c226c6561646572223a2230303030303030302d303030302d303030302d303030302d303030303030303030303637227d7d', '00000000-0000-0000-0000-000000000001', 9, 3, 9, '2026-11-30 23:14:14.83667+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 10, 'action-started:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636362352d373361312d383065372d633732306332326364363034222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22616374696f6e223a2230316132326562632d636339652d373930302d383237392d346461316338373231623161227d7d', '00000000-0000-0000-0000-000000000001', 10, 3, 10, '2026-11-30 23:14:14.838369+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 11, 'introduction-made:v1', '\x7b226d657461223a7b226964223a2230316132326562632d636362382d373632642d383763352d303937656530326563346634222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c226566666563746976655f6174223a22323032362d30392d31335432323a30303a30305a227d2c2264617461223a7b22616374696f6e223a2230316132326562632d636339652d373930302d383237392d346461316338373231623161222c2277686f6d223a7b226b223a2230316132326562632d636362382d373939342d613531652d333461643064663664323738222c2263223a226f33306f4c327266386f7a4764565866555049534230486d345863344c5a34637054387a6559454471304e5665614c794d5a6635675733457253664b4e4b7a395676314c6c413d3d227d2c2268656c645f6f6e223a22323032362d30392d3134227d7d', '00000000-0000-0000-0000-000000000001', 11, 3, 11, '2026-11-30 23:14:14.841647+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 12, 'provider-retained:v2', '\x7b226d657461223a7b226964223a2230316132326562632d636362622d373466632d396361332d393930383639363238306631222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22616374696f6e223a2230316132326562632d636361342d373166332d626331372d616631396435383739346663222c226e616d65223a7b226b223a2230316132326562632d636362622d376664382d613738622d646538366432633533656431222c2263223a226d55324735614a414c53546b436478364b6e574a49496f705a6e6a77496c484b6d396c416a52674c413965502f4f456b662f36734f6d383d227d2c22616d6f756e745f63656e7473223a3438303030302c2264617973223a362c2274656e646572223a6e756c6c2c22657863657074696f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a224368325a4d644b58357933584d6a62756a3632583041356e313965563263686430752b755369542f6e727249314d5a534561567a4d5250774176733d227d2c226163636f756e74223a6e756c6c7d7d', '00000000-0000-0000-0000-000000000001', 12, 3, 12, '2026-11-30 23:14:14.844361+00');









INSERT INTO public.people_index VALUES ('01a22ebc-cc9e-7c5f-90eb-86101654f594', '00000000-0000-0000-0000-000000000001', 4, 'planned.who', '00000000-0000-0000-0000-000000000001', '{0f632b62ff7822d60b67b0d0f5571ca3ba4bcf07b55a06e5098de632d09c367c,3f7cf1330f63a9ed62f3f1e06bbfc1e09b3072e418debb6b802ca3b5bf8c2fea,78bc4a226ae4036ad1410f805e888f9b6acfd06ce60924984ef4afee04ca72a0}');
INSERT INTO public.people_index VALUES ('01a22ebc-cca4-7e0e-bae1-6f981790c7a3', '00000000-0000-0000-0000-000000000001', 5, 'planned.who', '00000000-0000-0000-0000-000000000001', '{03ef251bbbea9e619c1e80883c77a8c4be2d22e12c83c57c0413bb8a5a1869b0,e5fac23a0d6bdd88e7c60e1e6102c46bfa319d8e145c4e48933f747e9b4a6db7,f6c045ad548ed33eddf3f67adf0d865ef651841d57f17f87a497604fafe7aed4}');
INSERT INTO public.people_index VALUES ('01a22ebc-ccb8-7994-a51e-34ad0df6d278', '00000000-0000-0000-0000-000000000001', 11, 'whom', '00000000-0000-0000-0000-000000000001', '{040024b250761419d6260704407f9476a23c41ac8b909e8773acde37fbb9b8d3,275e309080e6710e0c376044452086d4a8114cc632785489551be217314af90b,34c643ba44d3b3a87326bc615e745e3b1b25c8b5f0dd9b2974aed83c56245709,46eabda20b3898716ff94cfe934a9bf256cf4a5289d4a3d02dcf68fe4b5bd627,69f22571ed25f6e8cb3e5f1f425325760d115ecd5df9e1d9da07594ee6444088,7b707f88e5307c18100e74ec2226530e3e34f23648a6aca9f9aa6443c50584d4,c26d272aec5ba263d2527adadf41c06d04bba69bd71f027dd860e5fa7932ee88,ca269204d7c17917b028d316b7043ef9bd5dc86214deb57fc90847b0bba60a0d,e5904f3bb94708695a3a60792e0acc84e00a5a2f0fff605bc94383c15e39b585,ff18706d55d22b213aa64fd2bcc761183c215497d85184dd25d2dc3123bc0049}');
INSERT INTO public.people_index VALUES ('01a22ebc-ccbb-7fd8-a78b-de86d2c53ed1', '00000000-0000-0000-0000-000000000001', 12, 'name', '00000000-0000-0000-0000-000000000001', '{0f379bcf5a5df2477170c624171fb5580337f4977826d9d62dfef7ffef7898f2,61c6f699757dae7e8d1c27cac3222ef5c506396c5c49633f75a0761315661474,68c4ae8ad5f8a641053db521d38d8516faabdc577abbc27dabbdfdafff2de5d6,9f56af89f19c29af302a4a7c64f077f8ac7285774936e4eedaa1db540071e4d7,e98db561117a1cb58c2c10cd8a9b0ebc6ddc30814f5bf4984912ca31c3159d1a,fe6570a56ed035ff9495241618d72b4c36f9244a9557b422276b3e91f5560492}');



INSERT INTO public.projection_checkpoints VALUES ('people:v2', 0);
INSERT INTO public.projection_checkpoints VALUES ('parcours:v6', 12);
INSERT INTO public.projection_checkpoints VALUES ('derogations:v1', 12);
INSERT INTO public.projection_checkpoints VALUES ('funds:v2', 12);
INSERT INTO public.projection_checkpoints VALUES ('operations:v3', 12);
INSERT INTO public.projection_checkpoints VALUES ('caseload:v4', 12);



INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 1, 2, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "building", "actions": 0, "adviser": "00000000-0000-0000-0000-000000000064", "ranking": [], "started": 0, "version": 1, "abandoned": 0, "opened_at": "2026-11-30T23:14:14.800299Z", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 0, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "building", "opened_at": "2026-11-30t23:14:14.800299z"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 2, 4, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "building", "actions": 0, "adviser": "00000000-0000-0000-0000-000000000064", "ranking": ["finance", "business_model"], "started": 0, "version": 3, "abandoned": 0, "opened_at": "2026-11-30T23:14:14.800299Z", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 0, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "building", "opened_at": "2026-11-30t23:14:14.800299z"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 4, 5, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "building", "actions": 1, "adviser": "00000000-0000-0000-0000-000000000064", "ranking": ["finance", "business_model"], "started": 0, "version": 4, "abandoned": 0, "opened_at": "2026-11-30T23:14:14.800299Z", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 0, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "building", "opened_at": "2026-11-30t23:14:14.800299z"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 5, 6, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "building", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ranking": ["finance", "business_model"], "started": 0, "version": 5, "abandoned": 0, "opened_at": "2026-11-30T23:14:14.800299Z", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "building", "opened_at": "2026-11-30t23:14:14.800299z"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 6, 7, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "shared", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ends_on": "2027-07-11", "ranking": ["finance", "business_model"], "started": 0, "version": 6, "abandoned": 0, "contested": false, "opened_at": "2026-11-30T23:14:14.800299Z", "shared_at": "2026-11-30T23:14:14.827499Z", "starts_on": "2026-09-14", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "shared", "ends_on": "2027-07-11", "opened_at": "2026-11-30t23:14:14.800299z", "starts_on": "2026-09-14"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 7, 8, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "building", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ends_on": "2027-07-11", "ranking": ["finance", "business_model"], "started": 0, "version": 7, "abandoned": 0, "contested": true, "opened_at": "2026-11-30T23:14:14.800299Z", "shared_at": "2026-11-30T23:14:14.827499Z", "starts_on": "2026-09-14", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "building", "ends_on": "2027-07-11", "opened_at": "2026-11-30t23:14:14.800299z", "starts_on": "2026-09-14"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 8, 9, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "shared", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ends_on": "2027-07-31", "ranking": ["finance", "business_model"], "started": 0, "version": 8, "abandoned": 0, "contested": false, "opened_at": "2026-11-30T23:14:14.800299Z", "shared_at": "2026-11-30T23:14:14.832763Z", "starts_on": "2026-09-14", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "shared", "ends_on": "2027-07-31", "opened_at": "2026-11-30t23:14:14.800299z", "starts_on": "2026-09-14"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 9, 10, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "under_way", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ends_on": "2027-07-31", "ranking": ["finance", "business_model"], "started": 0, "version": 9, "abandoned": 0, "contested": false, "opened_at": "2026-11-30T23:14:14.800299Z", "shared_at": "2026-11-30T23:14:14.832763Z", "starts_on": "2026-09-14", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "validated_at": "2026-11-30T23:14:14.836670Z", "committed_cents": 0, "first_validated_at": "2026-11-30T23:14:14.836670Z"}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "under_way", "ends_on": "2027-07-31", "opened_at": "2026-11-30t23:14:14.800299z", "starts_on": "2026-09-14"}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 1, 4, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T23:14:14.800299Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T23:14:14.800299Z"}, "units": ["dla-44"], "actions": {}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 3, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 4, 5, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T23:14:14.800299Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T23:14:14.800299Z"}, "units": ["dla-44"], "actions": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 4, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 5, 6, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T23:14:14.800299Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T23:14:14.800299Z"}, "units": ["dla-44"], "actions": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}, "01a22ebc-cca4-71f3-bc17-af19d58794fc": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 5, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 6, 7, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "leader_to_answer", "since": "2026-11-30T23:14:14.827499Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "leader_to_answer", "since": "2026-11-30T23:14:14.827499Z"}, "units": ["dla-44"], "actions": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}, "01a22ebc-cca4-71f3-bc17-af19d58794fc": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 6, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 7, 8, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T23:14:14.831343Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T23:14:14.831343Z"}, "units": ["dla-44"], "actions": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}, "01a22ebc-cca4-71f3-bc17-af19d58794fc": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 7, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 8, 9, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "leader_to_answer", "since": "2026-11-30T23:14:14.832763Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "leader_to_answer", "since": "2026-11-30T23:14:14.832763Z"}, "units": ["dla-44"], "actions": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}, "01a22ebc-cca4-71f3-bc17-af19d58794fc": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 8, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 9, 10, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"on": "2026-09-14", "item": "01a22ebc-cc9e-7900-8279-4da1c8721b1a", "what": "action_to_start", "since": "2026-09-14"}, "01a22ebc-cca4-71f3-bc17-af19d58794fc": {"on": "2026-09-14", "item": "01a22ebc-cca4-71f3-bc17-af19d58794fc", "what": "action_to_start", "since": "2026-09-14"}}, "over": false, "unit": "dla-44", "stage": null, "units": ["dla-44"], "actions": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}, "01a22ebc-cca4-71f3-bc17-af19d58794fc": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 9, "settled_at": "2026-11-30T23:14:14.836670Z"}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 10, 12, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"on": "2026-12-13", "item": "01a22ebc-cc9e-7900-8279-4da1c8721b1a", "what": "action_to_end", "since": "2026-12-13"}, "01a22ebc-cca4-71f3-bc17-af19d58794fc": {"on": "2026-09-14", "item": "01a22ebc-cca4-71f3-bc17-af19d58794fc", "what": "action_to_start", "since": "2026-09-14"}}, "over": false, "unit": "dla-44", "stage": null, "units": ["dla-44"], "actions": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"left": 0, "agreed": false, "chosen": null, "status": "started", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}, "01a22ebc-cca4-71f3-bc17-af19d58794fc": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 11, "settled_at": "2026-11-30T23:14:14.836670Z"}', '', '{}');



INSERT INTO public.projection_rows VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 12, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "under_way", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ends_on": "2027-07-31", "ranking": ["finance", "business_model"], "started": 1, "version": 12, "abandoned": 0, "contested": false, "opened_at": "2026-11-30T23:14:14.800299Z", "shared_at": "2026-11-30T23:14:14.832763Z", "starts_on": "2026-09-14", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "validated_at": "2026-11-30T23:14:14.836670Z", "committed_cents": 0, "first_validated_at": "2026-11-30T23:14:14.836670Z"}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "under_way", "ends_on": "2027-07-31", "opened_at": "2026-11-30t23:14:14.800299z", "starts_on": "2026-09-14"}', 10);
INSERT INTO public.projection_rows VALUES ('derogations:v1', '00000000-0000-0000-0000-000000000001', 1, '{"id": "00000000-0000-0000-0000-000000000001", "unit": "dla-44", "units": ["dla-44"], "years": [], "version": 1, "structure": "00000000-0000-0000-0000-000000000008"}', '', '{}', 1);
INSERT INTO public.projection_rows VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 12, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"on": "2026-12-13", "item": "01a22ebc-cc9e-7900-8279-4da1c8721b1a", "what": "action_to_end", "since": "2026-12-13"}, "01a22ebc-cca4-71f3-bc17-af19d58794fc": {"on": "2026-09-14", "item": "01a22ebc-cca4-71f3-bc17-af19d58794fc", "what": "action_to_start", "since": "2026-09-14"}, "01a22ebc-cca4-71f3-bc17-af19d58794fc/funds": {"on": null, "item": "01a22ebc-cca4-71f3-bc17-af19d58794fc", "what": "funds_to_commit", "since": "2026-11-30T23:14:14.844361Z"}}, "over": false, "unit": "dla-44", "stage": null, "units": ["dla-44"], "actions": {"01a22ebc-cc9e-7900-8279-4da1c8721b1a": {"left": 0, "agreed": false, "chosen": null, "status": "started", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}, "01a22ebc-cca4-71f3-bc17-af19d58794fc": {"left": 0, "agreed": false, "chosen": "2026-11-30T23:14:14.844361Z", "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 12, "settled_at": "2026-11-30T23:14:14.836670Z"}', '', '{}', 12);





















INSERT INTO public.table_version VALUES (true, 4, 0, '2026-11-30 23:14:14.654092+00');









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



ALTER TABLE ONLY public.handled_commands
    ADD CONSTRAINT handled_commands_pkey PRIMARY KEY (key);



ALTER TABLE ONLY public.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);



ALTER TABLE ONLY public.log_identity
    ADD CONSTRAINT log_identity_pkey PRIMARY KEY (only_one);



ALTER TABLE ONLY public.parcours_events
    ADD CONSTRAINT parcours_events_partition_number_key UNIQUE (partition, number);



ALTER TABLE ONLY public.parcours_events
    ADD CONSTRAINT parcours_events_pkey PRIMARY KEY (originator_id, originator_version);



ALTER TABLE ONLY public.parcours_events
    ADD CONSTRAINT parcours_events_position_key UNIQUE ("position");



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



CREATE INDEX case_id_position ON public.parcours_events USING btree (case_id, "position");



CREATE INDEX deadlines_left ON public.deadlines USING btree (due_at) WHERE (fired_at IS NULL);



CREATE INDEX people_case ON public.people_index USING btree (case_id);



CREATE INDEX people_words ON public.people_index USING gin (words);



CREATE INDEX projection_rows_unit ON public.projection_rows USING btree (((document ->> 'unit'::text)), projection);



CREATE INDEX projection_rows_units_01b491697ad7fac6 ON public.projection_rows USING gin (((document -> 'units'::text))) WHERE ((projection = 'derogations:v1'::text) AND true);



CREATE INDEX projection_rows_units_0a063e26d0c7c92d ON public.projection_rows USING gin (((document -> 'units'::text))) WHERE ((projection = 'caseload:v4'::text) AND (document @? '$."due".*'::jsonpath));



CREATE INDEX projection_rows_units_137a52c225efa884 ON public.projection_rows USING gin (((document -> 'units'::text))) WHERE ((projection = 'operations:v3'::text) AND true);



CREATE INDEX projection_rows_units_843d7900ca304ba2 ON public.projection_rows USING gin (((document -> 'units'::text))) WHERE ((projection = 'parcours:v6'::text) AND true);



CREATE INDEX projection_rows_units_d4365d6840576e85 ON public.projection_rows USING gin (((document -> 'units'::text))) WHERE ((projection = 'funds:v2'::text) AND true);




