-- What may still be spent, and whose turn it is. The caller holds the ledger's row: FOR NO KEY UPDATE, so that
-- a record that refers to the row need not wait for a reservation, which may wait for the record.

-- How many requests count in the sliding minute, by site: those under way count as ending now, and so does
-- all that the slice of an earlier run keeps, of which it is not known what was sent. A site that has a slice
-- counts, for others, for what the slice keeps, or for its requests where they are more.
CREATE FUNCTION hashdrop.minute_use(p_ledger bigint, p_now bigint)
RETURNS TABLE (site_id bigint, requests bigint, held bigint) LANGUAGE sql
SET search_path = hashdrop, pg_temp AS $$
    SELECT site_id, coalesce(r.requests, 0) + coalesce(s.past, 0),
        greatest(coalesce(r.requests, 0) + coalesce(s.past, 0), coalesce(s.per_minute, 0))
    FROM (
        SELECT site_id, count(*) AS requests FROM request
        WHERE ledger_id = p_ledger AND (ended_at IS NULL OR ended_at > p_now - minute()) GROUP BY site_id
    ) r FULL JOIN (
        -- The last request of a slice may arrive, and then counts for a minute, after the slice's end.
        SELECT l.site_id, max(l.per_minute) FILTER (WHERE l.run = t.run) AS per_minute,
            max(l.per_minute) FILTER (WHERE l.run < t.run) AS past
        FROM slice l JOIN site t ON t.id = l.site_id
        WHERE l.ledger_id = p_ledger AND l.until > p_now - lease() - minute() GROUP BY l.site_id
    ) s USING (site_id)
$$;

-- Requests since the day, and those of before that were on their way when it began.
CREATE FUNCTION hashdrop.spent_since(p_ledger bigint, p_now bigint, p_day bigint)
RETURNS bigint LANGUAGE sql SET search_path = hashdrop, pg_temp AS $$
    SELECT (SELECT coalesce(sum(requests), 0) FROM request_day
            WHERE ledger_id = p_ledger AND day >= p_day)::bigint
        + (SELECT count(*) FROM request
            WHERE ledger_id = p_ledger AND id > 0
                AND sent_at BETWEEN p_day * 86400000 - lease() AND p_day * 86400000 - 1
                AND coalesce(ended_at, p_now) >= p_day * 86400000)
$$;

-- How many requests the site may send now by each limit (0 is no limit), and when there is the next one.
CREATE FUNCTION hashdrop.room(
    p_ledger bigint, p_site bigint, p_now bigint, p_minute bigint, p_day bigint, p_month bigint,
    OUT room bigint, OUT minute_room bigint, OUT wait bigint, OUT period text
) LANGUAGE plpgsql SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_unlimited CONSTANT bigint := 1000000000;
    v_used bigint;
    v_day_room bigint := v_unlimited;
    v_month_room bigint := v_unlimited;
    v_oldest bigint;
    v_month_day bigint := day_of(month_start(p_now, 0));
BEGIN
    minute_room := v_unlimited;
    IF p_minute > 0 THEN
        SELECT coalesce(sum(CASE WHEN site_id = p_site THEN requests ELSE held END), 0) INTO v_used
            FROM minute_use(p_ledger, p_now);
        minute_room := greatest(0, p_minute - v_used);
    END IF;
    IF p_day > 0 THEN
        v_day_room := greatest(0, p_day - spent_since(p_ledger, p_now, day_of(p_now)));
    END IF;
    IF p_month > 0 THEN
        v_month_room := greatest(0, p_month - spent_since(p_ledger, p_now, v_month_day));
    END IF;
    room := least(minute_room, v_day_room, v_month_room);
    IF room = v_unlimited THEN
        wait := 0;
    ELSIF v_month_room = room THEN
        period := 'month';
        wait := month_start(p_now, 1) - p_now;
    ELSIF v_day_room = room THEN
        period := 'day';
        wait := (day_of(p_now) + 1) * 86400000 - p_now;
    ELSE
        period := 'minute';
        SELECT ended_at INTO v_oldest FROM request
            WHERE ledger_id = p_ledger AND ended_at > p_now - minute()
            ORDER BY ended_at OFFSET greatest(0, v_used - p_minute) LIMIT 1;
        -- What is under way ends now at the earliest.
        wait := coalesce(v_oldest, p_now) + minute() - p_now;
    END IF;
