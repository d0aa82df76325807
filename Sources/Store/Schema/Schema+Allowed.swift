extension Schema {
    static let allowedFiles = """
        -- The allow-list: files that reports call allowed instead of malicious or suspicious.
        CREATE TABLE allowed (
            -- One of the file's three names.
            hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) IN (16, 20, 32)),
            reason TEXT NOT NULL,
            -- The login name of the account that made the entry.
            author TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            -- From then on the entry does nothing; null for ever.
            until INTEGER
        ) STRICT, WITHOUT ROWID;
        """
}
