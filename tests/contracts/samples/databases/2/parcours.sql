


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









INSERT INTO public.backdated_events VALUES (11, '00000000-0000-0000-0000-000000000001', '[2026-09-14,2026-11-30)');






INSERT INTO public.data_keys VALUES ('00000000-0000-0000-0000-000000000001', '\x29a6325ed1676536b9e47ea6798db1a869c28fb5f58df2cecfa0e8ffc371e21e45cac72e0ab0b84ae28ac9471dbf41548d2f90758e4fb5dbd6b5a9f7');
INSERT INTO public.data_keys VALUES ('01a22bc4-c079-7861-99c2-263b55ad25d4', '\x354e460fa7f17cdf5a77cd9e8a29461719e65eb0b6bf5ab48af3372a8ea299982ac88f4b13851eb36a116413241abc2ea2e5e0d6eab76969883596a7');
INSERT INTO public.data_keys VALUES ('01a22bc4-c07d-7522-86e4-84fe23db546a', '\x67f258add1eb4db55c498987ea3e453f2e0e270fa3100d9b5581155504d0fdc6a798c3380bfca5301899053584ee562238135ed979e9aab214b13ef1');
INSERT INTO public.data_keys VALUES ('01a22bc4-c0c7-7f16-9825-885095367ec2', '\x87e2f01ff630ba7cab41bad6108ad52b09c9e6222642138039101fc493b919da787c984ff0b2f55873a1cfe860a95f197c9cbd1d7e5fbcf89889dfab');
INSERT INTO public.data_keys VALUES ('01a22bc4-c0d6-7327-aec6-7d627140654d', '\x15f89e74a7e87ee6f6944ef91abb1c9720b74faef6e21065d0739d7d86cc2cb164e7e39e326baf284c09cbf65c42e8dcffd9ade11645ab0537ad38b9');















INSERT INTO public.log_identity VALUES (true, '0cc9aa8b-5084-46cb-a4e3-762c08d32c1d', 0, '{}');



INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 1, 'parcours-opened:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633036362d376630392d613534332d316661356138653730303333222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303730222c22726f6c65223a2273657276696365222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22706c616e223a7b22737472756374757265223a2230303030303030302d303030302d303030302d303030302d303030303030303030303038222c22756e6974223a22646c612d3434222c2261647669736572223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c2261646d69747465645f6174223a22323032362d30382d30355430393a30303a30305a222c2261786573223a5b2266696e616e6365222c22627573696e6573735f6d6f64656c225d2c22626173656c696e65223a7b7d2c22646566696e6974696f6e73223a7b7d7d7d7d', '00000000-0000-0000-0000-000000000001', 1, 3, 1, '2026-11-30 09:24:04.338108+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 2, 'axes-ranked:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633037342d373035352d616339312d633235633332356238396363222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2272616e6b696e67223a5b2266696e616e6365222c22627573696e6573735f6d6f64656c225d7d7d', '00000000-0000-0000-0000-000000000001', 2, 3, 2, '2026-11-30 09:24:04.341455+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 3, 'axis-deferred:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633037372d373739642d613437302d306266383537306561386130222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2261786973223a22627573696e6573735f6d6f64656c222c22726561736f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22395058555158566934436a536b38794b78514d627130785a7238666b6a6138454f375a614745673659516b305a596d51496e74763046517769716251577a43595446733d227d7d7d', '00000000-0000-0000-0000-000000000001', 3, 3, 3, '2026-11-30 09:24:04.344521+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 4, 'action-added:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633037392d373061322d616165612d356432343730306266376265222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22616374696f6e223a2230316132326263342d633037392d376463382d613931392d663333626162303730616334222c22706c616e6e6564223a7b226b696e64223a226f776e5f616374696f6e222c2261786973223a2266696e616e6365222c227469746c65223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22694c415430397051394f567272616238666e572f473846753336534738626830664e6e7645346f327a5773317954564b38334c6a4c75486e786c4e5355413d3d227d2c2277686f223a7b226b223a2230316132326263342d633037392d373836312d393963322d323633623535616432356434222c2263223a2273366b4d6f36346b486544437149755167616b525732366678336c6f6c59784547435a6778713744575041376d644e444a6a5436467a626249773d3d227d2c227374617274735f6f6e223a22323032362d30392d3134222c22656e64735f6f6e223a22323032362d31322d3133222c22706c616e6e65645f64617973223a6e756c6c2c22636f6c6c6563746976655f6f7065726174696f6e223a6e756c6c7d7d7d', '00000000-0000-0000-0000-000000000001', 4, 3, 4, '2026-11-30 09:24:04.348286+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 5, 'action-added:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633037642d376635622d386535382d316435326431316437613464222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22616374696f6e223a2230316132326263342d633037642d373830632d393436372d643630626437373238303661222c22706c616e6e6564223a7b226b696e64223a22636f6e73756c74696e67222c2261786973223a2266696e616e6365222c227469746c65223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a224b54725452695236334c7a303037725772796a732f486949554f46416370496d694b305a7539694f6837647369616356227d2c2277686f223a7b226b223a2230316132326263342d633037642d373532322d383665342d383466653233646235343661222c2263223a2251514b58714a59796246506d50616871525931434c74624d49476d695177774235373179645247324b7a66334d4c76656d74513d227d2c227374617274735f6f6e223a22323032362d30392d3134222c22656e64735f6f6e223a22323032362d31322d3133222c22706c616e6e65645f64617973223a362c22636f6c6c6563746976655f6f7065726174696f6e223a6e756c6c7d7d7d', '00000000-0000-0000-0000-000000000001', 5, 3, 5, '2026-11-30 09:24:04.357574+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 6, 'parcours-shared:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633039352d373261332d383734362d623261646534623066626632222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2276657273696f6e223a352c22636f6e74656e745f68617368223a2265376534373962663563313865613066376234303735373763363830663561316263323861333734313038376633623962666132626166653939396662646563222c2273616c74223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a226f74516e557a44785937554d6e48476733713976682f596a41304e3566504f6e76372f7053726877703266754675554d582b347072685177764957566335463561527135784b79325270693143557654227d2c22706572696f64223a7b227374617274735f6f6e223a22323032362d30392d3134222c22656e64735f6f6e223a22323032372d30372d3131227d7d7d', '00000000-0000-0000-0000-000000000001', 6, 3, 6, '2026-11-30 09:24:04.377481+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 7, 'parcours-contested:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633039642d376337372d623839652d333661363633306366613536222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303637222c22726f6c65223a226c6561646572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2276657273696f6e223a352c22726561736f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a226c3170377a725531742b367450516b497059644e595647426b4549736b6d437071586576364c70536654556e595573435959656f227d7d7d', '00000000-0000-0000-0000-000000000001', 7, 3, 7, '2026-11-30 09:24:04.385232+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 8, 'parcours-shared:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633061362d373134332d383136362d613665376335616236323330222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2276657273696f6e223a362c22636f6e74656e745f68617368223a2263356162366166363935323866313165363236666364396230633331303432363934343139383462343365303833623738663939623266663364306561313633222c2273616c74223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22423177746d353874316558424d717a75564b30345076527773306362495139387677566f6b65734e43373541435470755771314a674f6f4e42354b4f577a6d66722b46717771546b45787a31597a3169227d2c22706572696f64223a7b227374617274735f6f6e223a22323032362d30392d3134222c22656e64735f6f6e223a22323032372d30372d3331227d7d7d', '00000000-0000-0000-0000-000000000001', 8, 3, 8, '2026-11-30 09:24:04.39062+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 9, 'parcours-validated:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633061382d376162312d393135382d353836313635643162633337222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303637222c22726f6c65223a226c6561646572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2276657273696f6e223a362c22636f6e74656e745f68617368223a2263356162366166363935323866313165363236666364396230633331303432363934343139383462343365303833623738663939623266663364306561313633222c22616374696f6e73223a7b226f776e5f616374696f6e223a312c22636f6e73756c74696e67223a317d2c226c6561646572223a2230303030303030302d303030302d303030302d303030302d303030303030303030303637227d7d', '00000000-0000-0000-0000-000000000001', 9, 3, 9, '2026-11-30 09:24:04.393253+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 10, 'action-started:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633061642d373161372d396661662d396564623035336631386434222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22616374696f6e223a2230316132326263342d633037392d376463382d613931392d663333626162303730616334227d7d', '00000000-0000-0000-0000-000000000001', 10, 3, 10, '2026-11-30 09:24:04.397914+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 11, 'introduction-made:v1', '\x7b226d657461223a7b226964223a2230316132326263342d633063372d376635302d386435662d663265613136303531393137222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c226566666563746976655f6174223a22323032362d30392d31335432323a30303a30305a227d2c2264617461223a7b22616374696f6e223a2230316132326263342d633037392d376463382d613931392d663333626162303730616334222c2277686f6d223a7b226b223a2230316132326263342d633063372d376631362d393832352d383835303935333637656332222c2263223a22542b556c534230326b42524972344d6e4374723276446230575468322f336d52544356374d2f434f64494d4e416a7a616542362b4734724b727a527064432f6258307a722b673d3d227d2c2268656c645f6f6e223a22323032362d30392d3134227d7d', '00000000-0000-0000-0000-000000000001', 11, 3, 11, '2026-11-30 09:24:04.437527+00');
INSERT INTO public.parcours_events VALUES ('00000000-0000-0000-0000-000000000001', 12, 'provider-retained:v2', '\x7b226d657461223a7b226964223a2230316132326263342d633064372d373261632d396335352d656263356434663965356634222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22616374696f6e223a2230316132326263342d633037642d373830632d393436372d643630626437373238303661222c226e616d65223a7b226b223a2230316132326263342d633064362d373332372d616563362d376436323731343036353464222c2263223a224c6965446e33774c2f596f6264714f466831596f41574a485473764576646254784f7063336c6e466435573361675757445157497556343d227d2c22616d6f756e745f63656e7473223a3438303030302c2264617973223a362c2274656e646572223a6e756c6c2c22657863657074696f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a2238512b61386e674339466f5253503466652f323233376f3479697450565a364d7a3235454a6a56594f63364574345241686837434b4d31544d74513d227d2c226163636f756e74223a6e756c6c7d7d', '00000000-0000-0000-0000-000000000001', 12, 3, 12, '2026-11-30 09:24:04.439996+00');