END $$;

-- The sites that have something to ask. What a site has said counts for 15 s.
CREATE FUNCTION hashdrop.claimants(p_ledger bigint, p_now bigint)
RETURNS TABLE (site_id bigint, open bigint, weight bigint, pass double precision) LANGUAGE sql
SET search_path = hashdrop, pg_temp AS $$
    SELECT d.site_id, sum(d.open)::bigint, sum(d.weight)::bigint, coalesce(max(t.pass), 0)
    FROM demand d LEFT JOIN turn t ON t.ledger_id = d.ledger_id AND t.site_id = d.site_id
    WHERE d.ledger_id = p_ledger AND d.open > 0 AND d.seen_at > p_now - 15000 GROUP BY d.site_id
$$;

-- Lets a site join the turns that has had nothing to ask: it has saved nothing up meanwhile.
CREATE FUNCTION hashdrop.join_turns(p_ledger bigint, p_site bigint, p_now bigint)
RETURNS void LANGUAGE plpgsql SET search_path = hashdrop, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM claimants(p_ledger, p_now) WHERE site_id = p_site) THEN RETURN; END IF;
    INSERT INTO turn AS t (ledger_id, site_id, pass)
        SELECT p_ledger, p_site, coalesce(min(pass), 0) FROM claimants(p_ledger, p_now)
        ON CONFLICT (ledger_id, site_id) DO UPDATE SET pass = greatest(t.pass, excluded.pass);
END $$;

-- How many of the free requests of this minute are the site's, if each is given to the site that is next: the
-- one whose pass would be the lowest after it. A site that leaves its turns unused is no more than two behind.
CREATE FUNCTION hashdrop.share(
    p_ledger bigint, p_site bigint, p_now bigint, p_room bigint, p_wanted bigint
) RETURNS bigint LANGUAGE plpgsql SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_share bigint;
BEGIN
    PERFORM join_turns(p_ledger, p_site, p_now);
    IF NOT EXISTS (SELECT FROM claimants(p_ledger, p_now) WHERE site_id <> p_site) THEN RETURN p_room; END IF;
    WITH own AS (
        SELECT p_site AS site_id, p_wanted AS open, pass,
            coalesce((SELECT weight FROM claimants(p_ledger, p_now) WHERE site_id = p_site), 1) AS weight
        FROM turn WHERE ledger_id = p_ledger AND site_id = p_site
    ), claims AS (
        SELECT c.site_id, c.open, c.weight, greatest(c.pass, own.pass - 2.0 / c.weight) AS pass
        FROM claimants(p_ledger, p_now) c, own WHERE c.site_id <> p_site
        UNION ALL SELECT site_id, open, weight, pass FROM own
    ), places AS (
        SELECT c.site_id,
            row_number() OVER (ORDER BY c.pass + n / c.weight::double precision, c.site_id) AS place
        FROM claims c, generate_series(1, least(c.open, p_room)) n
    )
    SELECT count(*) INTO v_share FROM places WHERE site_id = p_site AND place <= p_room;
    RETURN v_share;
END $$;

-- Moves a site on by its requests.
CREATE FUNCTION hashdrop.take_turns(p_ledger bigint, p_site bigint, p_now bigint, p_requests bigint)
RETURNS void LANGUAGE sql SET search_path = hashdrop, pg_temp AS $$
    UPDATE turn SET pass = pass + p_requests::double precision
            / coalesce((SELECT weight FROM claimants(p_ledger, p_now) WHERE site_id = p_site), 1)
        WHERE ledger_id = p_ledger AND site_id = p_site
