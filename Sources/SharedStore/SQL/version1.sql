-- Version 1 of the tables. All times are milliseconds since 1970 by the server's clock (hashdrop.now).

CREATE SCHEMA hashdrop;

-- version: of this schema. endpoint: where the answers come from.
CREATE TABLE hashdrop.meta (
    key text PRIMARY KEY,
    value text NOT NULL
);

-- The sites' roles, which every migration lets use the functions.
CREATE TABLE hashdrop.site_role (
    role name PRIMARY KEY
);

-- One row a VirusTotal key, by a hash of the key: reserve locks it, so that one site counts at a time.
CREATE TABLE hashdrop.ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_hash bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32)
);

CREATE TABLE hashdrop.site (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    -- Who may speak for the site.
    role name NOT NULL,
    ledger_id bigint NOT NULL REFERENCES hashdrop.ledger,
    -- Counts the starts of the site's daemon: what an earlier one holds comes free.
    run bigint NOT NULL DEFAULT 0,
    -- The newest call of the run that has spent: a daemon that knows of a newer one sees an older copy.
    call bigint NOT NULL DEFAULT 0,
    -- What the site is configured with: requests a minute, a day and a month, 0 for no limit.
    limits bigint[] CHECK (cardinality(limits) = 3),
    seen_at bigint NOT NULL
);

CREATE TABLE hashdrop.file (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    md5 bytea NOT NULL CHECK (octet_length(md5) = 16),
    sha1 bytea NOT NULL CHECK (octet_length(sha1) = 20),
    sha256 bytea NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
    last_analysis_at bigint,
    first_submitted_at bigint,
    name text,
    type text,
    size_bytes bigint,
    threat_label text,
    reputation bigint,
    detection_count bigint NOT NULL CHECK (detection_count >= 0),
    engine_count bigint NOT NULL CHECK (engine_count >= detection_count),
    -- The compact texts of SQLite's table "file", as bytes.
    engines bytea NOT NULL,
    facts bytea
);

-- file_id is empty where VirusTotal does not know the file.
CREATE TABLE hashdrop.answer (
    hash bytea PRIMARY KEY CHECK (octet_length(hash) IN (16, 20, 32)),
    file_id bigint REFERENCES hashdrop.file,
    asked_at bigint NOT NULL
);
CREATE INDEX answer_of_file ON hashdrop.answer (file_id);
CREATE INDEX answer_asked ON hashdrop.answer (asked_at);

-- Numbers of the requests. Those of requests that come from a slice are below zero.
CREATE SEQUENCE hashdrop.ticket;

-- The ledger's requests, written before they are sent. Old rows go, the days' sums stay.
CREATE TABLE hashdrop.request (
    id bigint PRIMARY KEY,
    ledger_id bigint NOT NULL REFERENCES hashdrop.ledger,
    site_id bigint NOT NULL REFERENCES hashdrop.site,
    run bigint NOT NULL,
    -- The call of reserve, counted by each run.
    call bigint NOT NULL,
    user_name text NOT NULL,
    hash bytea NOT NULL,
    sent_at bigint NOT NULL,
    ended_at bigint,
    outcome text,
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX request_ended ON hashdrop.request (ledger_id, ended_at);
CREATE INDEX request_sent ON hashdrop.request (ledger_id, sent_at);
CREATE INDEX request_open ON hashdrop.request (site_id, run, call) WHERE ended_at IS NULL;

CREATE TABLE hashdrop.request_day (
    ledger_id bigint NOT NULL REFERENCES hashdrop.ledger,
    -- Days since 1970-01-01, UTC.
    day bigint NOT NULL,
    site_id bigint NOT NULL REFERENCES hashdrop.site,
    requests bigint NOT NULL CHECK (requests >= 0),
    PRIMARY KEY (ledger_id, day, site_id)
);

-- A hash that is being asked, whatever the key. Its ticket says whose it is: a site that comes late cannot
-- free the flight of another.
CREATE TABLE hashdrop.flight (
    hash bytea PRIMARY KEY CHECK (octet_length(hash) IN (16, 20, 32)),
    ticket bigint NOT NULL,
    site_id bigint NOT NULL REFERENCES hashdrop.site,
    lease_until bigint NOT NULL
);
CREATE INDEX flight_lease ON hashdrop.flight (lease_until);
CREATE INDEX flight_of_site ON hashdrop.flight (site_id);

-- Why and until when no site asks with the key.
CREATE TABLE hashdrop.mood (
    ledger_id bigint PRIMARY KEY REFERENCES hashdrop.ledger,
    until bigint NOT NULL,
    reason text NOT NULL,
    site_id bigint NOT NULL REFERENCES hashdrop.site
);

-- What a site would ask if it were its turn, by user.
CREATE TABLE hashdrop.demand (
    ledger_id bigint NOT NULL REFERENCES hashdrop.ledger,
    site_id bigint NOT NULL REFERENCES hashdrop.site,
    user_name text NOT NULL,
    open bigint NOT NULL CHECK (open >= 0),
    weight bigint NOT NULL CHECK (weight > 0),
    seen_at bigint NOT NULL,
    PRIMARY KEY (ledger_id, site_id, user_name)
);

-- Stride scheduling: each request moves its site on by 1 / weight, and the site that is furthest back is next.
CREATE TABLE hashdrop.turn (
    ledger_id bigint NOT NULL REFERENCES hashdrop.ledger,
    site_id bigint NOT NULL REFERENCES hashdrop.site,
    pass double precision NOT NULL,
    PRIMARY KEY (ledger_id, site_id)
);

-- Requests that a site may send without asking, for when the server is away; spent when they are taken.
CREATE TABLE hashdrop.slice (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ledger_id bigint NOT NULL REFERENCES hashdrop.ledger,
    site_id bigint NOT NULL REFERENCES hashdrop.site,
    run bigint NOT NULL,
    requests bigint NOT NULL CHECK (requests BETWEEN 0 AND 1048576),
    -- Kept for the site from every minute while the slice is good.
    per_minute bigint NOT NULL CHECK (per_minute >= 0),
    taken_at bigint NOT NULL,
    until bigint NOT NULL
);
CREATE INDEX slice_of_ledger ON hashdrop.slice (ledger_id, until);
