import Model
import Support

/// Fault rules in force, and how often each has applied.
struct FaultPlan {
    private struct Progress {
        let id: Int
        let rule: FaultRule
        var lookups = 0
        var applied = 0
        var generator: SeededGenerator

        mutating func applies(to hash: FileHash?) -> Bool {
            if let wanted = rule.hash, wanted != hash { return false }
            if let times = rule.times, applied >= times { return false }
            lookups += 1
            let counted = lookups - rule.skip
            guard counted > 0, counted.isMultiple(of: rule.every) else { return false }
            guard rule.probability >= 1 || generator.fraction() < rule.probability else { return false }
            applied += 1
            return true
        }
    }

    private var rules: [Progress] = []
    private var lastID = 0

    /// Appends a rule and returns its id, which is for `remove`.
    mutating func add(_ rule: FaultRule) -> Int {
        lastID += 1
        rules.append(Progress(id: lastID, rule: rule, generator: SeededGenerator(seed: rule.seed)))
        return lastID
    }

    mutating func remove(_ id: Int) { rules.removeAll { $0.id == id } }
    mutating func removeAll() { rules = [] }

    /// The rules in force, oldest first.
    var all: [FaultRule] { rules.map(\.rule) }

    /// The fault for the next lookup, of `hash`; nil for an ordinary answer. Nil stands for a malformed id.
    mutating func next(for hash: FileHash?) -> Fault? {
        for index in rules.indices where rules[index].applies(to: hash) { return rules[index].rule.fault }
        return nil
    }
}
