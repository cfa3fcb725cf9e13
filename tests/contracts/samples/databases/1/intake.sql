


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
    IF extras ? 'register_units' THEN
        INSERT INTO "public".register_units (case_id, units) SELECT case_id, units
        FROM jsonb_to_recordset(extras->'register_units') AS r(case_id uuid, units text[]) ORDER BY case_id
        ON CONFLICT (case_id) DO UPDATE SET units = excluded.units;
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
    PERFORM pg_advisory_xact_lock('"public"."intake_events"'::regclass::oid::bigint);
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
                                      UNION SELECT e.originator_id FROM "public"."intake_events" e WHERE e.case_id = r.key_id);
            DELETE FROM "public".people_index p WHERE p.person = r.key_id;
            DELETE FROM "public".attachment_chunks a WHERE a.case_id = r.key_id;
        END LOOP;
    END IF;
    SELECT e.position, e.recorded_at INTO last, at FROM "public"."intake_events" e ORDER BY e.position DESC LIMIT 1;
    last := coalesce(last, 0);
    -- `ahead` is the development clock's lead, in seconds; it does not exist elsewhere.
    at := greatest(clock_timestamp() + coalesce((extras->'ahead'->0->>'seconds')::float8, 0) * interval '1 second', at);
    FOR i IN 1..cardinality(ids) LOOP  -- one INSERT … SELECT with row_number() took 3 to 4 times as long for one event
        INSERT INTO "public"."intake_events" VALUES (
            ids[i], versions[i], topics[i], states[i], cases[i], last + i, partitions[i],
            1 + coalesce((SELECT max(e.number) FROM "public"."intake_events" e WHERE e.partition = partitions[i]), 0), at);
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



CREATE TABLE public.intake_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    case_id uuid NOT NULL,
    "position" bigint NOT NULL,
    partition smallint NOT NULL,
    number bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT intake_events_partition_check CHECK (((partition >= 0) AND (partition <= 7)))
);



COMMENT ON TABLE public.intake_events IS 'append-only';



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



