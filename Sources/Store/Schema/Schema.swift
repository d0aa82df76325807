import GRDB

/// The tables, their constraints and how older files become newer ones.
///
/// Times are milliseconds since 1970 (UTC). Hashes are their raw bytes; 16, 20 or 32 of them tell the kind.
enum Schema {
    /// Written to `user_version`; a file with a higher one is refused.
    static let version = 18

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(sql: tables1)
            try db.execute(sql: tablesOfSessions)
        }
        migrator.registerMigration("2") { db in try db.execute(sql: stagesOfJobs) }
        migrator.registerMigration("3") { db in try db.execute(sql: reasonsOfLists) }
        migrator.registerMigration("4") { db in try db.execute(sql: checksOfQuota) }
        migrator.registerMigration("5") { db in try db.execute(sql: clockOfLedger) }
        migrator.registerMigration("6") { db in try db.execute(sql: leapsOfClock) }
        migrator.registerMigration("7") { db in try db.execute(sql: devicesOfUsers) }
        migrator.registerMigration("8") { db in try db.execute(sql: bytesOfReports) }
        migrator.registerMigration("9") { db in try db.execute(sql: listsByHash) }
        migrator.registerMigration("10") { db in try db.execute(sql: totalsOfUsers) }
        migrator.registerMigration("11") { db in try db.execute(sql: outbox) }
        migrator.registerMigration("12") { db in try db.execute(sql: totalsOfStates) }
        migrator.registerMigration("13") { db in try db.execute(sql: factsOfFiles) }
        migrator.registerMigration("14") { db in try db.execute(sql: optionsOfLists) }
        migrator.registerMigration("15") { db in try db.execute(sql: listsByName) }
        migrator.registerMigration("16") { db in try db.execute(sql: allowedFiles) }
        migrator.registerMigration("17") { db in try db.execute(sql: memoryOfLists) }
        migrator.registerMigration("18") { db in try db.execute(sql: changesOfLists) }
        return migrator
    }

    private static let tables1 = """
        CREATE TABLE meta (
            key TEXT PRIMARY KEY NOT NULL,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE user (
            name TEXT PRIMARY KEY NOT NULL CHECK (length(name) BETWEEN 1 AND 32),
            isAdministrator INTEGER NOT NULL DEFAULT 0 CHECK (isAdministrator IN (0, 1)),
            weight INTEGER NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 100),
            passwordHash TEXT,
            createdAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- One row a file that VirusTotal knows; `answer` maps its three names to it.
        CREATE TABLE file (
            id INTEGER PRIMARY KEY,
            md5 BLOB NOT NULL CHECK (length(md5) = 16),
            sha1 BLOB NOT NULL CHECK (length(sha1) = 20),
            sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
            lastAnalysisAt INTEGER,
            firstSubmittedAt INTEGER,
            name TEXT,
            type TEXT,
            sizeBytes INTEGER,
            threatLabel TEXT,
            reputation INTEGER,
            detectionCount INTEGER NOT NULL CHECK (detectionCount >= 0),
            engineCount INTEGER NOT NULL CHECK (engineCount >= detectionCount),
            engines TEXT NOT NULL
        ) STRICT;

        -- The verdict cache: what VirusTotal said when it was asked for this hash or for another name of the
        -- same file. No file means: unknown to VirusTotal.
        CREATE TABLE answer (
            hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) IN (16, 20, 32)),
            fileID INTEGER REFERENCES file(id),
            askedAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX answerOfFile ON answer (fileID);

        CREATE TABLE job (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            user TEXT NOT NULL,
            droppedName BLOB NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('running', 'done', 'refused', 'cancelled')),
            reason TEXT,
            receivedAt INTEGER NOT NULL,
            finishedAt INTEGER CHECK ((finishedAt IS NULL) = (state = 'running')),
            inputBytes INTEGER NOT NULL DEFAULT 0,
            inputSHA256 BLOB CHECK (length(inputSHA256) = 32),
            evidence TEXT NOT NULL,
            hashCount INTEGER NOT NULL DEFAULT 0,
            -- Rows that have neither an answer nor a reason why there is none.
            openCount INTEGER NOT NULL DEFAULT 0 CHECK (openCount BETWEEN 0 AND hashCount),
            duplicateCount INTEGER NOT NULL DEFAULT 0,
            unusableCount INTEGER NOT NULL DEFAULT 0,
            requestsSent INTEGER NOT NULL DEFAULT 0,
            savedByCache INTEGER NOT NULL DEFAULT 0,
            savedByAlias INTEGER NOT NULL DEFAULT 0,
            savedBySharing INTEGER NOT NULL DEFAULT 0,
            -- Rows by verdict as last reported, in the form 'malicious 3,clean 1'.
            words TEXT NOT NULL DEFAULT '',
            -- Whether the final report stands in the report folder.
            isPublished INTEGER NOT NULL DEFAULT 0 CHECK (isPublished IN (0, 1))
        ) STRICT;
        CREATE INDEX jobOfUser ON job (user, receivedAt);
        CREATE INDEX jobUnpublished ON job (id) WHERE isPublished = 0;

        CREATE TABLE jobHash (
            jobID INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) IN (16, 20, 32)),
            -- 0 open: to be asked. 1 alias: its primary (leader), a stronger hash of the line, is first.
            -- 2 answered. 3 failed: the reason says why.
            state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
            leader BLOB CHECK ((leader IS NOT NULL) = (state = 1)),
            -- Whether the list's structure, not only the line, says that it is the primary's file.
            isLeadersFile INTEGER NOT NULL DEFAULT 0 CHECK (isLeadersFile IN (0, 1)),
            -- The hash that was asked instead, where the answer stands under that one only.
            askedAs BLOB,
            reason TEXT CHECK ((reason IS NOT NULL) = (state = 3)),
            line INTEGER NOT NULL,
            occurrences INTEGER NOT NULL DEFAULT 1,
            comment TEXT,
            PRIMARY KEY (jobID, position)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX jobHashOnce ON jobHash (jobID, hash);
        -- The two questions of a running job: whom does this answer serve, and what is to be asked next?
        CREATE INDEX jobHashWanted ON jobHash (hash) WHERE state < 2;
        CREATE INDEX jobHashOpen ON jobHash (jobID, hash) WHERE state = 0;
        CREATE INDEX jobHashFollowing ON jobHash (jobID, leader) WHERE state = 1;

        CREATE TABLE unusableLine (
            jobID INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE,
            line INTEGER NOT NULL,
            text TEXT NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;
        CREATE INDEX unusableLineOfJob ON unusableLine (jobID, line);

        -- A hash whose last attempt failed and that is tried again.
        CREATE TABLE retry (
            hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) IN (16, 20, 32)),
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            failedAt INTEGER NOT NULL,
            notBefore INTEGER NOT NULL,
            reason TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- The quota ledger: every request, written before it is sent. Old rows go, the days' sums stay.
        CREATE TABLE request (
            id INTEGER PRIMARY KEY,
            sentAt INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) IN (16, 20, 32)),
            jobID INTEGER REFERENCES job(id) ON DELETE SET NULL,
            -- Both empty while in flight, and for ever if the daemon died meanwhile.
            endedAt INTEGER,
            outcome TEXT,
            CHECK ((endedAt IS NULL) = (outcome IS NULL))
        ) STRICT;
        CREATE INDEX requestSentAt ON request (sentAt);
        CREATE INDEX requestOfJob ON request (jobID);

        CREATE TABLE requestDay (
            -- Days since 1970-01-01, UTC.
            day INTEGER PRIMARY KEY NOT NULL,
            requests INTEGER NOT NULL CHECK (requests > 0)
        ) STRICT;
        """

    private static let stagesOfJobs = """
        -- 0 its list is being read, slice by slice. 1 complete. 2 it is being removed; its name is free.
        -- Only complete jobs are shown and asked for.
        ALTER TABLE job ADD COLUMN stage INTEGER NOT NULL DEFAULT 1 CHECK (stage IN (0, 1, 2));
        CREATE INDEX jobNotThere ON job (user) WHERE stage <> 1;
        """

    private static let reasonsOfLists = """
        -- Digests that are not looked up, by reason, in the form 'secret 3,identifier 1'.
        ALTER TABLE job ADD COLUMN passedOver TEXT NOT NULL DEFAULT '';
        -- What was done to the list's text, a sentence a line.
        ALTER TABLE job ADD COLUMN remarks TEXT NOT NULL DEFAULT '';
        ALTER TABLE unusableLine ADD COLUMN kind TEXT NOT NULL DEFAULT 'malformed';
        """

    private static let checksOfQuota = """
        -- The latest questions for the quota itself: VirusTotal counts them in the minute, and in no day.
        CREATE TABLE quotaCheck (
            id INTEGER PRIMARY KEY,
            sentAt INTEGER NOT NULL,
            endedAt INTEGER
        ) STRICT;
        """

    private static let clockOfLedger = """
        -- The ledger's clock, in milliseconds: the machine's uptime plus an offset. It never steps, and never
        -- runs ahead of the time that has passed since an earlier reading, across starts of the machine.
        CREATE TABLE ledgerClock (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            -- The start of the machine that the offset is for.
            bootID TEXT NOT NULL,
            offset INTEGER NOT NULL
        ) STRICT;
        INSERT INTO ledgerClock (id, bootID, offset) VALUES (1, '', 0);
        -- When a request ended, on the ledger's clock; unlike endedAt no step of the wall clock makes it old.
        ALTER TABLE request ADD COLUMN endedTick INTEGER;
        ALTER TABLE quotaCheck ADD COLUMN endedTick INTEGER;
        """

    private static let leapsOfClock = """
        -- The newest moment that was believed, and the machine's uptime then.
        CREATE TABLE clockMemory (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            wall INTEGER NOT NULL,
            uptime INTEGER NOT NULL,
            bootID TEXT NOT NULL
        ) STRICT;
        -- When a leap of the wall clock was last believed, on the ledger's clock; and the same of leaps while
        -- the machine was off, which may have been time.
        ALTER TABLE ledgerClock ADD COLUMN leapTick INTEGER;
        ALTER TABLE ledgerClock ADD COLUMN gapTick INTEGER;
        CREATE INDEX requestEndedTick ON request (endedTick);
        """

    private static let devicesOfUsers = """
        -- Browsers that a user has logged in from. The id itself stands only in the browser's cookie, here
        -- its SHA-256.
        CREATE TABLE device (
            idHash BLOB NOT NULL CHECK (length(idHash) = 32),
            user TEXT NOT NULL REFERENCES user(name) ON DELETE CASCADE,
            usedAt INTEGER NOT NULL,
            PRIMARY KEY (user, idHash)
        ) STRICT, WITHOUT ROWID;
        -- How many hashes of a user are to be asked, without a look at finished lists.
        CREATE INDEX jobRunning ON job (user, openCount) WHERE state = 'running';
        """

    /// The rows of the lists in the order of their hashes: what an answer, an alias or a refill asks for is a
    /// hash, and a list is written in that order. By position each slice of a long list would touch every
    /// page of the indexes.
    private static let listsByHash = """
        CREATE TABLE listedHash (
            jobID INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE,
            hash BLOB NOT NULL CHECK (length(hash) IN (16, 20, 32)),
            -- Its first place among the list's mentions, counted from 1.
            position INTEGER NOT NULL,
            state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
            leader BLOB CHECK ((leader IS NOT NULL) = (state = 1)),
            isLeadersFile INTEGER NOT NULL DEFAULT 0 CHECK (isLeadersFile IN (0, 1)),
            askedAs BLOB,
            reason TEXT CHECK ((reason IS NOT NULL) = (state = 3)),
            line INTEGER NOT NULL,
            occurrences INTEGER NOT NULL DEFAULT 1,
            comment TEXT,
            PRIMARY KEY (jobID, hash)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO listedHash (jobID, hash, position, state, leader, isLeadersFile, askedAs, reason, line,
                occurrences, comment)
            SELECT jobID, hash, position, state, leader, isLeadersFile, askedAs, reason, line, occurrences,
                comment
            FROM jobHash ORDER BY jobID, hash;
        DROP TABLE jobHash;
        ALTER TABLE listedHash RENAME TO jobHash;
        CREATE INDEX jobHashWanted ON jobHash (hash) WHERE state < 2;
        CREATE INDEX jobHashOpen ON jobHash (jobID, hash) WHERE state = 0;
        CREATE INDEX jobHashFollowing ON jobHash (jobID, leader) WHERE state = 1;
        -- Hashes to ask that other running jobs wanted already when this one came in.
        ALTER TABLE job ADD COLUMN sharedCount INTEGER NOT NULL DEFAULT 0;
        -- Outcomes that more jobs wait for than one transaction serves; nothing asks for these hashes
        -- meanwhile.
        CREATE TABLE pendingOutcome (
            hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) IN (16, 20, 32)),
            -- The hash that was asked; this one may be another name of its file.
            asked BLOB NOT NULL,
            -- Why there is no answer; empty if there is one.
            reason TEXT,
            endedAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    private static let bytesOfReports = """
        -- Bytes in the job's report folder when its last report was written; 0 before, and for jobs that
        -- were reported by an earlier version.
        ALTER TABLE job ADD COLUMN reportBytes INTEGER NOT NULL DEFAULT 0;
        -- What each user has, without a look at the jobs themselves.
        CREATE INDEX jobUse ON job (user, reportBytes);
        """

    /// What is asked of all jobs for a page, for the limits of one user and at each pick-up, without a look
    /// at each of a million.
    private static let totalsOfUsers = """
        CREATE TABLE userTotal (
            user TEXT PRIMARY KEY NOT NULL,
            jobs INTEGER NOT NULL,
            -- Those whose list is complete and that are not being removed (stage 1).
            shown INTEGER NOT NULL,
            reportBytes INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO userTotal
            SELECT user, count(*), sum(stage = 1), sum(reportBytes) FROM job GROUP BY user;
        CREATE TRIGGER jobAdded AFTER INSERT ON job BEGIN
            INSERT INTO userTotal VALUES (new.user, 1, new.stage = 1, new.reportBytes)
            ON CONFLICT (user) DO UPDATE SET jobs = jobs + 1, shown = shown + excluded.shown,
                reportBytes = reportBytes + excluded.reportBytes;
        END;
        CREATE TRIGGER jobChanged AFTER UPDATE OF stage, reportBytes ON job BEGIN
            UPDATE userTotal SET shown = shown + (new.stage = 1) - (old.stage = 1),
                reportBytes = reportBytes + new.reportBytes - old.reportBytes
            WHERE user = new.user;
        END;
        CREATE TRIGGER jobRemoved AFTER DELETE ON job BEGIN
            UPDATE userTotal SET jobs = jobs - 1, shown = shown - (old.stage = 1),
                reportBytes = reportBytes - old.reportBytes
            WHERE user = old.user;
            DELETE FROM userTotal WHERE user = old.user AND jobs = 0;
        END;
        DROP INDEX jobUse;
        -- All users' jobs, the newest first.
        CREATE INDEX jobByTime ON job (receivedAt);
        """

    private static let factsOfFiles = """
        -- What VirusTotal tells beside the engines' findings (`FileFacts`); null if it was asked before facts
        -- were kept.
        ALTER TABLE file ADD COLUMN facts TEXT;
        """

    private static let optionsOfLists = """
        -- What the list itself sets (`JobOptions`), as JSON; null if it sets nothing.
        ALTER TABLE job ADD COLUMN options TEXT;
        """

    private static let listsByName = """
        -- The list of the same name before, without a look at all others of its user.
        CREATE INDEX jobDoneByList ON job (user, droppedName, receivedAt) WHERE state = 'done';
        """

    private static let tablesOfSessions = """
        -- Who is logged in at the web page. The id itself stands only in the browser's cookie, here its
        -- SHA-256.
        CREATE TABLE session (
            idHash BLOB PRIMARY KEY NOT NULL CHECK (length(idHash) = 32),
            user TEXT NOT NULL REFERENCES user(name) ON DELETE CASCADE,
            startedAt INTEGER NOT NULL,
            usedAt INTEGER NOT NULL CHECK (usedAt >= startedAt)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessionOfUser ON session (user, startedAt);
        -- With it the question "has this user a job of this name" costs the same whether no user has it or
        -- another one.
        CREATE UNIQUE INDEX jobOfUserByName ON job (user, name);
        """
}
