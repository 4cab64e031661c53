-- Loads: which ids the generator fills, and how far it is. Needs PostgreSQL 14 for multiranges.
--
-- The row of a load is committed before its first customer, and each piece of customers together with what it adds to
-- `finished`: whoever reads both tables in one snapshot sees exactly the customers that the loads say are there. As long
-- as `finished_at` is null, customers may still appear between `first_id` and `last_id`.
CREATE TABLE loads (
  load_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_id    bigint NOT NULL,
  last_id     bigint NOT NULL,

  -- What was asked for; only the same goes on with it. `sample` is a hash of some of its rows, so that a generator
  -- whose customers are others does not.
  mode        varchar(10) NOT NULL,
  seed        bigint NOT NULL,
  sample      bigint NOT NULL,

  -- The customers that are in the table, counted from 0 at `first_id`: a range that held the highest bigint itself could
  -- not be written down, since its end lies one behind. Pieces that touch are one range, so this stays short.
  finished    int8multirange NOT NULL DEFAULT '{}',

  started_at  timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz(3),

  CONSTRAINT loads_ids_in_order CHECK (first_id >= 1 AND last_id >= first_id),
  CONSTRAINT loads_mode_known CHECK (mode IN ('refuse', 'append', 'replace')),
  CONSTRAINT loads_finished_inside CHECK (finished <@ int8range(0, last_id - first_id, '[]')),
  CONSTRAINT loads_finished_whole
    CHECK (finished_at IS NULL OR finished = int8multirange(int8range(0, last_id - first_id, '[]')))
);
