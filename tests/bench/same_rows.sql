-- The floor of a whole command: the rows that one reception writes, into tables and indexes as they are, in one
-- statement of a client that decides, encrypts and decodes nothing. Beside the log, a `floor` schema holds copies.
\set n random(1, 1000000000000)
WITH made AS MATERIALIZED (
    SELECT gen_random_uuid() AS case_id, gen_random_uuid() AS person, nextval('floor.positions') AS position
), event AS (
    INSERT INTO floor.events SELECT case_id, 1, topic, state, case_id, position, 0, position, clock_timestamp()
    FROM made, floor.sample_event
), key AS (
    INSERT INTO floor.data_keys SELECT unnest(ARRAY[case_id, person]), wrapped FROM made, floor.sample_key
), reserved AS (
    INSERT INTO floor.unique_keys SELECT kind, key || :n || '-' || position, case_id FROM made, floor.sample_unique_keys
)
INSERT INTO floor.people_index SELECT person, case_id, version, path, case_id, words FROM made, floor.sample_people;
