extension Schema {
    static let changesOfLists = """
        -- How many hashes of its last report are different from the one that it was compared with, in the
        -- form 'new 3,worse 1'; null where it was compared with none.
        ALTER TABLE job ADD COLUMN changes TEXT;
        """
}
