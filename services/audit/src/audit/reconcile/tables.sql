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
-- Which restored log audit went on with after which, from where, who decided it and why; leaves of both are kept.

CREATE TABLE IF NOT EXISTS {schema}.followed (
    nth         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service     text        NOT NULL,
    old_log     uuid        NOT NULL,
    new_log     uuid        NOT NULL,
    since       bigint      NOT NULL,
    lost        bigint      NOT NULL,
    by          text        NOT NULL,
    motive      text        NOT NULL,
    followed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
