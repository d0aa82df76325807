-- Functions are of one version: a migration makes them again.
DO $$
DECLARE
    v_function text;
BEGIN
    FOR v_function IN
        SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'hashdrop'::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || v_function;
    END LOOP;
    DROP TYPE IF EXISTS hashdrop.found, hashdrop.ages;
END $$;
