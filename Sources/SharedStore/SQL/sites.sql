-- What the sites tell of themselves, and are told of each other.

-- The site's sign of life, what it is configured with, and what each of its users would ask now. Also sweeps away
-- what is no longer counted, some at a time.
CREATE FUNCTION hashdrop.heartbeat(
    p_version bigint, p_site text, p_run bigint, p_done bigint, p_limits bigint[], p_users text[],
    p_open bigint[], p_weights bigint[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_site bigint;
    v_ledger bigint;
    v_now bigint;
BEGIN
    SELECT c.site_id, c.ledger_id INTO v_site, v_ledger FROM caller(p_version, p_site, p_run, p_done) c;
    -- The turns are everyone's.
    PERFORM FROM ledger WHERE id = v_ledger FOR NO KEY UPDATE;
    v_now := hashdrop.now();
    PERFORM join_turns(v_ledger, v_site, v_now);
    DELETE FROM demand WHERE site_id = v_site;
    INSERT INTO demand (ledger_id, site_id, user_name, open, weight, seen_at)
        SELECT v_ledger, v_site, d.user_name, d.open, greatest(1, d.weight), v_now
        FROM unnest(p_users, p_open, p_weights) AS d (user_name, open, weight) WHERE d.open > 0;
    UPDATE site SET limits = p_limits, seen_at = v_now WHERE id = v_site;
    DELETE FROM request WHERE id IN (
        SELECT id FROM request
        WHERE ledger_id = v_ledger AND sent_at < v_now - 2 * 86400000 AND ended_at < v_now - 2 * 86400000
        LIMIT 1000);
    DELETE FROM slice WHERE ledger_id = v_ledger AND until < v_now - 2 * 86400000;
END $$;

-- The minute's ages are of the requests that have ended in it, the oldest first; those under way count as 0.
CREATE FUNCTION hashdrop.spending(p_version bigint, p_site text)
RETURNS TABLE (
    ages bigint[], kept bigint, today bigint, this_month bigint, pause bigint, pause_reason text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_ledger bigint;
    v_now bigint := hashdrop.now();
BEGIN
    SELECT c.ledger_id INTO v_ledger FROM caller(p_version, p_site, NULL, NULL) c;
    RETURN QUERY SELECT
        coalesce((
            SELECT array_agg(greatest(0, v_now - coalesce(r.ended_at, v_now))
                ORDER BY v_now - coalesce(r.ended_at, v_now) DESC)
            FROM request r
            WHERE r.ledger_id = v_ledger AND (r.ended_at IS NULL OR r.ended_at > v_now - minute())), '{}'),
        coalesce((SELECT sum(held - requests) FROM minute_use(v_ledger, v_now)), 0)::bigint,
        spent_since(v_ledger, v_now, day_of(v_now)),
        spent_since(v_ledger, v_now, day_of(month_start(v_now, 0))),
        (SELECT until - v_now FROM mood WHERE ledger_id = v_ledger AND until > v_now),
        (SELECT reason FROM mood WHERE ledger_id = v_ledger AND until > v_now);
END $$;

-- All sites of the caller's key: how long ago each gave a sign of life, what it has spent and what it asks.
CREATE FUNCTION hashdrop.sites(p_version bigint, p_site text)
RETURNS TABLE (
    name text, silence bigint, today bigint, this_month bigint, under_way bigint, open bigint, limits bigint[]
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_ledger bigint;
    v_now bigint := hashdrop.now();
BEGIN
    SELECT c.ledger_id INTO v_ledger FROM caller(p_version, p_site, NULL, NULL) c;
    RETURN QUERY SELECT s.name, greatest(0, v_now - s.seen_at),
        coalesce(d.today, 0)::bigint, coalesce(d.this_month, 0)::bigint,
        (SELECT count(*) FROM request r WHERE r.site_id = s.id AND r.ended_at IS NULL),
        coalesce((SELECT sum(open) FROM claimants(v_ledger, v_now) c WHERE c.site_id = s.id), 0)::bigint,
        coalesce(s.limits, '{}')
    FROM site s LEFT JOIN (
        SELECT site_id, sum(requests) AS this_month, sum(requests) FILTER (WHERE day >= day_of(v_now)) AS today
        FROM request_day WHERE ledger_id = v_ledger AND day >= day_of(month_start(v_now, 0)) GROUP BY site_id
    ) d ON d.site_id = s.id
    WHERE s.ledger_id = v_ledger OR d.site_id IS NOT NULL ORDER BY s.name;
END $$;

-- For the owner alone.

-- Lets a role use what a site needs, and nothing else. A role that is not there is left out: roles are of the
-- whole server, and an administrator may have dropped it.
CREATE FUNCTION hashdrop.grant_rights() RETURNS void LANGUAGE plpgsql SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_role name;
    v_function text;
BEGIN
    REVOKE ALL ON SCHEMA hashdrop FROM PUBLIC;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA hashdrop FROM PUBLIC;
    FOR v_role IN SELECT s.role FROM site_role s JOIN pg_roles r ON r.rolname = s.role LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA hashdrop TO %I', v_role);
        FOR v_function IN
            SELECT p.oid::regprocedure::text FROM pg_proc p
            WHERE p.pronamespace = 'hashdrop'::regnamespace AND p.prosecdef
        LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', v_function, v_role);
        END LOOP;
    END LOOP;
END $$;

-- Adds a site's role, with a password unless that is empty; a role that is there keeps its own. Returns whether
-- it was made.
CREATE FUNCTION hashdrop.add_role(p_role text, p_password text) RETURNS boolean LANGUAGE plpgsql
SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_is_new boolean := NOT EXISTS (SELECT FROM pg_roles WHERE rolname = p_role);
BEGIN
    IF v_is_new THEN
        EXECUTE format('CREATE ROLE %I LOGIN', p_role);
        IF p_password <> '' THEN
            EXECUTE format('ALTER ROLE %I PASSWORD %L', p_role, p_password);
        END IF;
    END IF;
    INSERT INTO site_role (role) VALUES (p_role) ON CONFLICT (role) DO NOTHING;
    PERFORM grant_rights();
    RETURN v_is_new;
END $$;
