-- Time, and who calls.

-- The one clock of all sites.
CREATE FUNCTION hashdrop.now() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$;

CREATE FUNCTION hashdrop.day_of(p_time bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT floor(p_time / 86400000.0)::bigint
$$;

-- When the UTC month of a time began; with 1 the next one.
CREATE FUNCTION hashdrop.month_start(p_time bigint, p_months int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM (
        date_trunc('month', to_timestamp(p_time / 1000.0) AT TIME ZONE 'UTC')
            + make_interval(months => p_months)
    ) AT TIME ZONE 'UTC') * 1000)::bigint
$$;

-- After this time a request cannot arrive any more, and its flight comes free.
CREATE FUNCTION hashdrop.lease() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 600000::bigint $$;

-- The sliding minute, and something for clocks that do not run at the same speed.
CREATE FUNCTION hashdrop.minute() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 60020::bigint $$;

-- How old answers may be that serve a list, in milliseconds: those of files that VirusTotal knows, those of others,
-- and those of kinds that have an age of their own (NULL is none). The rest tells the kinds apart.
CREATE TYPE hashdrop.ages AS (
    known bigint, unknown bigint, new bigint, suspicious bigint, settled_malicious bigint, settled_clean bigint,
    new_for bigint, malicious_from bigint, malicious_settled_after bigint, clean_settled_after bigint
);