INSERT INTO public.people_index VALUES ('01a22bc4-c079-7861-99c2-263b55ad25d4', '00000000-0000-0000-0000-000000000001', 4, 'planned.who', '00000000-0000-0000-0000-000000000001', '{0f632b62ff7822d60b67b0d0f5571ca3ba4bcf07b55a06e5098de632d09c367c,3f7cf1330f63a9ed62f3f1e06bbfc1e09b3072e418debb6b802ca3b5bf8c2fea,78bc4a226ae4036ad1410f805e888f9b6acfd06ce60924984ef4afee04ca72a0}');
INSERT INTO public.people_index VALUES ('01a22bc4-c07d-7522-86e4-84fe23db546a', '00000000-0000-0000-0000-000000000001', 5, 'planned.who', '00000000-0000-0000-0000-000000000001', '{03ef251bbbea9e619c1e80883c77a8c4be2d22e12c83c57c0413bb8a5a1869b0,e5fac23a0d6bdd88e7c60e1e6102c46bfa319d8e145c4e48933f747e9b4a6db7,f6c045ad548ed33eddf3f67adf0d865ef651841d57f17f87a497604fafe7aed4}');
INSERT INTO public.people_index VALUES ('01a22bc4-c0c7-7f16-9825-885095367ec2', '00000000-0000-0000-0000-000000000001', 11, 'whom', '00000000-0000-0000-0000-000000000001', '{040024b250761419d6260704407f9476a23c41ac8b909e8773acde37fbb9b8d3,275e309080e6710e0c376044452086d4a8114cc632785489551be217314af90b,34c643ba44d3b3a87326bc615e745e3b1b25c8b5f0dd9b2974aed83c56245709,46eabda20b3898716ff94cfe934a9bf256cf4a5289d4a3d02dcf68fe4b5bd627,69f22571ed25f6e8cb3e5f1f425325760d115ecd5df9e1d9da07594ee6444088,7b707f88e5307c18100e74ec2226530e3e34f23648a6aca9f9aa6443c50584d4,c26d272aec5ba263d2527adadf41c06d04bba69bd71f027dd860e5fa7932ee88,ca269204d7c17917b028d316b7043ef9bd5dc86214deb57fc90847b0bba60a0d,e5904f3bb94708695a3a60792e0acc84e00a5a2f0fff605bc94383c15e39b585,ff18706d55d22b213aa64fd2bcc761183c215497d85184dd25d2dc3123bc0049}');
INSERT INTO public.people_index VALUES ('01a22bc4-c0d6-7327-aec6-7d627140654d', '00000000-0000-0000-0000-000000000001', 12, 'name', '00000000-0000-0000-0000-000000000001', '{0f379bcf5a5df2477170c624171fb5580337f4977826d9d62dfef7ffef7898f2,61c6f699757dae7e8d1c27cac3222ef5c506396c5c49633f75a0761315661474,68c4ae8ad5f8a641053db521d38d8516faabdc577abbc27dabbdfdafff2de5d6,9f56af89f19c29af302a4a7c64f077f8ac7285774936e4eedaa1db540071e4d7,e98db561117a1cb58c2c10cd8a9b0ebc6ddc30814f5bf4984912ca31c3159d1a,fe6570a56ed035ff9495241618d72b4c36f9244a9557b422276b3e91f5560492}');



