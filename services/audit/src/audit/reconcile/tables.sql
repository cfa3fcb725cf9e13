-- What each reconciliation compared and found, kept as it goes: one that was broken off goes on from `progress`.

CREATE TABLE IF NOT EXISTS {schema}.reconciliations (
    nth      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    by       text        NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,                               -- null: under way, or broken off
    findings bigint      NOT NULL DEFAULT 0,
    progress jsonb       NOT NULL
);
