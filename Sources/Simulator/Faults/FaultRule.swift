package import Model
import Support

/// Rule that decides which lookups get which fault. All its conditions must hold; the first rule that
/// applies wins.
package struct FaultRule: Hashable, Sendable {
    /// What goes wrong.
    package var fault: Fault
    /// Only lookups of this hash, as it is asked; default all.
    package var hash: FileHash?
    /// Only every n-th of those lookups: the n-th, the 2 n-th …; default each.
    package var every: Int
    /// Not the first so many of those; default 0.
    package var skip: Int
    /// Only so many times, then never again; default without end.
    package var times: Int?
    /// Only with this probability, 0 to 1, drawn by `seed`; default 1.
    package var probability: Double
    /// Default 0.
    package var seed: UInt64

    /// A rule; check `complaint` if the values come from outside.
    package init(
        _ fault: Fault, hash: FileHash? = nil, every: Int = 1, skip: Int = 0, times: Int? = nil,
        probability: Double = 1, seed: UInt64 = 0
    ) {
        self.fault = fault
        self.hash = hash
        self.every = every
        self.skip = skip
        self.times = times
        self.probability = probability
        self.seed = seed
    }

    /// A rule for the fault of this kind; the rest as above.
    package init(
        _ kind: Fault.Kind, seconds: Double? = nil, hash: FileHash? = nil, every: Int = 1, skip: Int = 0,
        times: Int? = nil, probability: Double = 1, seed: UInt64 = 0
    ) {
        self.init(
            Fault(kind, seconds: seconds), hash: hash, every: every, skip: skip, times: times,
            probability: probability, seed: seed)
    }

    /// Why the rule makes no sense, in words, or nil if it does.
    package var complaint: String? {
        if every < 1 { return "'every' is \(every) and must be at least 1" }
        if skip < 0 { return "'skip' is \(skip) and must be at least 0" }
        if let times, times < 1 { return "'times' is \(times) and must be at least 1" }
        if !(0...1).contains(probability) { return "'probability' must be 0 to 1" }
        if !(0...Fault.secondsMax).contains(fault.seconds) {
            return "'seconds' must be 0 to \(Int(Fault.secondsMax))"
        }
        return nil
    }
}

extension FaultRule: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case fault
        case seconds
        case hash
        case every
        case skip
        case times
        case probability
        case seed
    }

    /// Reads `{"fault": "transient-error", "hash": "…", "every": 3, "times": 5}`: `fault` is a `Fault.Kind`,
    /// all else may be missing. An unknown key, kind or hash and a number out of range throw `DecodingError`.
    package init(from decoder: any Decoder) throws {
        // A misspelt condition would silently apply to everything.
        let values = try decoder.container(onlyKeyedBy: CodingKeys.self, of: "a rule")
        let name = try values.decode(String.self, forKey: .fault)
        guard let kind = Fault.Kind(rawValue: name) else {
            let kinds = Fault.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw decoder.corrupted("'\(name)' is no fault; there are: \(kinds)")
        }
        let hash = try values.decodeIfPresent(String.self, forKey: .hash).map { text in
            guard let hash = FileHash(text) else { throw decoder.corrupted("'\(text)' is no hash") }
            return hash
        }
        self.init(
            kind, seconds: try values.decodeIfPresent(Double.self, forKey: .seconds), hash: hash,
            every: try values.decodeIfPresent(Int.self, forKey: .every) ?? 1,
            skip: try values.decodeIfPresent(Int.self, forKey: .skip) ?? 0,
            times: try values.decodeIfPresent(Int.self, forKey: .times),
            probability: try values.decodeIfPresent(Double.self, forKey: .probability) ?? 1,
            seed: try values.decodeIfPresent(UInt64.self, forKey: .seed) ?? 0)
        if let complaint { throw decoder.corrupted(complaint) }
    }

    /// Writes what `init(from:)` reads.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(fault.kind.rawValue, forKey: .fault)
        try values.encode(fault.seconds, forKey: .seconds)
        try values.encodeIfPresent(hash?.hexadecimal, forKey: .hash)
        try values.encode(every, forKey: .every)
        try values.encode(skip, forKey: .skip)
        try values.encodeIfPresent(times, forKey: .times)
        try values.encode(probability, forKey: .probability)
        try values.encode(seed, forKey: .seed)
    }
}
