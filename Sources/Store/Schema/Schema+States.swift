extension Schema {
    /// How many jobs are shown, by state: asked at each scrape, without a look at each of a million.
    static let totalsOfStates = """
        CREATE TABLE stateTotal (
            state TEXT PRIMARY KEY NOT NULL,
            jobs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO stateTotal SELECT state, count(*) FROM job WHERE stage = 1 GROUP BY state;
        CREATE TRIGGER jobShown AFTER INSERT ON job WHEN new.stage = 1 BEGIN
            INSERT INTO stateTotal VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET jobs = jobs + 1;
        END;
        CREATE TRIGGER jobShownOtherwise AFTER UPDATE OF stage, state ON job
        WHEN (old.stage = 1 OR new.stage = 1) AND (old.stage <> new.stage OR old.state <> new.state) BEGIN
            UPDATE stateTotal SET jobs = jobs - 1 WHERE state = old.state AND old.stage = 1;
            INSERT INTO stateTotal SELECT new.state, 1 WHERE new.stage = 1
            ON CONFLICT (state) DO UPDATE SET jobs = jobs + 1;
        END;
        CREATE TRIGGER jobNoLongerShown AFTER DELETE ON job WHEN old.stage = 1 BEGIN
            UPDATE stateTotal SET jobs = jobs - 1 WHERE state = old.state;
        END;
        """
}
