#include "qhub/hub/store/schema.h"

#include <fmt/format.h>

#include <array>

namespace qhub::hub {
namespace {

constexpr std::int64_t application_id = 0x71687562;  // "qhub"

/// Step n takes a database of version n to n + 1. Steps are never edited once released, only added.
/// Times are microseconds since 1970 in UTC; JSON is kept as its text.
constexpr std::array steps{R"sql(
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
)sql",
                           R"sql(
ALTER TABLE users ADD COLUMN email TEXT;  -- lower case
ALTER TABLE users ADD COLUMN account_type TEXT NOT NULL DEFAULT 'PROFESSIONAL';
ALTER TABLE users ADD COLUMN current_position TEXT;
ALTER TABLE users ADD COLUMN homepage TEXT;
ALTER TABLE users ADD COLUMN about TEXT;
ALTER TABLE users ADD COLUMN disabled_at INTEGER;
CREATE UNIQUE INDEX users_by_email ON users (email) WHERE email IS NOT NULL;

ALTER TABLE tokens ADD COLUMN id TEXT;
ALTER TABLE tokens ADD COLUMN kind TEXT NOT NULL DEFAULT 'DEFAULT';
ALTER TABLE tokens ADD COLUMN used_at INTEGER;
ALTER TABLE tokens ADD COLUMN expires_at INTEGER;
ALTER TABLE tokens ADD COLUMN organization_id TEXT;  -- the tenant, where it is not the user
ALTER TABLE tokens ADD COLUMN service_execution_id TEXT;
ALTER TABLE tokens ADD COLUMN application_id TEXT;
UPDATE tokens SET id = lower(hex(randomblob(16)));
CREATE UNIQUE INDEX tokens_by_id ON tokens (id);
CREATE INDEX tokens_of_user ON tokens (user_id);
CREATE INDEX tokens_of_execution ON tokens (service_execution_id) WHERE service_execution_id IS NOT NULL;
CREATE INDEX tokens_expiring ON tokens (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE organizations (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL UNIQUE,  -- lower-case kebab, made of the display name
  display_name  TEXT NOT NULL,
  description   TEXT,
  billing_email TEXT NOT NULL,
  account_type  TEXT NOT NULL,
  created_at    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE members (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  user_id         TEXT NOT NULL REFERENCES users (id),
  role            TEXT NOT NULL,  -- VIEWER, MAINTAINER or OWNER
  status          TEXT NOT NULL,  -- PENDING, ACCEPTED or DECLINED
  invitation_id   TEXT NOT NULL UNIQUE,
  inviter_id      TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, user_id)
) WITHOUT ROWID;
CREATE INDEX members_of_user ON members (user_id, status);
)sql",
                           R"sql(
CREATE TABLE sessions (
  number               INTEGER PRIMARY KEY,  -- order of creation
  id                   TEXT NOT NULL UNIQUE,
  tenant_id            TEXT NOT NULL,
  user_id              TEXT NOT NULL,
  service_execution_id TEXT,
  backend_id           TEXT NOT NULL,
  provider             TEXT NOT NULL,
  mode                 TEXT NOT NULL,  -- batch or dedicated
  status               TEXT NOT NULL,
  ttl                  INTEGER NOT NULL,  -- seconds
  metadata             TEXT,  -- JSON
  sdk_provider         TEXT,
  created_at           INTEGER NOT NULL,
  started_at           INTEGER,  -- when its first job started
  active_at            INTEGER,  -- when it last started or ended a job
  expires_at           INTEGER NOT NULL,  -- ttl after started_at, before that after created_at
  closed_at            INTEGER
);
CREATE INDEX sessions_of_tenant ON sessions (tenant_id, created_at);
CREATE INDEX sessions_open ON sessions (status) WHERE status IN ('OPEN', 'ACTIVE', 'INACTIVE', 'DRAINING');
ALTER TABLE jobs ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;  -- attempts that crashed the hub
ALTER TABLE jobs ADD COLUMN memory_bytes INTEGER NOT NULL DEFAULT 0;  -- predicted
CREATE INDEX jobs_of_session ON jobs (session_id, status) WHERE session_id IS NOT NULL;
)sql",
                           R"sql(
CREATE TABLE resources (
  number      INTEGER PRIMARY KEY,  -- order of creation
  id          TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  tenant_id   TEXT NOT NULL,
  tenant_kind TEXT NOT NULL,  -- USER or ORGANIZATION
  creator_id  TEXT NOT NULL,
  parent      INTEGER REFERENCES resources (number),  -- of a part: what it belongs to
  name        TEXT NOT NULL COLLATE NOCASE,
  label       TEXT NOT NULL COLLATE NOCASE,  -- what people read
  unique_name TEXT COLLATE NOCASE,           -- scope/name
  visibility  TEXT NOT NULL,                 -- PRIVATE, INTERNAL or PUBLIC
  state       TEXT NOT NULL,
  document    TEXT NOT NULL,  -- JSON
  version     INTEGER NOT NULL DEFAULT 1,
  created_at  INTEGER NOT NULL,
  modified_at INTEGER NOT NULL
);
CREATE INDEX resources_of_tenant ON resources (tenant_id, kind) WHERE parent IS NULL;
CREATE INDEX resources_of_tenant_by_name ON resources (tenant_id, kind, name) WHERE parent IS NULL;
CREATE INDEX resources_of_tenant_by_label ON resources (tenant_id, kind, label) WHERE parent IS NULL;
CREATE INDEX resources_visible ON resources (kind, visibility, tenant_id) WHERE parent IS NULL AND visibility <> 'PRIVATE';
CREATE INDEX resources_public ON resources (kind) WHERE parent IS NULL AND visibility = 'PUBLIC';
CREATE INDEX resources_public_by_name ON resources (kind, name) WHERE parent IS NULL AND visibility = 'PUBLIC';
CREATE INDEX resources_public_by_label ON resources (kind, label) WHERE parent IS NULL AND visibility = 'PUBLIC';
CREATE INDEX parts ON resources (parent, kind) WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX resource_names ON resources (kind, unique_name) WHERE unique_name IS NOT NULL;

CREATE VIRTUAL TABLE resource_search USING fts5(text, tokenize = 'trigram');  -- rowid: resources.number

CREATE TABLE grants (
  id          TEXT PRIMARY KEY,
  resource    INTEGER NOT NULL REFERENCES resources (number) ON DELETE CASCADE,
  kind        TEXT NOT NULL,  -- of the resource
  sid         TEXT NOT NULL,  -- to whom: a user or an organization
  sid_kind    TEXT NOT NULL,
  role        TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  revoked_at  INTEGER,
  windows     TEXT NOT NULL DEFAULT '[]',  -- JSON: times at which it counts
  valid_from  INTEGER,                     -- what all windows have in common
  valid_until INTEGER
) WITHOUT ROWID;
CREATE INDEX grants_of_resource ON grants (resource);
CREATE INDEX grants_to ON grants (sid, kind, resource);

CREATE TABLE links (
  meaning TEXT NOT NULL,
  source  INTEGER NOT NULL REFERENCES resources (number) ON DELETE CASCADE,
  target  INTEGER NOT NULL REFERENCES resources (number) ON DELETE CASCADE,
  UNIQUE (meaning, source, target)
);
CREATE INDEX links_from ON links (source);
CREATE INDEX links_to ON links (target, meaning);

CREATE TABLE attachments (
  owner_id   TEXT NOT NULL,  -- a resource, a user or an organization
  name       TEXT NOT NULL,
  type       TEXT NOT NULL,  -- media type
  content    BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (owner_id, name)
);

CREATE TABLE settings (
  tenant_id TEXT NOT NULL,
  name      TEXT NOT NULL,
  document  TEXT NOT NULL,  -- JSON
  PRIMARY KEY (tenant_id, name)
) WITHOUT ROWID;

CREATE TABLE notifications (
  number         INTEGER PRIMARY KEY,
  id             TEXT NOT NULL UNIQUE,
  user_id        TEXT NOT NULL,
  category       TEXT NOT NULL,
  title          TEXT NOT NULL,
  message        TEXT NOT NULL,
  reference_type TEXT,
  reference_id   TEXT,
  user_task      TEXT,  -- JSON
  read_at        INTEGER,
  created_at     INTEGER NOT NULL
);
CREATE INDEX notifications_of_user ON notifications (user_id);
CREATE INDEX notifications_unread ON notifications (user_id) WHERE read_at IS NULL;

CREATE TABLE announcements (
  id          TEXT PRIMARY KEY,
  category    TEXT NOT NULL,
  title       TEXT NOT NULL,
  message     TEXT NOT NULL,  -- Markdown
  valid_from  INTEGER NOT NULL,
  valid_until INTEGER,
  created_at  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
  number     INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  user_id    TEXT NOT NULL,
  tenant_id  TEXT NOT NULL,
  operation  TEXT NOT NULL,
  objects    TEXT NOT NULL,  -- ids in the path, separated by slashes
  request_id TEXT NOT NULL
);
)sql",
                           R"sql(
