-- Reserve, record, read.

CREATE TYPE hashdrop.found AS (
    hash bytea, age bigint, md5 bytea, sha1 bytea, sha256 bytea, last_analysis_at bigint,
    first_submitted_at bigint, name text, type text, size_bytes bigint, threat_label text, reputation bigint,
    detection_count bigint, engine_count bigint, engines bytea, facts bytea
);

-- The fresh answers to hashes.
CREATE FUNCTION hashdrop.fresh_answers(p_now bigint, p_hashes bytea[], p_ages hashdrop.ages[])
RETURNS SETOF hashdrop.found LANGUAGE sql SET search_path = hashdrop, pg_temp AS $$
    SELECT w.hash, p_now - a.asked_at, f.md5, f.sha1, f.sha256, f.last_analysis_at, f.first_submitted_at,
        f.name, f.type, f.size_bytes, f.threat_label, f.reputation, f.detection_count, f.engine_count,
        f.engines, f.facts
    FROM unnest(p_hashes) WITH ORDINALITY AS w (hash, place)
        JOIN answer a ON a.hash = w.hash LEFT JOIN file f ON f.id = a.file_id
    WHERE is_fresh(
        p_now, a.asked_at, f.first_submitted_at, f.last_analysis_at, f.detection_count, f.engine_count,
        p_ages[w.place])
$$;

CREATE FUNCTION hashdrop.answers(
    p_version bigint, p_site text, p_hashes bytea[], p_ages hashdrop.ages
) RETURNS SETOF hashdrop.found LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
BEGIN
    PERFORM caller(p_version, p_site, NULL, NULL);
    RETURN QUERY SELECT * FROM fresh_answers(
        hashdrop.now(), p_hashes, array_fill(p_ages, ARRAY[cardinality(p_hashes)]));
END $$;