CREATE TABLE public.register_units (
    case_id uuid NOT NULL,
    units text[] NOT NULL
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









INSERT INTO public.backdated_events VALUES (2, '00000000-0000-0000-0000-000000000001', '[2026-09-14,2026-11-30)');



INSERT INTO public.case_access VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000064', false, false);



INSERT INTO public.data_keys VALUES ('00000000-0000-0000-0000-000000000001', '\x81813e11965f677a347a2fd7ffbdbce19dd93f570ed1502cfa67feb174d75e5daf66cea87ef90b022af7d216f547e230f158d9e92090af76b608f763');
INSERT INTO public.data_keys VALUES ('01a22d2a-7259-7b8f-a633-14a51a07a587', '\x3f7e2e3466f20099d56aeb21a82409edd10e03399e9ffb12e3225c041716986750cfbc08a0ce72cd9f5fec8ad66a7159a2343170d7284cd45c53d41a');
INSERT INTO public.data_keys VALUES ('01a22d2a-728b-7dc1-a743-700c58a7c32a', '\x8534855393ee4ef7ed51f13033bca4659b16effa446e1316fadebba8912f371d4b0124965a83a9ef300f06087217dfb5db37d301446a41d8a0b87b72');












INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 1, 'request-received:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373235622d373734352d623234382d646639633136636431336239222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22737472756374757265223a7b226e616d65223a224c6573204a617264696e73222c226c6567616c5f666f726d223a226173736f63696174696f6e222c226465706172746d656e74223a223434222c227369726574223a223733323832393332303030303734222c22726e61223a6e756c6c2c22636f6d6d756e65223a6e756c6c2c2268656164636f756e74223a31322c22667465223a6e756c6c2c2273636f7065223a6e756c6c2c22636f6d6d756e655f636f6465223a6e756c6c2c226e6166223a6e756c6c2c226c6567616c5f63617465676f7279223a6e756c6c2c22706f7374636f6465223a6e756c6c7d2c227374727563747572655f6964223a2235333539623164362d393661632d353235632d386337382d326139663830383539663663222c22636f6e74616374223a7b22706572736f6e223a2230316132326432612d373235392d376238662d613633332d313461353161303761353837222c226e616d65223a7b226b223a2230316132326432612d373235392d376238662d613633332d313461353161303761353837222c2263223a226c684933336a63564b646f5a7a2b397850334e6e4932674675753847456d57316d49312f5530385a6356696965474354324d4c6c314654337069494547773d3d227d2c2266756e6374696f6e223a6e756c6c2c22656d61696c223a6e756c6c2c2270686f6e65223a6e756c6c7d2c226e656564223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22324c7a2b4f635477337068596b537479545346703761454658564a63476175466764586d33727176394f6262795370703334627845516a5a3068775935684a302f53364654656770764a624b644b6a6535484b4f587a593d227d2c22756e6974223a22646c612d3434222c226561726c696572223a5b5d2c2270726566696c6c223a6e756c6c2c2261647669736572223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634227d7d', '00000000-0000-0000-0000-000000000001', 1, 3, 1, '2026-11-30 15:54:46.269409+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 2, 'meeting-recorded:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373238632d376136352d613366652d313763336434343037353563222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c226566666563746976655f6174223a22323032362d30392d31335432323a30303a30305a227d2c2264617461223a7b2268656c645f6f6e223a22323032362d30392d3134222c227061727469636970616e7473223a5b7b22706572736f6e223a2230316132326432612d373238622d376463312d613734332d373030633538613763333261222c226e616d65223a7b226b223a2230316132326432612d373238622d376463312d613734332d373030633538613763333261222c2263223a2247755a516f436f2f6372773575694d485972592f6b7446736a6c6f644d484e524b336b6c5a7851747041736c4f486942317a4b4b5a414343374162796e413d3d227d2c2266756e6374696f6e223a6e756c6c7d5d2c226e6f746573223a6e756c6c7d7d', '00000000-0000-0000-0000-000000000001', 2, 3, 2, '2026-11-30 15:54:46.286024+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 3, 'criterion-assessed:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373261322d373462622d623938342d353665653563326231323434222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c2272756c6573223a22323032312d31227d2c2264617461223a7b22637269746572696f6e223a226578697374696e67222c2276657264696374223a226d6574222c2265766964656e6365223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a225a684a457734732f53314d2f3155334a4d6a3254426a494f584331573659594e7975435475566b5a72387056715633494f7a794e5a673d3d227d2c2272756c6573223a22323032312d31222c226279223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634227d7d', '00000000-0000-0000-0000-000000000001', 3, 3, 3, '2026-11-30 15:54:46.307674+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 4, 'criterion-assessed:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373261642d376266642d626233662d643034376565633238646663222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c2272756c6573223a22323032312d31227d2c2264617461223a7b22637269746572696f6e223a22656d706c6f796572222c2276657264696374223a226e6f745f6d6574222c2265766964656e6365223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22372b376c514c4f446f776d6f524e34766779464e4d6e6f66395945306a34746f4335766f68626d51492f546a662f3877686e516763673d3d227d2c2272756c6573223a22323032312d31222c226279223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634227d7d', '00000000-0000-0000-0000-000000000001', 4, 3, 4, '2026-11-30 15:54:46.318158+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 5, 'criterion-assessed:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373262392d373831312d613238352d393231303635336336303762222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c2272756c6573223a22323032312d31227d2c2264617461223a7b22637269746572696f6e223a22657373222c2276657264696374223a226d6574222c2265766964656e6365223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a224b5241796132365577705631567a447853356b565146675235506f6b776e36756d6773326e67732f6a352b7a35384169564967345a773d3d227d2c2272756c6573223a22323032312d31222c226279223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634227d7d', '00000000-0000-0000-0000-000000000001', 5, 3, 5, '2026-11-30 15:54:46.330428+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 6, 'derogation-granted:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373263322d376539342d396435632d646137613063343439323238222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303635222c22726f6c65223a226d616e61676572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c2272756c6573223a22323032312d31227d2c2264617461223a7b22637269746572696f6e223a22656d706c6f796572222c22726561736f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a2269673255536e3277517069794659426c75366a7849427948756d33777a55397037614653434b444179744744424c537741514b675653493d227d2c2272756c6573223a22323032312d31222c226b696e64223a2266697273745f74696d655f656d706c6f796572222c226279223a2230303030303030302d303030302d303030302d303030302d303030303030303030303635227d7d', '00000000-0000-0000-0000-000000000001', 6, 3, 6, '2026-11-30 15:54:46.33909+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 7, 'difficulty-triaged:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373263362d373262392d613436342d636638386338323934666435222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22646966666963756c7479223a7b226c6576656c223a227765616b5f7369676e616c73222c226279223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c226174223a22323032362d30392d31345430393a30303a30305a222c226e6174757265223a227374727563747572616c222c22636175736573223a5b5d2c226578706c616e6174696f6e223a6e756c6c2c22646179735f6c656674223a6e756c6c2c22636573736174696f6e5f6f6e223a6e756c6c2c226c6567616c5f646561646c696e65223a6e756c6c7d7d7d', '00000000-0000-0000-0000-000000000001', 7, 3, 7, '2026-11-30 15:54:46.342697+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 8, 'case-assigned:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373263652d373834322d393033352d363466346364383564313133222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303635222c22726f6c65223a226d616e61676572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2261647669736572223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726561736f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22754b54746b4c63766e31716534646535505a527a6a59304f6d6d6230496a41654f4f50366f76336f3673657738464172786334314c6d6968717851664f393343686f5856306a534245413d3d227d2c22636f6e666964656e7469616c223a66616c73657d7d', '00000000-0000-0000-0000-000000000001', 8, 3, 8, '2026-11-30 15:54:46.351915+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 9, 'case-made-confidential:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373264372d376464642d386163362d353639386439666537633638222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b2267726f756e64223a22636f6e63696c696174696f6e222c22726561736f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a2274453675447435534a5339366254687252676c326c53653777735836626669327175746a5665306d516536435348567354415136677979346e566570516d345242642b38656c2b6d45673d3d227d2c2261647669736572223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634227d7d', '00000000-0000-0000-0000-000000000001', 9, 3, 9, '2026-11-30 15:54:46.360755+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 10, 'confidentiality-lifted:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373265322d376431342d613263612d633664613735663733396433222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303635222c22726f6c65223a226d616e61676572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22726561736f6e223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22653973684d3232695046783757774b526a4f515276756a7a316947674f4b49793536634778654a6f6f6f374648596f4d495848444f48596b64413d3d227d2c2261647669736572223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634227d7d', '00000000-0000-0000-0000-000000000001', 10, 3, 10, '2026-11-30 15:54:46.373164+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 11, 'request-admitted:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373266302d373336652d623166392d306132666265326364646661222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434222c2272756c6573223a22323032312d31227d2c2264617461223a7b2272756c6573223a22323032312d31222c227374727563747572655f6964223a2235333539623164362d393661632d353235632d386337382d326139663830383539663663222c22756e6974223a22646c612d3434222c2261647669736572223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c226c6567616c5f666f726d223a226173736f63696174696f6e222c226465706172746d656e74223a223434222c2268656164636f756e74223a31322c22726561736f6e223a6e756c6c2c226372697369735f706c616e223a6e756c6c7d7d', '00000000-0000-0000-0000-000000000001', 11, 3, 11, '2026-11-30 15:54:46.390125+00');
INSERT INTO public.intake_events VALUES ('90b1e47b-3c1e-5ac7-aa18-2040db49e56b', 1, 'structure-name-recorded:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373266302d373766322d626136392d623463366234653630353762222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303634222c22726f6c65223a2261647669736572222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b22737472756374757265223a2235333539623164362d393661632d353235632d386337382d326139663830383539663663222c226e616d65223a7b226b223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c2263223a22346b7863496c774d5a4e50666963415349334c5566704866416674744f464272785870576d58505155446238763170686a434f70227d2c22696e5f7472616e736974223a66616c73657d7d', '00000000-0000-0000-0000-000000000001', 12, 3, 12, '2026-11-30 15:54:46.390125+00');
INSERT INTO public.intake_events VALUES ('00000000-0000-0000-0000-000000000001', 12, 'accompaniment-started:v1', '\x7b226d657461223a7b226964223a2230316132326432612d373266392d373063332d626438642d313736323666303733663636222c2263617365223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c226163746f72223a2230303030303030302d303030302d303030302d303030302d303030303030303030303730222c22726f6c65223a2273657276696365222c22636f7272656c6174696f6e223a2230303030303030302d303030302d303030302d303030302d303030303030303030303031222c22756e6974223a22646c612d3434227d2c2264617461223a7b7d7d', '00000000-0000-0000-0000-000000000001', 13, 3, 13, '2026-11-30 15:54:46.394794+00');