INSERT INTO public.projection_checkpoints VALUES ('people:v2', 0);
INSERT INTO public.projection_checkpoints VALUES ('parcours:v6', 12);
INSERT INTO public.projection_checkpoints VALUES ('funds:v2', 12);
INSERT INTO public.projection_checkpoints VALUES ('operations:v3', 12);
INSERT INTO public.projection_checkpoints VALUES ('caseload:v4', 12);



INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 1, 2, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "building", "actions": 0, "adviser": "00000000-0000-0000-0000-000000000064", "ranking": [], "started": 0, "version": 1, "abandoned": 0, "opened_at": "2026-11-30T09:24:04.338108Z", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 0, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "building", "opened_at": "2026-11-30t09:24:04.338108z"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 2, 4, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "building", "actions": 0, "adviser": "00000000-0000-0000-0000-000000000064", "ranking": ["finance", "business_model"], "started": 0, "version": 3, "abandoned": 0, "opened_at": "2026-11-30T09:24:04.338108Z", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 0, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "building", "opened_at": "2026-11-30t09:24:04.338108z"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 4, 5, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "building", "actions": 1, "adviser": "00000000-0000-0000-0000-000000000064", "ranking": ["finance", "business_model"], "started": 0, "version": 4, "abandoned": 0, "opened_at": "2026-11-30T09:24:04.338108Z", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 0, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "building", "opened_at": "2026-11-30t09:24:04.338108z"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 5, 6, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "building", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ranking": ["finance", "business_model"], "started": 0, "version": 5, "abandoned": 0, "opened_at": "2026-11-30T09:24:04.338108Z", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "building", "opened_at": "2026-11-30t09:24:04.338108z"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 6, 7, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "shared", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ends_on": "2027-07-11", "ranking": ["finance", "business_model"], "started": 0, "version": 6, "abandoned": 0, "contested": false, "opened_at": "2026-11-30T09:24:04.338108Z", "shared_at": "2026-11-30T09:24:04.377481Z", "starts_on": "2026-09-14", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "shared", "ends_on": "2027-07-11", "opened_at": "2026-11-30t09:24:04.338108z", "starts_on": "2026-09-14"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 7, 8, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "building", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ends_on": "2027-07-11", "ranking": ["finance", "business_model"], "started": 0, "version": 7, "abandoned": 0, "contested": true, "opened_at": "2026-11-30T09:24:04.338108Z", "shared_at": "2026-11-30T09:24:04.377481Z", "starts_on": "2026-09-14", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "building", "ends_on": "2027-07-11", "opened_at": "2026-11-30t09:24:04.338108z", "starts_on": "2026-09-14"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 8, 9, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "shared", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ends_on": "2027-07-31", "ranking": ["finance", "business_model"], "started": 0, "version": 8, "abandoned": 0, "contested": false, "opened_at": "2026-11-30T09:24:04.338108Z", "shared_at": "2026-11-30T09:24:04.390620Z", "starts_on": "2026-09-14", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "committed_cents": 0, "first_validated_at": null}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "shared", "ends_on": "2027-07-31", "opened_at": "2026-11-30t09:24:04.338108z", "starts_on": "2026-09-14"}');
INSERT INTO public.projection_history VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 9, 10, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "under_way", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ends_on": "2027-07-31", "ranking": ["finance", "business_model"], "started": 0, "version": 9, "abandoned": 0, "contested": false, "opened_at": "2026-11-30T09:24:04.338108Z", "shared_at": "2026-11-30T09:24:04.390620Z", "starts_on": "2026-09-14", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "validated_at": "2026-11-30T09:24:04.393253Z", "committed_cents": 0, "first_validated_at": "2026-11-30T09:24:04.393253Z"}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "under_way", "ends_on": "2027-07-31", "opened_at": "2026-11-30t09:24:04.338108z", "starts_on": "2026-09-14"}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 1, 4, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T09:24:04.338108Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T09:24:04.338108Z"}, "units": ["dla-44"], "actions": {}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 3, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 4, 5, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T09:24:04.338108Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T09:24:04.338108Z"}, "units": ["dla-44"], "actions": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 4, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 5, 6, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T09:24:04.338108Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T09:24:04.338108Z"}, "units": ["dla-44"], "actions": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}, "01a22bc4-c07d-780c-9467-d60bd772806a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 5, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 6, 7, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "leader_to_answer", "since": "2026-11-30T09:24:04.377481Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "leader_to_answer", "since": "2026-11-30T09:24:04.377481Z"}, "units": ["dla-44"], "actions": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}, "01a22bc4-c07d-780c-9467-d60bd772806a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 6, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 7, 8, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T09:24:04.385232Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "parcours_to_share", "since": "2026-11-30T09:24:04.385232Z"}, "units": ["dla-44"], "actions": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}, "01a22bc4-c07d-780c-9467-d60bd772806a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 7, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 8, 9, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"parcours": {"on": null, "item": null, "what": "leader_to_answer", "since": "2026-11-30T09:24:04.390620Z"}}, "over": false, "unit": "dla-44", "stage": {"on": null, "item": null, "what": "leader_to_answer", "since": "2026-11-30T09:24:04.390620Z"}, "units": ["dla-44"], "actions": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}, "01a22bc4-c07d-780c-9467-d60bd772806a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": false, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 8, "settled_at": null}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 9, 10, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"on": "2026-09-14", "item": "01a22bc4-c079-7dc8-a919-f33bab070ac4", "what": "action_to_start", "since": "2026-09-14"}, "01a22bc4-c07d-780c-9467-d60bd772806a": {"on": "2026-09-14", "item": "01a22bc4-c07d-780c-9467-d60bd772806a", "what": "action_to_start", "since": "2026-09-14"}}, "over": false, "unit": "dla-44", "stage": null, "units": ["dla-44"], "actions": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}, "01a22bc4-c07d-780c-9467-d60bd772806a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 9, "settled_at": "2026-11-30T09:24:04.393253Z"}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 10, 12, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"on": "2026-12-13", "item": "01a22bc4-c079-7dc8-a919-f33bab070ac4", "what": "action_to_end", "since": "2026-12-13"}, "01a22bc4-c07d-780c-9467-d60bd772806a": {"on": "2026-09-14", "item": "01a22bc4-c07d-780c-9467-d60bd772806a", "what": "action_to_start", "since": "2026-09-14"}}, "over": false, "unit": "dla-44", "stage": null, "units": ["dla-44"], "actions": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"left": 0, "agreed": false, "chosen": null, "status": "started", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}, "01a22bc4-c07d-780c-9467-d60bd772806a": {"left": 0, "agreed": false, "chosen": null, "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 11, "settled_at": "2026-11-30T09:24:04.393253Z"}', '', '{}');



