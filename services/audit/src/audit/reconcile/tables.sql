-- What each reconciliation compared and found, saved as it goes: one that was interrupted resumes from `progress`.

CREATE TABLE IF NOT EXISTS {schema}.reconciliations (
    nth        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    by         text        NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    saved_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz,                             -- null: under way, or interrupted
    findings   bigint      NOT NULL DEFAULT 0,
    progress   jsonb       NOT NULL
);
-- Restored logs that audit follows: after which log, from where, who decided it and why; leaves of both logs are kept.

CREATE TABLE IF NOT EXISTS {schema}.accepted_restores (
    nth         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service     text        NOT NULL,
    old_log     uuid        NOT NULL,
    new_log     uuid        NOT NULL,
    since       bigint      NOT NULL,
    lost        bigint      NOT NULL,
    by          text        NOT NULL,
    reason      text        NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE {schema}.accepted_restores IS 'append-only';
