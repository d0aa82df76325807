-- Answers of a daemon that was alone, and back with spent requests. For the owner alone: a site may neither write
-- answers that it has not asked, nor read all that others have asked.

-- Takes answers over, element by element of the arrays; p_asked_at is by the server's clock.
CREATE FUNCTION hashdrop.import_answers(
    p_version bigint, p_asked_at bigint[], p_hashes bytea[], p_flags bigint[], p_md5s bytea[], p_sha1s bytea[],
    p_sha256s bytea[], p_last_analyses bigint[], p_first_submissions bigint[], p_names text[], p_types text[],
    p_sizes bigint[], p_threat_labels text[], p_reputations bigint[], p_facts bytea[],
    p_detection_counts bigint[], p_engine_counts bigint[], p_engines bytea[]
) RETURNS void LANGUAGE plpgsql SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_now bigint := hashdrop.now();
BEGIN
    PERFORM check_version(p_version);
    PERFORM store_answers(
        v_now, p_hashes, p_flags,
        -- What is from the future would be fresh for too long.
        ARRAY(
            SELECT greatest(0, v_now - e.asked_at)
            FROM unnest(p_asked_at) WITH ORDINALITY AS e (asked_at, place) ORDER BY e.place),
        p_md5s, p_sha1s, p_sha256s, p_last_analyses, p_first_submissions, p_names, p_types, p_sizes,
        p_threat_labels, p_reputations, p_facts, p_detection_counts, p_engine_counts, p_engines);
END $$;

-- Answers in the order of their hashes, after one; their ages at p_now. A file's three names come as one, unless
-- their answers differ.
CREATE FUNCTION hashdrop.export_answers(p_version bigint, p_now bigint, p_after bytea, p_limit bigint)
RETURNS SETOF hashdrop.found LANGUAGE plpgsql SET search_path = hashdrop, pg_temp AS $$
BEGIN
    PERFORM check_version(p_version);
    RETURN QUERY SELECT a.hash, p_now - a.asked_at, f.md5, f.sha1, f.sha256, f.last_analysis_at,
        f.first_submitted_at, f.name, f.type, f.size_bytes, f.threat_label, f.reputation, f.detection_count,
        f.engine_count, f.engines, f.facts
    FROM answer a LEFT JOIN file f ON f.id = a.file_id
    WHERE a.hash > p_after AND (f.id IS NULL OR a.hash = f.sha256 OR NOT EXISTS (
        SELECT FROM answer m WHERE m.hash = f.sha256 AND m.file_id = f.id AND m.asked_at = a.asked_at))
    ORDER BY a.hash LIMIT p_limit;
END $$;

-- How long other sites of the key may still send what they have taken ahead, or what they have sent of it counts
-- in a minute; NULL if none may. A site that is cut off does so without a sign of life.
CREATE FUNCTION hashdrop.slices_end(p_version bigint, p_site text) RETURNS bigint LANGUAGE plpgsql
SET search_path = hashdrop, pg_temp AS $$
DECLARE
    v_site site;
BEGIN
    PERFORM check_version(p_version);
    SELECT * INTO STRICT v_site FROM site s WHERE s.name = p_site;
    RETURN (
        SELECT max(l.until) + lease() + minute() - hashdrop.now()
        FROM slice l JOIN site t ON t.id = l.site_id
        WHERE l.ledger_id = v_site.ledger_id AND t.id <> v_site.id AND l.run = t.run
        HAVING max(l.until) + lease() + minute() > hashdrop.now());
END $$;

-- How many requests the site and the others of its key have spent in each day; of the others also those that
-- ended in a later day than they began, once more in that day.
CREATE FUNCTION hashdrop.export_requests(p_version bigint, p_site text)
RETURNS TABLE (day bigint, own bigint, others bigint) LANGUAGE plpgsql
SET search_path = hashdrop, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_now bigint := hashdrop.now();
    v_site site;
BEGIN
    PERFORM check_version(p_version);
    SELECT * INTO STRICT v_site FROM site s WHERE s.name = p_site;
    RETURN QUERY SELECT e.day,
        coalesce(sum(e.requests) FILTER (WHERE e.site_id = v_site.id), 0)::bigint,
        coalesce(sum(e.requests) FILTER (WHERE e.site_id <> v_site.id), 0)::bigint
    FROM (
        SELECT d.day, d.site_id, d.requests FROM request_day d WHERE d.ledger_id = v_site.ledger_id
        UNION ALL
        SELECT r.end_day, r.site_id, count(*) FROM (
            SELECT q.site_id, q.sent_at,
                day_of(least(coalesce(q.ended_at, v_now), q.sent_at + lease())) AS end_day
            FROM request q
            WHERE q.ledger_id = v_site.ledger_id AND q.site_id <> v_site.id AND q.id > 0
        ) r
        WHERE r.end_day > day_of(r.sent_at) GROUP BY r.end_day, r.site_id
    ) e
    GROUP BY e.day ORDER BY e.day;
END $$;