-- Counting a million rows takes longer than showing a page of them.
CREATE TABLE job_counts (
  tenant_id TEXT PRIMARY KEY,
  jobs      INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO job_counts SELECT tenant_id, count(*) FROM jobs GROUP BY tenant_id;
CREATE TRIGGER jobs_counted AFTER INSERT ON jobs BEGIN
  INSERT INTO job_counts VALUES (new.tenant_id, 1) ON CONFLICT (tenant_id) DO UPDATE SET jobs = jobs + 1;
END;
)sql",
                           R"sql(
CREATE TABLE access_keys (
  id             TEXT PRIMARY KEY,
  secret         TEXT NOT NULL,
  application_id TEXT NOT NULL UNIQUE  -- a resource
) WITHOUT ROWID;

CREATE TABLE subscriptions (
  id             TEXT PRIMARY KEY,
  application_id TEXT NOT NULL,
  service_id     TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  UNIQUE (application_id, service_id)
) WITHOUT ROWID;
CREATE INDEX subscriptions_to_service ON subscriptions (service_id);

CREATE TABLE services (
  id      TEXT PRIMARY KEY,  -- a resource
  context TEXT NOT NULL,     -- with the next two: its address at the gateway
  slug    TEXT NOT NULL,
  version TEXT NOT NULL,
  build   INTEGER,  -- the one that runs
  UNIQUE (context, slug, version)
) WITHOUT ROWID;

