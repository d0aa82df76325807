extension Schema {
    static let outbox = """
        -- What the daemon delivers by, and which events go there whosever list it is; of mail none, which
        -- goes by subscription. Empty where nothing is told.
        CREATE TABLE notificationChannel (
            name TEXT PRIMARY KEY NOT NULL CHECK (name IN ('hook', 'webhook', 'mail')),
            -- In the form 'malicious,refused'.
            events TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE subscription (
            user TEXT PRIMARY KEY NOT NULL REFERENCES user(name) ON DELETE CASCADE,
            address TEXT NOT NULL,
            events TEXT NOT NULL,
            -- 0 for a mail each.
            digestSeconds INTEGER NOT NULL DEFAULT 0 CHECK (digestSeconds >= 0)
        ) STRICT, WITHOUT ROWID;

        -- The outbox: written with what it tells of, in one transaction.
        CREATE TABLE notification (
            id INTEGER PRIMARY KEY,
            -- By which a receiver knows one that comes again.
            name TEXT NOT NULL UNIQUE,
            channel TEXT NOT NULL CHECK (channel IN ('hook', 'webhook', 'mail')),
            -- Whose subscription it is for.
            recipient TEXT CHECK ((recipient IS NOT NULL) = (channel = 'mail')),
            facts TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            dueAt INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            lastError TEXT,
            -- 0 waiting. 1 delivered. 2 given up.
            state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 2),
            -- The first notification of the mail that it goes with; it stays so when that is sent again.
            digest INTEGER
        ) STRICT;
        CREATE INDEX notificationDue ON notification (channel, dueAt) WHERE state = 0;
        CREATE INDEX notificationOf ON notification (recipient, id) WHERE state = 0 AND recipient IS NOT NULL;
        CREATE INDEX notificationOld ON notification (createdAt) WHERE state <> 0;
        -- A later user of the same name is not told of what was this one's.
        CREATE TRIGGER subscriptionEnded AFTER DELETE ON subscription BEGIN
            DELETE FROM notification WHERE recipient = old.user AND state = 0;
        END;

        -- Since when running jobs have had no answer, as it was last looked.
        CREATE TABLE jobProgress (
            jobID INTEGER PRIMARY KEY REFERENCES job(id) ON DELETE CASCADE,
            openCount INTEGER NOT NULL,
            movedAt INTEGER NOT NULL,
            isTold INTEGER NOT NULL DEFAULT 0 CHECK (isTold IN (0, 1))
        ) STRICT;
        """
}