INSERT INTO public.projection_rows VALUES ('parcours:v6', '00000000-0000-0000-0000-000000000001', 12, '{"id": "00000000-0000-0000-0000-000000000001", "axes": 2, "done": 0, "unit": "dla-44", "units": ["dla-44"], "status": "under_way", "actions": 2, "adviser": "00000000-0000-0000-0000-000000000064", "ends_on": "2027-07-31", "ranking": ["finance", "business_model"], "started": 1, "version": 12, "abandoned": 0, "contested": false, "opened_at": "2026-11-30T09:24:04.338108Z", "shared_at": "2026-11-30T09:24:04.390620Z", "starts_on": "2026-09-14", "structure": "00000000-0000-0000-0000-000000000008", "consulting": 1, "paid_cents": 0, "admitted_at": "2026-08-05T09:00:00Z", "carried_over": 0, "validated_at": "2026-11-30T09:24:04.393253Z", "committed_cents": 0, "first_validated_at": "2026-11-30T09:24:04.393253Z"}', 'dla-44 00000000-0000-0000-0000-000000000064', '{"status": "under_way", "ends_on": "2027-07-31", "opened_at": "2026-11-30t09:24:04.338108z", "starts_on": "2026-09-14"}', 10);
INSERT INTO public.projection_rows VALUES ('caseload:v4', '00000000-0000-0000-0000-000000000001', 12, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"on": "2026-12-13", "item": "01a22bc4-c079-7dc8-a919-f33bab070ac4", "what": "action_to_end", "since": "2026-12-13"}, "01a22bc4-c07d-780c-9467-d60bd772806a": {"on": "2026-09-14", "item": "01a22bc4-c07d-780c-9467-d60bd772806a", "what": "action_to_start", "since": "2026-09-14"}, "01a22bc4-c07d-780c-9467-d60bd772806a/funds": {"on": null, "item": "01a22bc4-c07d-780c-9467-d60bd772806a", "what": "funds_to_commit", "since": "2026-11-30T09:24:04.439996Z"}}, "over": false, "unit": "dla-44", "stage": null, "units": ["dla-44"], "actions": {"01a22bc4-c079-7dc8-a919-f33bab070ac4": {"left": 0, "agreed": false, "chosen": null, "status": "started", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}, "01a22bc4-c07d-780c-9467-d60bd772806a": {"left": 0, "agreed": false, "chosen": "2026-11-30T09:24:04.439996Z", "status": "planned", "ends_on": "2026-12-13", "accepted": null, "received": null, "committed": null, "starts_on": "2026-09-14", "validated": true, "collective": null, "collective_since": null}}, "adviser": "00000000-0000-0000-0000-000000000064", "tenders": {}, "version": 12, "settled_at": "2026-11-30T09:24:04.393253Z"}', '', '{}', 12);





















INSERT INTO public.table_version VALUES (true, 2, 0, '2026-11-30 09:24:04.143666+00');









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



CREATE INDEX projection_rows_units ON public.projection_rows USING gin (((document -> 'units'::text)));