CREATE TABLE service_builds (
  number      INTEGER PRIMARY KEY,
  service_id  TEXT NOT NULL,
  status      TEXT NOT NULL,
  step        TEXT NOT NULL,
  validation  TEXT,  -- JSON
  python      TEXT,  -- the interpreter that runs it
  created_at  INTEGER NOT NULL,
  finished_at INTEGER
);
CREATE INDEX service_builds_of_service ON service_builds (service_id, number);

CREATE TABLE service_executions (
  number             INTEGER PRIMARY KEY,  -- order of arrival
  id                 TEXT NOT NULL UNIQUE,
  service_id         TEXT NOT NULL,
  tenant_id          TEXT NOT NULL,
  tenant_kind        TEXT NOT NULL,
  provider_tenant_id TEXT NOT NULL,
  user_id            TEXT NOT NULL,
  application_id     TEXT,
  parent_id          TEXT,
  status             TEXT NOT NULL,
  tags               TEXT,  -- JSON
  store_input        INTEGER NOT NULL,
  has_secrets        INTEGER NOT NULL,
  is_cancelling      INTEGER NOT NULL DEFAULT 0,
  attempts           INTEGER NOT NULL DEFAULT 0,
  reason             TEXT,
  created_at         INTEGER NOT NULL,
  started_at         INTEGER,
  ended_at           INTEGER
);
CREATE INDEX service_executions_of_tenant ON service_executions (tenant_id, number);
CREATE INDEX service_executions_of_service ON service_executions (service_id, number);
CREATE INDEX service_executions_of_parent ON service_executions (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX service_executions_unfinished ON service_executions (status, number) WHERE status IN ('PENDING', 'RUNNING');
CREATE INDEX service_executions_ended ON service_executions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE service_execution_inputs (
  execution INTEGER PRIMARY KEY REFERENCES service_executions (number),
  input     BLOB NOT NULL  -- JSON, without secrets
);

CREATE TABLE data_pool_files (
  id             TEXT PRIMARY KEY,
  pool_id        TEXT NOT NULL,  -- a resource
  name           TEXT NOT NULL,
  content_type   TEXT NOT NULL,
  content_length INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  UNIQUE (pool_id, name)
) WITHOUT ROWID;

CREATE TABLE secrets (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
)sql",
                           R"sql(
ALTER TABLE service_executions ADD COLUMN type TEXT NOT NULL DEFAULT 'MANAGED';  -- or WORKFLOW
ALTER TABLE service_executions ADD COLUMN used_seconds INTEGER;  -- begun ones; NULL where it is not charged

CREATE TABLE workflow_runs (
  execution TEXT PRIMARY KEY REFERENCES service_executions (id) ON DELETE CASCADE,
  model     TEXT NOT NULL,    -- BPMN
  run       TEXT NOT NULL,    -- JSON: where it is
  active    INTEGER NOT NULL  -- whether it has not ended
);
CREATE INDEX workflow_runs_active ON workflow_runs (execution) WHERE active;

CREATE TABLE workflow_tasks (
  id            TEXT PRIMARY KEY,
  execution     TEXT NOT NULL REFERENCES workflow_runs (execution) ON DELETE CASCADE,
  activity      TEXT NOT NULL,
  user_id       TEXT NOT NULL,  -- who is asked
  response_type TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  response      TEXT,  -- JSON
  answered_at   INTEGER,
  UNIQUE (execution, activity)
) WITHOUT ROWID;
CREATE INDEX notifications_by_reference ON notifications (reference_id) WHERE reference_id IS NOT NULL;

-- How many resources there are: counting 100,000 of them takes longer than showing a page.
CREATE TABLE resource_counts (
  kind       TEXT NOT NULL,
  visibility TEXT NOT NULL,
  tenant_id  TEXT NOT NULL,
  resources  INTEGER NOT NULL,
  PRIMARY KEY (kind, visibility, tenant_id)
) WITHOUT ROWID;
INSERT INTO resource_counts SELECT kind, visibility, tenant_id, count(*) FROM resources WHERE parent IS NULL GROUP BY
  kind, visibility, tenant_id;
CREATE TRIGGER resources_made AFTER INSERT ON resources WHEN new.parent IS NULL BEGIN
  INSERT INTO resource_counts VALUES (new.kind, new.visibility, new.tenant_id, 1)
    ON CONFLICT DO UPDATE SET resources = resources + 1;
END;
CREATE TRIGGER resources_removed AFTER DELETE ON resources WHEN old.parent IS NULL BEGIN
  UPDATE resource_counts SET resources = resources - 1 WHERE kind = old.kind AND visibility = old.visibility AND
    tenant_id = old.tenant_id;
END;
CREATE TRIGGER resources_shown AFTER UPDATE OF visibility ON resources WHEN new.parent IS NULL AND
  new.visibility <> old.visibility BEGIN
  UPDATE resource_counts SET resources = resources - 1 WHERE kind = old.kind AND visibility = old.visibility AND
    tenant_id = old.tenant_id;
  INSERT INTO resource_counts VALUES (new.kind, new.visibility, new.tenant_id, 1)
    ON CONFLICT DO UPDATE SET resources = resources + 1;
END;

-- What tenants used, by the day on which it ended: costs stay when jobs and executions are removed, and reports need not
-- read them.
CREATE TABLE usage (
  tenant_id TEXT NOT NULL,
  day       INTEGER NOT NULL,  -- its beginning
  class     TEXT NOT NULL,     -- QUANTUM or CLASSIC
  resource  TEXT NOT NULL,     -- a backend or a service
  provider  TEXT NOT NULL,     -- of the backend
  runs      INTEGER NOT NULL,
  quantity  INTEGER NOT NULL,  -- shots, or seconds
  PRIMARY KEY (tenant_id, day, class, resource, provider)
) WITHOUT ROWID;
INSERT INTO usage SELECT tenant_id, ended_at / 86400000000 * 86400000000, 'QUANTUM', backend_id, provider, count(*),
  sum(shots) FROM jobs WHERE status = 'COMPLETED' GROUP BY 1, 2, 4, 5;
CREATE TRIGGER jobs_used AFTER UPDATE OF status ON jobs WHEN new.status = 'COMPLETED' AND old.status <> 'COMPLETED' BEGIN
  INSERT INTO usage VALUES (new.tenant_id, new.ended_at / 86400000000 * 86400000000, 'QUANTUM', new.backend_id,
    new.provider, 1, new.shots) ON CONFLICT DO UPDATE SET runs = runs + 1, quantity = quantity + excluded.quantity;
END;
CREATE TRIGGER executions_used AFTER UPDATE OF used_seconds ON service_executions WHEN new.used_seconds IS NOT NULL BEGIN
  INSERT INTO usage VALUES (new.tenant_id, new.ended_at / 86400000000 * 86400000000, 'CLASSIC', new.service_id, '', 1,
    new.used_seconds) ON CONFLICT DO UPDATE SET runs = runs + 1, quantity = quantity + excluded.quantity;
END;
)sql",
                           R"sql(
