-- Imports: what is brought in from elsewhere, how far it is, and what was found odd on the way.

CREATE TABLE imports (
  import_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- What is imported: 'customers' are those of the SQL Server.
  kind        varchar(50) NOT NULL,
  state       varchar(20) NOT NULL DEFAULT 'running',
  -- Counted from 1. Rows and findings are those of the last attempt, what was written is that of all.
  attempt     integer NOT NULL DEFAULT 1,

  -- Rows, each of which is counted once more in one of the other four.
  read        bigint NOT NULL DEFAULT 0,
  inserted    bigint NOT NULL DEFAULT 0,
  updated     bigint NOT NULL DEFAULT 0,
  unchanged   bigint NOT NULL DEFAULT 0,
  rejected    bigint NOT NULL DEFAULT 0,

  -- Why it came to no good end, or why there is another attempt.
  message     varchar(2000),
  started_at  timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  changed_at  timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz(3),

  CONSTRAINT imports_state_known CHECK (state IN ('running', 'finished', 'failed', 'interrupted')),
  CONSTRAINT imports_end_known CHECK ((state = 'running') = (finished_at IS NULL)),
  CONSTRAINT imports_rows_add_up CHECK (read = inserted + updated + unchanged + rejected)
);

-- The last one of a kind.
CREATE INDEX imports_kind ON imports (kind, import_id);

-- Rows that were not taken, and why. No import keeps more than a thousand of them; `imports.rejected` counts all.
CREATE TABLE import_findings (
  finding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  import_id  bigint NOT NULL REFERENCES imports (import_id) ON DELETE CASCADE,
  -- Where the row stood, counted from 1, and what it is called there.
  line       bigint NOT NULL,
  source_ref varchar(200),
  reason     varchar(1000) NOT NULL
);

CREATE INDEX import_findings_import ON import_findings (import_id, line);

COMMENT ON TABLE imports IS 'One row for each import, the present one and earlier ones.';
COMMENT ON COLUMN imports.import_id IS 'The key.';
COMMENT ON COLUMN imports.kind IS 'What is imported: `customers` are the registered users of a SQL Server.';
COMMENT ON COLUMN imports.state IS
  '`running`, `finished`, `failed`, or `interrupted`: the server that ran it was stopped or is gone.';
COMMENT ON COLUMN imports.attempt IS 'The present or last attempt, counted from 1.';
COMMENT ON COLUMN imports.read IS 'Rows of the source; each is counted once more in one of the next four.';
COMMENT ON COLUMN imports.inserted IS 'Rows that were not there before.';
COMMENT ON COLUMN imports.updated IS 'Rows that were there, and something was different.';
COMMENT ON COLUMN imports.unchanged IS 'Rows that were there as they are.';
COMMENT ON COLUMN imports.rejected IS 'Rows that were not taken; `import_findings` says why.';
COMMENT ON COLUMN imports.message IS 'Why it came to no good end, or why there is another attempt.';
COMMENT ON COLUMN imports.started_at IS 'When it began.';
COMMENT ON COLUMN imports.changed_at IS 'When the last batch was written.';
COMMENT ON COLUMN imports.finished_at IS 'When it ended; null while it runs.';
COMMENT ON TABLE import_findings IS 'Rows of an import that were not taken, at most a thousand of each import.';
COMMENT ON COLUMN import_findings.finding_id IS 'The key.';
COMMENT ON COLUMN import_findings.import_id IS 'The import.';
COMMENT ON COLUMN import_findings.line IS 'Where the row stood in the source''s answer, counted from 1.';
COMMENT ON COLUMN import_findings.source_ref IS 'What the row is called at its source, as far as it is known.';
COMMENT ON COLUMN import_findings.reason IS 'Why it was not taken.';
