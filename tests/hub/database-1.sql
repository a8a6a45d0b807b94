-- A database of version 1, the first release's, with one user, a job that is done and one that waits.
CREATE TABLE users (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE tokens (
  hash       BLOB PRIMARY KEY,  -- SHA-256 of the token; the token itself is not kept
  user_id    TEXT NOT NULL REFERENCES users (id),
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE jobs (
  number               INTEGER PRIMARY KEY,  -- order of submission
  id                   TEXT NOT NULL UNIQUE,
  tenant_id            TEXT NOT NULL,
  user_id              TEXT NOT NULL,
  service_execution_id TEXT,
  session_id           TEXT,
  backend_id           TEXT NOT NULL,
  provider             TEXT NOT NULL,
  name                 TEXT,
  shots                INTEGER NOT NULL,  -- of all circuits together
  requested_shots      INTEGER NOT NULL,  -- as the request has it: of each circuit, or of all
  input_format         TEXT,
  input_params         TEXT,  -- JSON
  tags                 TEXT,  -- JSON
  sdk_provider         TEXT,
  status               TEXT NOT NULL,
  attempts             INTEGER NOT NULL DEFAULT 0,  -- how often a worker took the job
  created_at           INTEGER NOT NULL,
  started_at           INTEGER,
  ended_at             INTEGER,
  idempotency_key      TEXT,
  request_hash         BLOB  -- SHA-256 of the request that came with the key
);
CREATE INDEX jobs_of_tenant ON jobs (tenant_id, created_at);
CREATE INDEX jobs_of_service_execution ON jobs (service_execution_id, created_at) WHERE service_execution_id IS NOT NULL;
CREATE INDEX jobs_unfinished ON jobs (status, number) WHERE status IN ('PENDING', 'RUNNING', 'CANCELLING');
CREATE UNIQUE INDEX jobs_idempotency ON jobs (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE job_inputs (
  job   INTEGER PRIMARY KEY REFERENCES jobs (number),
  input BLOB NOT NULL,  -- JSON
  qasm  BLOB            -- JSON
);

CREATE TABLE job_results (
  job        INTEGER PRIMARY KEY REFERENCES jobs (number),
  raw        BLOB NOT NULL,  -- JSON in the backend's own format
  normalized BLOB,           -- JSON, NULL if there is no such view
  memory     BLOB            -- JSON, NULL if there is no such view
);

INSERT INTO users VALUES ('user-1', 'owner', 1767225600000000);
INSERT INTO tokens VALUES (x'885272132cb1f832bc8e92f4bfd46be566b3d34a18dccbf9922d3a64194cc0a8', 'user-1', 'default', 1767225600000000);  -- of "qhub_first-release"
INSERT INTO jobs (number, id, tenant_id, user_id, backend_id, provider, shots, requested_shots, status, attempts, created_at, started_at, ended_at) VALUES
  (1, 'job-done', 'user-1', 'user-1', 'aws.sim.sv1', 'AWS', 2, 2, 'COMPLETED', 1, 1767225601000000, 1767225602000000, 1767225603000000),
  (2, 'job-waiting', 'user-1', 'user-1', 'aws.sim.sv1', 'AWS', 2, 2, 'PENDING', 0, 1767225604000000, NULL, NULL);
INSERT INTO job_inputs (job, input) VALUES (1, CAST('"OPENQASM 3.0; qubit[2] q; bit[2] b; h q[0]; cnot q[0], q[1]; b = measure q;"' AS BLOB)), (2, CAST('"OPENQASM 3.0; qubit[2] q; bit[2] b; h q[0]; cnot q[0], q[1]; b = measure q;"' AS BLOB));
INSERT INTO job_results (job, raw, normalized) VALUES (1, CAST('{"measurements": [[0, 0], [1, 1]], "measuredQubits": [0, 1]}' AS BLOB), CAST('{"pubs": [{"type": "counts", "index": 0, "counts": {"00": 1, "11": 1}, "shots": 2, "qubits": 2}]}' AS BLOB));

PRAGMA application_id = 1902671202;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