INSERT INTO public.log_identity VALUES (true, '8932af98-c534-4f35-b737-91e49715a72e', 0, '{}');






INSERT INTO public.people_index VALUES ('01a22d2a-7259-7b8f-a633-14a51a07a587', '00000000-0000-0000-0000-000000000001', 1, 'contact.name', '00000000-0000-0000-0000-000000000001', '{1dfa4372a3999492b75fea939661736169224b72057d6858db4871744d99899a,8d89f483a6ed9bcf35587ad5c5f9d4c41e6def551a6f0fcecf9f3283a95b6737,c40202df4b5ff96d8e85a6be56ee00b044940bda0359851cb182915f219aeaa8}');
INSERT INTO public.people_index VALUES ('01a22d2a-728b-7dc1-a743-700c58a7c32a', '00000000-0000-0000-0000-000000000001', 2, 'participants.0.name', '00000000-0000-0000-0000-000000000001', '{1dfa4372a3999492b75fea939661736169224b72057d6858db4871744d99899a,8d89f483a6ed9bcf35587ad5c5f9d4c41e6def551a6f0fcecf9f3283a95b6737,c40202df4b5ff96d8e85a6be56ee00b044940bda0359851cb182915f219aeaa8}');



INSERT INTO public.projection_checkpoints VALUES ('people:v2', 0);
INSERT INTO public.projection_checkpoints VALUES ('requests:v1', 13);
INSERT INTO public.projection_checkpoints VALUES ('chases:v1', 13);
INSERT INTO public.projection_checkpoints VALUES ('caseload:v1', 13);
INSERT INTO public.projection_checkpoints VALUES ('identities:v1', 13);



