extension Schema {
    /// In the order of the hashes, as lists are written: a list that is the same every night changes its own
    /// rows' pages and adds none. An index of all lists by hash would grow with each.
    static let memoryOfLists = """
        -- Which hashes a user's finished lists have named: one row a hash, whatever the number of lists.
        CREATE TABLE memory (
            user TEXT NOT NULL,
            -- The length of the hash, by which it is found out which kinds a user has.
            bytes INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = bytes),
            -- Lists that named it, and those of them that are still there: with the last one the row goes.
            lists INTEGER NOT NULL CHECK (lists >= kept),
            kept INTEGER NOT NULL CHECK (kept > 0),
            -- When the first one was received.
            since INTEGER NOT NULL,
            PRIMARY KEY (user, bytes, hash)
        ) STRICT, WITHOUT ROWID;
        -- What the memory told of a row before its own list was taken into it; null for nothing.
        ALTER TABLE jobHash ADD COLUMN seenBefore INTEGER;
        ALTER TABLE jobHash ADD COLUMN seenSince INTEGER;
        -- 0 its rows are to be compared with the memory. 1 to be taken into it. 2 they are in it.
        ALTER TABLE job ADD COLUMN memoryStage INTEGER NOT NULL DEFAULT 0 CHECK (memoryStage IN (0, 1, 2));
        -- The last hash with which that is done; null before the first.
        ALTER TABLE job ADD COLUMN memoryPlace BLOB;
        CREATE INDEX jobToRemember ON job (id) WHERE memoryStage < 2 AND isPublished = 1;
        """
}