-- Whether an answer serves; a file that no engine has scanned is as good as unknown. The kinds are those of
-- AnswerKind, the first that fits and has an age counts, and a date that is missing fits none.
CREATE FUNCTION hashdrop.is_fresh(
    p_now bigint, p_asked_at bigint, p_first_submitted_at bigint, p_last_analysis_at bigint,
    p_detection_count bigint, p_engine_count bigint, p_ages hashdrop.ages
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT p_asked_at >= p_now - coalesce(
        CASE WHEN coalesce(p_engine_count, 0) = 0 THEN p_ages.unknown END,
        CASE WHEN p_asked_at - p_first_submitted_at < p_ages.new_for THEN p_ages.new END,
        CASE WHEN p_detection_count BETWEEN 1 AND p_ages.malicious_from - 1 THEN p_ages.suspicious END,
        CASE WHEN p_detection_count >= p_ages.malicious_from
            AND p_asked_at - p_first_submitted_at > p_ages.malicious_settled_after
            THEN p_ages.settled_malicious END,
        CASE WHEN p_detection_count = 0 AND p_asked_at - p_first_submitted_at > p_ages.clean_settled_after
            AND p_last_analysis_at - p_first_submitted_at > p_ages.clean_settled_after
            THEN p_ages.settled_clean END,
        p_ages.known)
$$;

-- Refuses a daemon of another version than the schema's.
CREATE FUNCTION hashdrop.check_version(p_version bigint) RETURNS void LANGUAGE plpgsql
SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_version bigint := (SELECT value::bigint FROM meta WHERE key = 'version');
BEGIN
    IF v_version <> p_version THEN
        RAISE EXCEPTION 'the schema has version %, and the daemon knows version %', v_version, p_version
            USING ERRCODE = CASE WHEN v_version > p_version THEN 'HD001' ELSE 'HD002' END;
    END IF;
    -- Two sites that count at once must see each other's commits.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the transaction is %, and must be read committed',
            current_setting('transaction_isolation') USING ERRCODE = 'HD007';
    END IF;
    -- What was reserved must not be forgotten, whatever the role's own setting is.
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
END $$;

-- The calling site, by the role that has logged in. A run that is given must be the site's newest, and p_done, the
-- newest of its calls that it knows to have spent, must be known here: else this is an older copy of the database,
-- and the site begins anew.
CREATE FUNCTION hashdrop.caller(
    p_version bigint, p_site text, p_run bigint, p_done bigint, OUT site_id bigint, OUT ledger_id bigint
) LANGUAGE plpgsql SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_site site;
BEGIN
    PERFORM check_version(p_version);
    SELECT * INTO v_site FROM site s WHERE s.name = p_site;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the site % has not begun', p_site USING ERRCODE = 'HD005';
    END IF;
    IF v_site.role <> session_user THEN
        RAISE EXCEPTION 'the site % belongs to the role %', p_site, v_site.role USING ERRCODE = 'HD004';
    END IF;
    IF v_site.run < p_run OR v_site.run = p_run AND v_site.call < p_done THEN
        RAISE EXCEPTION 'this is an older copy, and does not know what the site % has asked since', p_site
            USING ERRCODE = 'HD005';
    END IF;
    IF v_site.run > p_run THEN
        RAISE EXCEPTION 'another daemon has begun as the site %', p_site USING ERRCODE = 'HD006';
    END IF;
    site_id := v_site.id;
    ledger_id := v_site.ledger_id;
END $$;

CREATE FUNCTION hashdrop.notify(p_hash bytea) RETURNS void LANGUAGE sql AS $$
    SELECT pg_notify('hashdrop', encode(p_hash, 'hex'))
$$;

-- Takes a request back that has not left its machine. A flight comes before its request here and everywhere,
-- so that two transactions never wait for each other.
CREATE FUNCTION hashdrop.withdraw(p_ticket bigint) RETURNS void LANGUAGE plpgsql
SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_request request;
BEGIN
    SELECT * INTO v_request FROM request WHERE id = p_ticket;
    DELETE FROM flight WHERE hash = v_request.hash AND ticket = p_ticket;
    IF FOUND THEN PERFORM notify(v_request.hash); END IF;
    DELETE FROM request WHERE id = p_ticket;
    IF NOT FOUND THEN RETURN; END IF;
    UPDATE request_day SET requests = requests - 1
        WHERE ledger_id = v_request.ledger_id AND day = day_of(v_request.sent_at)
            AND site_id = v_request.site_id;
END $$;

-- Begins a run of a site's daemon: what its earlier runs hold comes free, and their requests end now and stay
-- spent; what it has spent by its own count counts (take_over). The first site's endpoint is everyone's, as soon
-- as something came from there. p_run is the daemon's run before, which an older copy may not know; 0 for none.
CREATE FUNCTION hashdrop.begin_run(
    p_version bigint, p_site text, p_key_hash bytea, p_endpoint text, p_run bigint, p_days bigint[],
    p_requests bigint[], p_ages bigint[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_endpoint text;
    v_ledger bigint;
    v_site site;
    v_hash bytea;
    v_now bigint;
BEGIN
    PERFORM check_version(p_version);
    -- One at a time, so that two first ones do not both give their endpoint.
    LOCK TABLE meta IN SHARE ROW EXCLUSIVE MODE;
    SELECT value INTO v_endpoint FROM meta WHERE key = 'endpoint';
    IF v_endpoint IS DISTINCT FROM p_endpoint THEN
        IF EXISTS (SELECT FROM request_day) OR EXISTS (SELECT FROM answer) THEN
            RAISE EXCEPTION 'its answers come from %, and the daemon asks %', v_endpoint, p_endpoint
                USING ERRCODE = 'HD003';
        END IF;
        -- Sites that have begun with the other one must begin again, and learn of this one.
        DELETE FROM mood;
        DELETE FROM demand;
        DELETE FROM turn;
        DELETE FROM request;
        DELETE FROM site;
        INSERT INTO meta (key, value) VALUES ('endpoint', p_endpoint)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value;
    END IF;
    INSERT INTO ledger (key_hash) VALUES (p_key_hash) ON CONFLICT (key_hash) DO NOTHING;
    SELECT id INTO v_ledger FROM ledger WHERE key_hash = p_key_hash;
    -- The site's earlier run may be in the middle of a reservation.
    PERFORM FROM ledger l WHERE l.id = v_ledger
        OR l.id = (SELECT s.ledger_id FROM site s WHERE s.name = p_site)
        ORDER BY l.id FOR NO KEY UPDATE;
    v_now := hashdrop.now();
    SELECT * INTO v_site FROM site WHERE name = p_site;
    IF NOT FOUND THEN
        INSERT INTO site (name, role, ledger_id, seen_at) VALUES (p_site, session_user, v_ledger, v_now)
            RETURNING * INTO v_site;
    END IF;
    IF v_site.role <> session_user THEN
        RAISE EXCEPTION 'the site % belongs to the role %', p_site, v_site.role USING ERRCODE = 'HD004';
    END IF;
    FOR v_hash IN DELETE FROM flight WHERE site_id = v_site.id RETURNING hash LOOP
        PERFORM notify(v_hash);
    END LOOP;
    UPDATE request SET ended_at = v_now, outcome = 'hashdrop ended'
        WHERE site_id = v_site.id AND ended_at IS NULL;
    -- Nothing more comes of a slice either, and what it has sent has arrived.
    UPDATE slice SET until = least(until, v_now - lease()) WHERE site_id = v_site.id;
    DELETE FROM demand WHERE site_id = v_site.id;
    UPDATE site SET ledger_id = v_ledger, run = greatest(run, p_run) + 1, call = 0, seen_at = v_now
        WHERE id = v_site.id RETURNING * INTO v_site;
    PERFORM take_over(v_ledger, v_site.id, v_site.run, v_now, p_days, p_requests, p_ages);
    RETURN v_site.run;
END $$;

-- What can be told to a role before its site has begun: the server's time, and where the answers come from if
-- anything is from there.
CREATE FUNCTION hashdrop.outlook(p_version bigint, OUT server_time bigint, OUT endpoint text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
BEGIN
    PERFORM check_version(p_version);
    server_time := hashdrop.now();
    SELECT value INTO endpoint FROM meta WHERE key = 'endpoint'
        AND (EXISTS (SELECT FROM request_day) OR EXISTS (SELECT FROM answer));
END $$;
