-- The ledger, derived from audit's log and stored next to it. Only what is signed in `checkpoints` is ever served.

CREATE TABLE IF NOT EXISTS {schema}.ledger (            -- one row: how far audit's log is integrated; its lock elects
    only_one       boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    position       bigint   NOT NULL DEFAULT 0,
    size           bigint   NOT NULL DEFAULT 0,
    quorum         smallint NOT NULL DEFAULT 0,
    refusal_reason text,                                -- why nothing is signed now
    refusal_detail text
);
INSERT INTO {schema}.ledger DEFAULT VALUES ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS {schema}.leaves (            -- entry = SHA-256 of its opening, see opening.py
    index     bigint PRIMARY KEY,
    event_id  uuid  NOT NULL UNIQUE,                    -- its header is in audit's log, in the stream of this id
    salt      bytea NOT NULL,
    entry     bytea NOT NULL,
    body_salt bytea                                     -- where the event has a public body
);
COMMENT ON TABLE {schema}.leaves IS 'append-only';
CREATE TABLE IF NOT EXISTS {schema}.tampered_events (   -- events that are not what the ledger committed to
    event_id uuid PRIMARY KEY, noticed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE {schema}.tampered_events IS 'append-only';
CREATE TABLE IF NOT EXISTS {schema}.tiles (             -- up to 256 hashes of 32 bytes, only ever appended to
    level smallint, n bigint, hashes bytea NOT NULL, PRIMARY KEY (level, n)
);
ALTER TABLE {schema}.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS {schema}.checkpoints (       -- everything that was ever signed; `key` verifies `note`
    nth       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    size      bigint NOT NULL,
    note      text   NOT NULL,
    key       text   NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE {schema}.checkpoints IS 'append-only';
CREATE INDEX IF NOT EXISTS checkpoints_by_size ON {schema}.checkpoints (size);
CREATE TABLE IF NOT EXISTS {schema}.successions (       -- each a signed note: which key took over from which, and why
    nth       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    note      text   NOT NULL
);
COMMENT ON TABLE {schema}.successions IS 'append-only';
CREATE TABLE IF NOT EXISTS {schema}.cosignatures (      -- signature lines, of the checkpoints of this size
    witness text, size bigint, line text NOT NULL, received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (witness, size)
);
COMMENT ON TABLE {schema}.cosignatures IS 'append-only';
CREATE INDEX IF NOT EXISTS cosignatures_by_size ON {schema}.cosignatures (size);
CREATE TABLE IF NOT EXISTS {schema}.witnesses (         -- those that are asked to cosign, and why they did not
    witness text PRIMARY KEY, fault text, detail text
);