INSERT INTO public.projection_history VALUES ('requests:v1', '00000000-0000-0000-0000-000000000001', 1, 7, '{"id": "00000000-0000-0000-0000-000000000001", "rna": null, "unit": "dla-44", "siren": "732829320", "siret": "73282932000074", "units": ["dla-44"], "origin": null, "status": "received", "adviser": "00000000-0000-0000-0000-000000000064", "section": null, "version": 6, "headcount": 12, "structure": "Les Jardins", "department": "44", "legal_form": "association", "received_at": "2026-11-30T15:54:46.269409Z", "structure_id": "5359b1d6-96ac-525c-8c78-2a9f80859f6c"}', 'les jardins 44', '{"status": "received", "structure": "les jardins", "received_at": "2026-11-30t15:54:46.269409z"}');
INSERT INTO public.projection_history VALUES ('requests:v1', '00000000-0000-0000-0000-000000000001', 7, 11, '{"id": "00000000-0000-0000-0000-000000000001", "rna": null, "unit": "dla-44", "siren": "732829320", "siret": "73282932000074", "units": ["dla-44"], "origin": null, "status": "received", "adviser": "00000000-0000-0000-0000-000000000064", "section": null, "version": 10, "headcount": 12, "structure": "Les Jardins", "department": "44", "difficulty": "weak_signals", "legal_form": "association", "triaged_at": "2026-11-30T15:54:46.342697Z", "received_at": "2026-11-30T15:54:46.269409Z", "structure_id": "5359b1d6-96ac-525c-8c78-2a9f80859f6c"}', 'les jardins 44', '{"status": "received", "structure": "les jardins", "received_at": "2026-11-30t15:54:46.269409z"}');
INSERT INTO public.projection_history VALUES ('chases:v1', '00000000-0000-0000-0000-000000000001', 1, 7, '{"id": "00000000-0000-0000-0000-000000000001", "unit": "dla-44", "units": ["dla-44"], "status": "nothing", "version": 6, "structure": "Les Jardins", "orientations": {}, "structure_id": "5359b1d6-96ac-525c-8c78-2a9f80859f6c"}', 'les jardins', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v1', '00000000-0000-0000-0000-000000000001', 1, 2, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"meeting_to_hold": {"on": null, "item": null, "what": "meeting_to_hold", "since": "2026-11-30T15:54:46.269409Z"}, "request_to_triage": {"on": null, "item": null, "what": "request_to_triage", "since": "2026-11-30T15:54:46.269409Z"}}, "pace": "none", "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 1, "structure": {"id": "5359b1d6-96ac-525c-8c78-2a9f80859f6c", "name": "Les Jardins"}}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v1', '00000000-0000-0000-0000-000000000001', 2, 7, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"outcome_to_give": {"on": null, "item": null, "what": "outcome_to_give", "since": "2026-11-30T15:54:46.286024Z"}, "request_to_triage": {"on": null, "item": null, "what": "request_to_triage", "since": "2026-11-30T15:54:46.269409Z"}}, "pace": "none", "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 6, "structure": {"id": "5359b1d6-96ac-525c-8c78-2a9f80859f6c", "name": "Les Jardins"}}', '', '{}');
INSERT INTO public.projection_history VALUES ('caseload:v1', '00000000-0000-0000-0000-000000000001', 7, 11, '{"id": "00000000-0000-0000-0000-000000000001", "due": {"outcome_to_give": {"on": null, "item": null, "what": "outcome_to_give", "since": "2026-11-30T15:54:46.286024Z"}}, "pace": "weak_signals", "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 10, "structure": {"id": "5359b1d6-96ac-525c-8c78-2a9f80859f6c", "name": "Les Jardins"}}', '', '{}');



