-- How requests ended.

-- Records endings; element by element of the arrays.
--
-- p_flags: 1 the request may have left the site's machine, else it is given back; 2 there is an answer;
-- 4 VirusTotal knows the file; 8 … 1024 the file has the eight values that may be missing, in their order
-- below. p_ages: how long ago it ended. p_pauses: for how long no site may ask; 0 for not at all.
--
-- It may be called again with the same endings when it is not known whether the first call arrived.
CREATE FUNCTION hashdrop.record(
    p_version bigint, p_site text, p_tickets bigint[], p_hashes bytea[], p_outcomes text[], p_flags bigint[],
    p_ages bigint[], p_pauses bigint[], p_md5s bytea[], p_sha1s bytea[], p_sha256s bytea[],
    p_last_analyses bigint[], p_first_submissions bigint[], p_names text[], p_types text[], p_sizes bigint[],
    p_threat_labels text[], p_reputations bigint[], p_facts bytea[], p_detection_counts bigint[],
    p_engine_counts bigint[], p_engines bytea[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_site bigint;
    v_ledger bigint;
    v_now bigint;
    v_ending record;
    v_accepted bigint[] := '{}';
    v_hash bytea;
BEGIN
    SELECT c.site_id, c.ledger_id INTO v_site, v_ledger FROM caller(p_version, p_site, NULL, NULL) c;
    v_now := hashdrop.now();
    FOR v_ending IN
        SELECT * FROM unnest(p_tickets, p_hashes, p_outcomes, p_flags, p_ages, p_pauses) WITH ORDINALITY
            AS e (ticket, hash, outcome, flags, age, pause, place) ORDER BY hash, ticket
    LOOP
        IF end_request(v_site, v_now, v_ending.ticket, v_ending.hash, v_ending.outcome,
            v_ending.flags & 1 <> 0, v_ending.age) THEN
            v_accepted := v_accepted || v_ending.place;
        END IF;
        IF v_ending.pause > 0 THEN
            INSERT INTO mood AS m (ledger_id, until, reason, site_id)
                VALUES (v_ledger, v_now - v_ending.age + v_ending.pause, v_ending.outcome, v_site)
                ON CONFLICT (ledger_id) DO UPDATE SET until = excluded.until, reason = excluded.reason,
                    site_id = excluded.site_id WHERE m.until < excluded.until;
        END IF;
    END LOOP;

    PERFORM store_answers(
        v_now, p_hashes,
        ARRAY(
            SELECT CASE WHEN place = ANY (v_accepted) THEN flags ELSE 0 END
            FROM unnest(p_flags) WITH ORDINALITY AS e (flags, place) ORDER BY place),
        p_ages, p_md5s, p_sha1s, p_sha256s, p_last_analyses, p_first_submissions, p_names, p_types, p_sizes,
        p_threat_labels, p_reputations, p_facts, p_detection_counts, p_engine_counts, p_engines);

    -- Hints for the sites that wait for one of them.
    FOR v_hash IN
        SELECT DISTINCT n.hash FROM unnest(p_hashes, p_flags, p_sha256s) AS e (hash, flags, sha256)
            CROSS JOIN unnest(
                CASE WHEN e.flags & 4 <> 0 THEN ARRAY[e.hash, e.sha256] ELSE ARRAY[e.hash] END) AS n (hash)
    LOOP
        PERFORM notify(v_hash);
    END LOOP;
END $$;

-- Stores the answers among the elements, by flags as record has them; p_ages says how long ago each was given.
-- What was told later stays.
CREATE FUNCTION hashdrop.store_answers(
    p_now bigint, p_hashes bytea[], p_flags bigint[], p_ages bigint[], p_md5s bytea[], p_sha1s bytea[],
    p_sha256s bytea[], p_last_analyses bigint[], p_first_submissions bigint[], p_names text[], p_types text[],
    p_sizes bigint[], p_threat_labels text[], p_reputations bigint[], p_facts bytea[],
    p_detection_counts bigint[], p_engine_counts bigint[], p_engines bytea[]
) RETURNS void LANGUAGE plpgsql SET search_path = hashdrop, pg_temp AS $$
BEGIN
    -- In the order of their names, so that two transactions never wait for each other.
    INSERT INTO file AS f (md5, sha1, sha256, last_analysis_at, first_submitted_at, name, type, size_bytes,
        threat_label, reputation, facts, detection_count, engine_count, engines)
    SELECT md5, sha1, sha256,
        CASE WHEN flags & 8 <> 0 THEN last_analysis END, CASE WHEN flags & 16 <> 0 THEN first_submission END,
        CASE WHEN flags & 32 <> 0 THEN name END, CASE WHEN flags & 64 <> 0 THEN type END,
        CASE WHEN flags & 128 <> 0 THEN size END, CASE WHEN flags & 256 <> 0 THEN threat_label END,
        CASE WHEN flags & 512 <> 0 THEN reputation END, CASE WHEN flags & 1024 <> 0 THEN facts END,
        detection_count, engine_count, engines
    FROM (
        SELECT DISTINCT ON (sha256) *
        FROM unnest(p_flags, p_ages, p_md5s, p_sha1s, p_sha256s, p_last_analyses,
            p_first_submissions, p_names, p_types, p_sizes, p_threat_labels, p_reputations, p_facts,
            p_detection_counts, p_engine_counts, p_engines) WITH ORDINALITY
            AS e (flags, age, md5, sha1, sha256, last_analysis, first_submission, name, type, size,
                threat_label, reputation, facts, detection_count, engine_count, engines, place)
        WHERE flags & 6 = 6 ORDER BY sha256, age
    ) e
    ORDER BY sha256
    ON CONFLICT (sha256) DO UPDATE SET md5 = excluded.md5, sha1 = excluded.sha1,
        last_analysis_at = excluded.last_analysis_at, first_submitted_at = excluded.first_submitted_at,
        name = excluded.name, type = excluded.type, size_bytes = excluded.size_bytes,
        threat_label = excluded.threat_label, reputation = excluded.reputation, facts = excluded.facts,
        detection_count = excluded.detection_count, engine_count = excluded.engine_count,
        engines = excluded.engines
    WHERE NOT EXISTS (
        SELECT FROM answer a JOIN unnest(p_sha256s, p_ages) AS e (sha256, age) ON e.sha256 = a.hash
        WHERE a.hash = excluded.sha256 AND a.file_id IS NOT NULL AND a.asked_at > p_now - e.age);
    INSERT INTO answer AS a (hash, file_id, asked_at)
    SELECT DISTINCT ON (n.hash) n.hash, f.id, p_now - e.age
    FROM unnest(p_hashes, p_flags, p_ages, p_md5s, p_sha1s, p_sha256s) WITH ORDINALITY
            AS e (hash, flags, age, md5, sha1, sha256, place)
        LEFT JOIN file f ON e.flags & 4 <> 0 AND f.sha256 = e.sha256
        CROSS JOIN unnest(
            CASE WHEN e.flags & 4 <> 0 THEN ARRAY[e.md5, e.sha1, e.sha256] ELSE ARRAY[e.hash] END) AS n (hash)
    WHERE e.flags & 2 <> 0
    ORDER BY n.hash, e.age
    ON CONFLICT (hash) DO UPDATE SET file_id = excluded.file_id, asked_at = excluded.asked_at
        WHERE a.asked_at <= excluded.asked_at;
END $$;

-- Ends one request. Returns whether an answer to it is taken: not to what the site has not asked.
CREATE FUNCTION hashdrop.end_request(
    p_site bigint, p_now bigint, p_ticket bigint, p_hash bytea, p_outcome text, p_was_sent boolean,
    p_age bigint
) RETURNS boolean LANGUAGE plpgsql SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_slice slice;
BEGIN
    IF p_ticket < 0 THEN
        IF NOT p_was_sent THEN RETURN false; END IF;
        SELECT * INTO v_slice FROM slice
            WHERE id = -p_ticket >> 20 AND site_id = p_site AND -p_ticket & 1048575 < requests;
        IF NOT FOUND THEN RETURN false; END IF;
        INSERT INTO request (id, ledger_id, site_id, run, call, user_name, hash, sent_at, ended_at, outcome)
            VALUES (p_ticket, v_slice.ledger_id, p_site, 0, 0, '', p_hash, p_now - p_age, p_now - p_age,
                p_outcome)
            ON CONFLICT (id) DO NOTHING;
        RETURN EXISTS (SELECT FROM request WHERE id = p_ticket AND hash = p_hash);
    END IF;
    IF NOT EXISTS (SELECT FROM request WHERE id = p_ticket AND site_id = p_site AND hash = p_hash) THEN
        RETURN false;
    END IF;
    IF NOT p_was_sent THEN
        -- What has ended was sent.
        PERFORM withdraw(id) FROM request
            WHERE id = p_ticket AND (ended_at IS NULL OR outcome = 'lease ended');
        RETURN false;
    END IF;
    DELETE FROM flight WHERE hash = p_hash AND ticket = p_ticket;
    -- After its lease it may still end, and counts from then.
    UPDATE request SET ended_at = greatest(sent_at, p_now - p_age), outcome = p_outcome
        WHERE id = p_ticket AND (ended_at IS NULL OR outcome = 'lease ended');
    RETURN true;
END $$;