CREATE TABLE service_execution_secrets (
  execution INTEGER PRIMARY KEY REFERENCES service_executions (number),
  sealed    TEXT NOT NULL  -- JSON, by the vault; only until the execution has ended
);
ALTER TABLE access_keys RENAME COLUMN secret TO sealed;  -- by the vault
DELETE FROM secrets;                                     -- sealed from now on, too
)sql",
                           R"sql(
-- Lists of jobs and sessions, and how long they are, at any page and for any choice without counting rows. A facet is a
-- combination of what lists choose by; a place says that a job or session is in it; places are counted by facet and
-- slice, a stretch of time in which some thousands came into being. Jobs and sessions are never deleted.
DROP TRIGGER jobs_counted;
DROP TABLE job_counts;

CREATE TABLE workload_facets (
  id         INTEGER PRIMARY KEY,
  tenant_id  TEXT NOT NULL,
  tag        TEXT NOT NULL,  -- in lower case; empty: with or without tags
  type       TEXT NOT NULL,  -- JOB or SESSION
  backend_id TEXT NOT NULL,
  provider   TEXT NOT NULL,
  status     TEXT NOT NULL,
  origin     TEXT NOT NULL,  -- STANDALONE or SERVICE_EXECUTION
  UNIQUE (tenant_id, tag, type, backend_id, provider, status, origin)
);
CREATE TABLE workload_slices (
  start INTEGER PRIMARY KEY,
  last  INTEGER NOT NULL,  -- that came into being
  size  INTEGER NOT NULL
);
CREATE TABLE workload_places (
  facet      INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  number     INTEGER NOT NULL,  -- of the job or session
  PRIMARY KEY (facet, created_at, number)
) WITHOUT ROWID;
CREATE TABLE workload_counts (
  facet  INTEGER NOT NULL,
  slice  INTEGER NOT NULL,
  places INTEGER NOT NULL,
  PRIMARY KEY (facet, slice)
) WITHOUT ROWID;