-- Reserves requests for hashes, in the caller's order, which is that of their urgency; each hash once. For
-- each it says: "send" with a ticket, "answered" (the answer follows), "asked" by another until `wait`, or
-- "wait" for so long, for a cause: the period that is used up, "pause" and its reason, or another site's
-- "turn".
--
-- p_call counts the calls of the run, p_done is the newest whose result came, and p_lost are those whose result
-- never came: what they reserved was not sent, and is given back.
CREATE FUNCTION hashdrop.reserve(
    p_version bigint, p_site text, p_run bigint, p_call bigint, p_done bigint, p_lost bigint[],
    p_hashes bytea[], p_users text[], p_ages hashdrop.ages[], p_minute bigint, p_day bigint, p_month bigint
) RETURNS TABLE (
    place bigint, result text, ticket bigint, wait bigint, cause text, answer hashdrop.found
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_site bigint;
    v_ledger bigint;
    v_now bigint;
    v_ticket bigint;
    v_open bytea[];
    v_chosen bytea[];
    v_room record;
    v_granted bigint;
    v_wait bigint;
    v_cause text;
    v_pause mood;
    v_sent bigint;
BEGIN
    SELECT c.site_id, c.ledger_id INTO v_site, v_ledger FROM caller(p_version, p_site, p_run, p_done) c;
    PERFORM FROM ledger WHERE id = v_ledger FOR NO KEY UPDATE;
    v_now := hashdrop.now();
    PERFORM end_leases(v_now);
    FOR v_ticket IN
        SELECT id FROM request
        WHERE site_id = v_site AND run = p_run AND call = ANY (p_lost) AND ended_at IS NULL
    LOOP
        PERFORM withdraw(v_ticket);
    END LOOP;

    SELECT coalesce(array_agg(w.hash ORDER BY w.place), '{}') INTO v_open
    FROM unnest(p_hashes) WITH ORDINALITY AS w (hash, place)
    WHERE NOT EXISTS (SELECT FROM flight f WHERE f.hash = w.hash)
        AND w.hash NOT IN (SELECT a.hash FROM fresh_answers(v_now, p_hashes, p_ages) a);

    v_room := room(v_ledger, v_site, v_now, p_minute, p_day, p_month);
    v_granted := v_room.room;
    v_wait := v_room.wait;
    v_cause := v_room.period;
    IF v_granted > 0 AND p_minute > 0 AND cardinality(v_open) > 0 THEN
        v_granted := least(
            v_granted, share(v_ledger, v_site, v_now, v_room.minute_room, cardinality(v_open)));
        IF v_granted < v_room.room AND v_granted < cardinality(v_open) THEN
            -- Another site's turn: it may not use it.
            v_wait := 500;
            v_cause := 'turn';
        END IF;
    END IF;
    SELECT * INTO v_pause FROM mood WHERE ledger_id = v_ledger AND until > v_now;
    IF FOUND THEN
        v_granted := 0;
        v_wait := v_pause.until - v_now;
        v_cause := 'pause ' || v_pause.reason;
    END IF;

    v_chosen := v_open[1:v_granted];
    -- In the order of hashes, so that two ledgers never wait for each other.
    INSERT INTO flight (hash, ticket, site_id, lease_until)
        SELECT hash, nextval('ticket'), v_site, v_now + lease() FROM unnest(v_chosen) hash ORDER BY hash
        ON CONFLICT (hash) DO NOTHING;
    -- Once more: the flight may have come free because its answer came, while the insertion waited for that.
    DELETE FROM flight WHERE site_id = v_site AND hash = ANY (v_chosen)
        AND hash IN (SELECT a.hash FROM fresh_answers(v_now, p_hashes, p_ages) a);
    INSERT INTO request (id, ledger_id, site_id, run, call, user_name, hash, sent_at)
        SELECT f.ticket, v_ledger, v_site, p_run, p_call, w.user_name, f.hash, v_now
        FROM unnest(p_hashes, p_users) AS w (hash, user_name) JOIN flight f ON f.hash = w.hash
        WHERE f.site_id = v_site AND f.hash = ANY (v_chosen);
    GET DIAGNOSTICS v_sent = ROW_COUNT;
    IF v_sent > 0 THEN
        PERFORM spend(v_ledger, v_site, day_of(v_now), v_sent);
        PERFORM take_turns(v_ledger, v_site, v_now, v_sent);
    END IF;
    UPDATE site SET call = greatest(call, p_call), seen_at = v_now WHERE id = v_site;

    RETURN QUERY
    SELECT w.place,
        CASE WHEN r.id IS NOT NULL THEN 'send' WHEN a.hash IS NOT NULL THEN 'answered'
            WHEN f.hash IS NOT NULL THEN 'asked' ELSE 'wait' END,
        r.id,
        CASE WHEN f.hash IS NOT NULL THEN f.lease_until - v_now
            -- The other's flight has just ended, without an answer.
            WHEN w.hash = ANY (v_chosen) THEN 0 ELSE v_wait END,
        CASE WHEN f.hash IS NULL AND w.hash <> ALL (v_chosen) THEN v_cause END,
        CASE WHEN a.hash IS NOT NULL THEN a END
    FROM unnest(p_hashes) WITH ORDINALITY AS w (hash, place)
        LEFT JOIN flight f ON f.hash = w.hash
        LEFT JOIN request r ON r.id = f.ticket AND r.site_id = v_site AND r.run = p_run AND r.call = p_call
        LEFT JOIN fresh_answers(v_now, p_hashes, p_ages) a ON a.hash = w.hash
    ORDER BY w.place;
END $$;

-- Forgets answers that are older than the caller keeps them, and files that have none any more; some at a time.
-- No site may forget what is younger than two days: the cache is everyone's. Returns how many answers went.
CREATE FUNCTION hashdrop.forget(p_version bigint, p_site text, p_keep bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_before bigint := hashdrop.now() - greatest(p_keep, 2 * 86400000);
    v_count bigint;
    v_files bigint[];
BEGIN
    PERFORM caller(p_version, p_site, NULL, NULL);
    WITH old AS (
        DELETE FROM answer WHERE hash IN (
            SELECT hash FROM answer WHERE asked_at < v_before ORDER BY asked_at LIMIT 1000
            FOR UPDATE SKIP LOCKED)
        RETURNING file_id
    )
    SELECT count(*), coalesce(array_agg(DISTINCT file_id), '{}') INTO v_count, v_files FROM old;
    -- A file that is locked is being recorded, and so has an answer.
    v_files := ARRAY(SELECT id FROM file WHERE id = ANY (v_files) ORDER BY id FOR UPDATE SKIP LOCKED);
    DELETE FROM file WHERE id = ANY (v_files) AND NOT EXISTS (SELECT FROM answer WHERE file_id = file.id);
    RETURN v_count;
END $$;