$$;

-- Counts requests into their day.
CREATE FUNCTION hashdrop.spend(p_ledger bigint, p_site bigint, p_day bigint, p_requests bigint)
RETURNS void LANGUAGE sql SET search_path = hashdrop, pg_temp AS $$
    INSERT INTO request_day AS d (ledger_id, day, site_id, requests)
        VALUES (p_ledger, p_day, p_site, p_requests)
        ON CONFLICT (ledger_id, day, site_id) DO UPDATE SET requests = d.requests + excluded.requests
$$;

-- How many requests of a site count in a day, under whatever key.
CREATE FUNCTION hashdrop.known_of_day(p_site bigint, p_now bigint, p_day bigint)
RETURNS bigint LANGUAGE sql SET search_path = hashdrop, pg_temp AS $$
    SELECT (SELECT coalesce(sum(requests), 0) FROM request_day
            WHERE ledger_id IN (SELECT id FROM ledger) AND day = p_day AND site_id = p_site)::bigint
        + (SELECT count(*) FROM request
            WHERE ledger_id IN (SELECT id FROM ledger) AND site_id = p_site AND id > 0
                AND sent_at BETWEEN p_day * 86400000 - lease() AND p_day * 86400000 - 1
                AND coalesce(ended_at, p_now) >= p_day * 86400000)
$$;

-- Counts what a site has spent by its own count and nothing is known of here: alone, or since the copy was made
-- that this database comes from. The greater number of a day counts, so to do it again changes nothing. A day
-- that has not come is from a wrong clock, and counts today; earlier months count for no limit any more.
--
-- p_ages are of the requests that count in the site's minute, the newest of which are taken for the unknown ones.
CREATE FUNCTION hashdrop.take_over(
    p_ledger bigint, p_site bigint, p_run bigint, p_now bigint, p_days bigint[], p_requests bigint[],
    p_ages bigint[]
) RETURNS void LANGUAGE plpgsql SET search_path = hashdrop, pg_temp AS $$
BEGIN
    PERFORM spend(p_ledger, p_site, e.day, e.unknown)
    FROM (
        SELECT d.day, d.requests - known_of_day(p_site, p_now, d.day) AS unknown
        FROM (
            SELECT least(c.day, day_of(p_now)) AS day, sum(c.requests)::bigint AS requests
            FROM unnest(p_days, p_requests) AS c (day, requests)
            WHERE c.day >= day_of(month_start(p_now, 0)) GROUP BY 1
        ) d
    ) e
    WHERE e.unknown > 0;
    -- Its day is counted above, so it begins and ends at one time, in one day.
    INSERT INTO request (id, ledger_id, site_id, run, call, user_name, hash, sent_at, ended_at, outcome)
        SELECT nextval('ticket'), p_ledger, p_site, p_run, 0, '', '', p_now - a.age, p_now - a.age, 'asked alone'
        FROM (
            SELECT greatest(0, age) AS age FROM unnest(p_ages) age ORDER BY 1 LIMIT greatest(0,
                coalesce(cardinality(p_ages), 0) - (
                    SELECT count(*) FROM request
                    WHERE ledger_id IN (SELECT id FROM ledger) AND site_id = p_site
                        AND ended_at > p_now - minute()))
        ) a
        WHERE a.age < minute();
END $$;

-- Ends the requests whose lease has ended: they count as sent until then.
CREATE FUNCTION hashdrop.end_leases(p_now bigint) RETURNS void LANGUAGE plpgsql
SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_flight record;
BEGIN
    -- What another transaction is ending is its own affair; waiting for it could be mutual.
    FOR v_flight IN
        DELETE FROM flight WHERE hash IN (
            SELECT hash FROM flight WHERE lease_until <= p_now ORDER BY hash FOR UPDATE SKIP LOCKED)
        RETURNING hash, ticket, lease_until
    LOOP
        UPDATE request SET ended_at = v_flight.lease_until, outcome = 'lease ended'
            WHERE id = v_flight.ticket AND ended_at IS NULL;
        PERFORM notify(v_flight.hash);
    END LOOP;