-- How much of its quota a token has used on its last day.
CREATE TABLE token_jobs (
  token_id TEXT PRIMARY KEY REFERENCES tokens (id) ON DELETE CASCADE,
  day      INTEGER NOT NULL,  -- since 1970
  jobs     INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER workload_slice_full AFTER UPDATE ON workload_slices
WHEN new.size = 4096 AND new.start = (SELECT max(start) FROM workload_slices) BEGIN
  INSERT INTO workload_slices VALUES (new.last + 1, new.last + 1, 0);
END;
CREATE TRIGGER workload_place_taken AFTER INSERT ON workload_places BEGIN
  INSERT INTO workload_counts
    VALUES (new.facet, (SELECT max(start) FROM workload_slices WHERE start <= new.created_at), 1)
    ON CONFLICT (facet, slice) DO UPDATE SET places = places + 1;
END;
CREATE TRIGGER workload_place_left AFTER DELETE ON workload_places BEGIN
  UPDATE workload_counts SET places = places - 1 WHERE facet = old.facet
    AND slice = (SELECT max(start) FROM workload_slices WHERE start <= old.created_at);
  DELETE FROM workload_counts WHERE places = 0 AND facet = old.facet
    AND slice = (SELECT max(start) FROM workload_slices WHERE start <= old.created_at);
END;

-- Every job and session once, and once more for each of its tags; inserting some of it again takes their places.
CREATE VIEW workload_entries AS
  SELECT 'JOB' AS type, number, created_at, tenant_id, '' AS tag, backend_id, provider, status,
    iif(service_execution_id IS NULL, 'STANDALONE', 'SERVICE_EXECUTION') AS origin FROM jobs
  UNION ALL
  SELECT 'JOB', number, created_at, tenant_id, lower(value), backend_id, provider, status,
    iif(service_execution_id IS NULL, 'STANDALONE', 'SERVICE_EXECUTION') FROM jobs, json_each(jobs.tags)
  UNION ALL
  SELECT 'SESSION', number, created_at, tenant_id, '', backend_id, provider, status,
    iif(service_execution_id IS NULL, 'STANDALONE', 'SERVICE_EXECUTION') FROM sessions
  UNION ALL  -- Tags of a session are those of its jobs.
  SELECT 'SESSION', sessions.number, sessions.created_at, sessions.tenant_id, lower(value), sessions.backend_id,
    sessions.provider, sessions.status,
    iif(sessions.service_execution_id IS NULL, 'STANDALONE', 'SERVICE_EXECUTION')
    FROM sessions, jobs ON jobs.session_id = sessions.id, json_each(jobs.tags);
CREATE TRIGGER workload_entered INSTEAD OF INSERT ON workload_entries BEGIN
  INSERT OR IGNORE INTO workload_facets (tenant_id, tag, type, backend_id, provider, status, origin)
    VALUES (new.tenant_id, new.tag, new.type, new.backend_id, new.provider, new.status, new.origin);
  INSERT OR IGNORE INTO workload_places
    SELECT id, new.created_at, new.number FROM workload_facets
    WHERE (tenant_id, tag, type, backend_id, provider, status, origin) =
      (new.tenant_id, new.tag, new.type, new.backend_id, new.provider, new.status, new.origin);
END;
CREATE VIEW workload_entry_places AS
  SELECT workload_entries.type, number, created_at, id AS facet
  FROM workload_entries CROSS JOIN workload_facets USING (tenant_id, tag, type, backend_id, provider, status, origin);

CREATE TRIGGER job_created AFTER INSERT ON jobs BEGIN
  UPDATE workload_slices SET size = size + 1, last = max(last, new.created_at)
    WHERE start = (SELECT max(start) FROM workload_slices WHERE start <= new.created_at);
  INSERT INTO workload_entries SELECT * FROM workload_entries WHERE type = 'JOB' AND number = new.number;
END;
CREATE TRIGGER job_tags_session AFTER INSERT ON jobs WHEN new.session_id IS NOT NULL AND new.tags IS NOT NULL BEGIN
  INSERT INTO workload_entries
    SELECT entry.type, number, created_at, tenant_id, lower(value), backend_id, provider, status, origin
    FROM workload_entries AS entry, json_each(new.tags)
    WHERE entry.type = 'SESSION' AND tag = '' AND number = (SELECT number FROM sessions WHERE id = new.session_id);
END;
CREATE TRIGGER job_leaves_status BEFORE UPDATE OF status ON jobs WHEN new.status <> old.status BEGIN
  DELETE FROM workload_places WHERE (facet, created_at, number) IN (
    SELECT facet, created_at, number FROM workload_entry_places WHERE type = 'JOB' AND number = old.number);
END;
CREATE TRIGGER job_takes_status AFTER UPDATE OF status ON jobs WHEN new.status <> old.status BEGIN
  INSERT INTO workload_entries SELECT * FROM workload_entries WHERE type = 'JOB' AND number = new.number;
END;
CREATE TRIGGER session_created AFTER INSERT ON sessions BEGIN
  UPDATE workload_slices SET size = size + 1, last = max(last, new.created_at)
    WHERE start = (SELECT max(start) FROM workload_slices WHERE start <= new.created_at);
  INSERT INTO workload_entries SELECT * FROM workload_entries WHERE type = 'SESSION' AND number = new.number;
END;
CREATE TRIGGER session_leaves_status BEFORE UPDATE OF status ON sessions WHEN new.status <> old.status BEGIN
  DELETE FROM workload_places WHERE (facet, created_at, number) IN (
    SELECT facet, created_at, number FROM workload_entry_places WHERE type = 'SESSION' AND number = old.number);
END;
CREATE TRIGGER session_takes_status AFTER UPDATE OF status ON sessions WHEN new.status <> old.status BEGIN
  INSERT INTO workload_entries SELECT * FROM workload_entries WHERE type = 'SESSION' AND number = new.number;
END;

WITH ordered AS (
  SELECT created_at, (row_number() OVER (ORDER BY created_at) - 1) / 4096 AS slice
  FROM (SELECT created_at FROM jobs UNION ALL SELECT created_at FROM sessions))
INSERT OR IGNORE INTO workload_slices
  SELECT iif(slice = 0, 0, min(created_at)), max(created_at), count(*) FROM ordered GROUP BY slice;
INSERT OR IGNORE INTO workload_slices VALUES (0, 0, 0);
INSERT INTO workload_entries SELECT * FROM workload_entries;
)sql"};

std::int64_t pragma(Connection& connection, char const* name) {
  Statement statement = connection.query(fmt::format("PRAGMA {}", name));
  return statement.step() ? statement.column<std::int64_t>(0) : 0;
}

}  // namespace

Result<void> migrate(Connection& connection) {
  std::int64_t const owner = pragma(connection, "application_id");
  std::int64_t const version = pragma(connection, "user_version");
  bool const is_new = pragma(connection, "schema_version") == 0;
  if (!is_new && owner != application_id)
    return Error{.kind = ErrorKind::unsupported, .message = "it is a database of another program", .details = {}};
  if (version > static_cast<std::int64_t>(steps.size()))
    return Error{.kind = ErrorKind::unsupported,
                 .message = fmt::format("it has version {} and this qhubd knows versions up to {}; use a newer qhubd",
                                        version, steps.size()),
                 .details = {}};
  if (version == static_cast<std::int64_t>(steps.size())) return {};
  std::string script = "BEGIN IMMEDIATE;";
  for (auto step = static_cast<std::size_t>(version); step < steps.size(); ++step) script += steps[step];
  script += fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT;", application_id, steps.size());
  connection.run_script(script);
  return {};
}

}  // namespace qhub::hub