INSERT INTO public.projection_rows VALUES ('requests:v1', '00000000-0000-0000-0000-000000000001', 13, '{"id": "00000000-0000-0000-0000-000000000001", "rna": null, "unit": "dla-44", "rules": ["2021-1"], "siren": "732829320", "siret": "73282932000074", "units": ["dla-44"], "origin": null, "status": "admitted", "adviser": "00000000-0000-0000-0000-000000000064", "section": null, "version": 13, "admitted": true, "headcount": 12, "structure": "Les Jardins", "department": "44", "difficulty": "weak_signals", "legal_form": "association", "outcome_at": "2026-11-30T15:54:46.390125Z", "triaged_at": "2026-11-30T15:54:46.342697Z", "received_at": "2026-11-30T15:54:46.269409Z", "structure_id": "5359b1d6-96ac-525c-8c78-2a9f80859f6c"}', 'les jardins 44', '{"status": "admitted", "structure": "les jardins", "outcome_at": "2026-11-30t15:54:46.390125z", "received_at": "2026-11-30t15:54:46.269409z"}', 11);
INSERT INTO public.projection_rows VALUES ('chases:v1', '00000000-0000-0000-0000-000000000001', 13, '{"id": "00000000-0000-0000-0000-000000000001", "unit": "dla-44", "level": "weak_signals", "units": ["dla-44"], "status": "nothing", "version": 13, "structure": "Les Jardins", "orientations": {}, "structure_id": "5359b1d6-96ac-525c-8c78-2a9f80859f6c", "legal_deadline": null}', 'les jardins', '{}', 7);
INSERT INTO public.projection_rows VALUES ('caseload:v1', '00000000-0000-0000-0000-000000000001', 13, '{"id": "00000000-0000-0000-0000-000000000001", "due": {}, "pace": "weak_signals", "unit": "dla-44", "units": ["dla-44"], "adviser": "00000000-0000-0000-0000-000000000064", "version": 13, "structure": {"id": "5359b1d6-96ac-525c-8c78-2a9f80859f6c", "name": "Les Jardins"}}', '', '{}', 11);
