END $$;

-- Spends requests in advance, for a site that the server may be away from.
--
-- The slice is good for p_valid at most, and ends ten minutes before the day: what it sends arrives in the day
-- that has paid for it. It is the share of the day's limit for that time, and the share of each minute.
CREATE FUNCTION hashdrop.take_slice(
    p_version bigint, p_site text, p_run bigint, p_call bigint, p_done bigint, p_share double precision,
    p_valid bigint, p_minute bigint, p_day bigint, p_month bigint,
    OUT id bigint, OUT requests bigint, OUT per_minute bigint, OUT valid bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    v_site bigint;
    v_ledger bigint;
    v_now bigint;
    v_room record;
    v_held bigint;
BEGIN
    SELECT c.site_id, c.ledger_id INTO v_site, v_ledger FROM caller(p_version, p_site, p_run, p_done) c;
    PERFORM FROM ledger l WHERE l.id = v_ledger FOR NO KEY UPDATE;
    v_now := hashdrop.now();
    PERFORM end_leases(v_now);
    valid := least(p_valid, (day_of(v_now) + 1) * 86400000 - lease() - v_now);
    requests := 0;
    per_minute := 0;
    IF valid <= 0 THEN RETURN; END IF;
    IF p_minute > 0 THEN
        -- Nothing that another site may already use is promised.
        SELECT coalesce(sum(u.held), 0) INTO v_held FROM minute_use(v_ledger, v_now) u
            WHERE u.site_id <> v_site;
        per_minute := least(floor(p_share * p_minute), p_minute - v_held);
        IF per_minute <= 0 THEN
            per_minute := 0;
            RETURN;
        END IF;
    END IF;
    v_room := room(v_ledger, v_site, v_now, 0, p_day, p_month);
    requests := least(
        v_room.room, 1048576,
        CASE WHEN p_day > 0 THEN floor(p_share * p_day * valid / 86400000.0)::bigint END,
        CASE WHEN p_minute > 0 THEN per_minute * (valid / 60000 + 1) END);
    IF requests <= 0 THEN
        requests := 0;
        RETURN;
    END IF;
    INSERT INTO slice (ledger_id, site_id, run, requests, per_minute, taken_at, until)
        VALUES (v_ledger, v_site, p_run, requests, per_minute, v_now, v_now + valid)
        RETURNING slice.id INTO id;
    PERFORM spend(v_ledger, v_site, day_of(v_now), requests);
    UPDATE site SET call = greatest(call, p_call) WHERE site.id = v_site;
END $$;

-- Gives back what is left of slices, of which p_sent requests were sent; the site sends no more of them. To do it
-- again changes nothing.
CREATE FUNCTION hashdrop.give_back(
    p_version bigint, p_site text, p_run bigint, p_slices bigint[], p_sent bigint[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_site bigint;
    v_ledger bigint;
    v_now bigint;
    v_slice record;
BEGIN
    SELECT c.site_id, c.ledger_id INTO v_site, v_ledger FROM caller(p_version, p_site, p_run, NULL) c;
    PERFORM FROM ledger l WHERE l.id = v_ledger FOR NO KEY UPDATE;
    v_now := hashdrop.now();
    FOR v_slice IN
        SELECT s.*, g.sent FROM unnest(p_slices, p_sent) AS g (id, sent) JOIN slice s ON s.id = g.id
        WHERE s.site_id = v_site AND s.run = p_run AND s.requests > g.sent
    LOOP
        UPDATE request_day SET requests = requests - (v_slice.requests - v_slice.sent)
            WHERE ledger_id = v_slice.ledger_id AND day = day_of(v_slice.taken_at) AND site_id = v_site;
        UPDATE slice SET requests = v_slice.sent, until = least(until, v_now) WHERE id = v_slice.id;
    END LOOP;
END $$;