INSERT INTO public.table_version VALUES (true, 1, 0, '2026-11-30 15:54:45.186567+00');






INSERT INTO public.unique_keys VALUES ('open-case', 'dla-44/5359b1d6-96ac-525c-8c78-2a9f80859f6c', '00000000-0000-0000-0000-000000000001');
INSERT INTO public.unique_keys VALUES ('open-case', 'dla-44/732829320', '00000000-0000-0000-0000-000000000001');



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



ALTER TABLE ONLY public.intake_events
    ADD CONSTRAINT intake_events_partition_number_key UNIQUE (partition, number);



ALTER TABLE ONLY public.intake_events
    ADD CONSTRAINT intake_events_pkey PRIMARY KEY (originator_id, originator_version);



ALTER TABLE ONLY public.intake_events
    ADD CONSTRAINT intake_events_position_key UNIQUE ("position");



ALTER TABLE ONLY public.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);



ALTER TABLE ONLY public.log_identity
    ADD CONSTRAINT log_identity_pkey PRIMARY KEY (only_one);



ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (publisher, case_id, number);



ALTER TABLE ONLY public.people_index
    ADD CONSTRAINT people_index_pkey PRIMARY KEY (person, stream, version, path);



ALTER TABLE ONLY public.projection_checkpoints
    ADD CONSTRAINT projection_checkpoints_pkey PRIMARY KEY (projection);



ALTER TABLE ONLY public.projection_history
    ADD CONSTRAINT projection_history_pkey PRIMARY KEY (projection, case_id, since);



ALTER TABLE ONLY public.projection_rows
    ADD CONSTRAINT projection_rows_pkey PRIMARY KEY (projection, case_id);



ALTER TABLE ONLY public.register_units
    ADD CONSTRAINT register_units_pkey PRIMARY KEY (case_id);



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



CREATE INDEX case_id_position ON public.intake_events USING btree (case_id, "position");



CREATE INDEX deadlines_left ON public.deadlines USING btree (due_at) WHERE (fired_at IS NULL);



CREATE INDEX people_case ON public.people_index USING btree (case_id);



CREATE INDEX people_words ON public.people_index USING gin (words);



CREATE INDEX projection_rows_by_rna ON public.projection_rows USING btree (((document ->> 'rna'::text))) WHERE ((document ->> 'rna'::text) IS NOT NULL);



CREATE INDEX projection_rows_by_siren ON public.projection_rows USING btree (((document ->> 'siren'::text))) WHERE ((document ->> 'siren'::text) IS NOT NULL);



CREATE INDEX projection_rows_by_structure_id ON public.projection_rows USING btree (((document ->> 'structure_id'::text))) WHERE ((document ->> 'structure_id'::text) IS NOT NULL);



CREATE INDEX projection_rows_unit ON public.projection_rows USING btree (((document ->> 'unit'::text)), projection);



CREATE INDEX projection_rows_units ON public.projection_rows USING gin (((document -> 'units'::text)));




