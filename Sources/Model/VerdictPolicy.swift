/// Policy by which an answer becomes a verdict: how many engines must detect a file, and which of them are
/// trusted, ignored or have a word of their own.
///
/// It is applied while a report is written, not when an answer comes: a changed policy is a new report
/// without a request. What VirusTotal counts stays as it is, and beside the verdict. A name that no engine
/// has changes nothing.
package struct VerdictPolicy: Hashable, Sendable {
    /// What an engine's detections are worth instead of being counted.
    package struct EngineWord: Hashable, Sendable {
        package var engine: String
        /// Malicious, suspicious or clean: a file that the engine detects is called at least that.
        package var word: Verdict

        package init(engine: String, word: Verdict) {
            self.engine = engine
            self.word = word
        }
    }

    /// Default 3; at least 1.
    package let maliciousFrom: Int
    /// Default 1; at least 1 and at most `maliciousFrom`.
    package let suspiciousFrom: Int
    /// Engines whose detections suffice by themselves; they count like all others too.
    package let trustedVendors: [String]
    /// So many of them suffice to call a file malicious. Default 1; at least 1.
    package let trustedFrom: Int
    /// Engines that are read as if they had taken no part.
    package let ignoredEngines: [String]
    /// Engines whose detections are not counted, and call a file by a word of their own.
    package let engineWords: [EngineWord]
    /// What is called allowed instead of malicious or suspicious.
    package var allowList = AllowList()
    /// Nil where all engines are alike: the stored numbers are enough then.
    private let roles: EngineRoles?

    /// Names of engines are compared without regard to the case of ASCII letters. Of an engine that is named
    /// more than once the first of ignored, word and trusted counts.
    package init(
        maliciousFrom: Int = 3, suspiciousFrom: Int = 1, trustedVendors: [String] = [], trustedFrom: Int = 1,
        ignoredEngines: [String] = [], engineWords: [EngineWord] = []
    ) {
        self.maliciousFrom = maliciousFrom
        self.suspiciousFrom = suspiciousFrom
        self.trustedVendors = trustedVendors
        self.trustedFrom = trustedFrom
        self.ignoredEngines = ignoredEngines
        self.engineWords = engineWords
        var roles = ignoredEngines.map { ($0, EngineRole.ignored) }
        roles += engineWords.map { ($0.engine, EngineRole.word($0.word)) }
        roles += trustedVendors.map { ($0, EngineRole.trusted) }
        self.roles = EngineRoles(roles)
    }

    /// What of a file's engines counts.
    package struct Count: Hashable, Sendable {
        /// Detections that the thresholds are compared with.
        package var detections = 0
        /// Opinions of the engines that are not ignored.
        package var opinions = 0
        /// Detections by trusted vendors, which are among `detections`.
        package var trusted = 0
        /// Detections by ignored engines.
        package var ignored = 0
        /// Detections by engines with a word of their own.
        package var worded = 0
        /// The most severe of their words; nil without any.
        package var word: Verdict?
    }

    /// Counts the engines. Where all are alike nothing is looked at but the stored numbers.
    package func count(_ engines: EngineFindings) -> Count {
        guard let roles else {
            return Count(detections: engines.detectionCount, opinions: engines.opinionCount)
        }
        var count = Count()
        engines.forEachName { code, name in
            guard EngineFindings.opinionCodes.contains(code) else { return }
            let isDetection = EngineFindings.detectionCodes.contains(code)
            let role = roles[name]
            if role == .ignored {
                if isDetection { count.ignored += 1 }
                return
            }
            count.opinions += 1
            guard isDetection else { return }
            if case .word(let word) = role {
                count.worded += 1
                count.word = min(count.word ?? word, word)
            } else {
                count.detections += 1
                if role == .trusted { count.trusted += 1 }
            }
        }
        return count
    }

    /// The detections by engines that are not like all others, in the order of their names.
    package func detectionsWithRole(in engines: EngineFindings) -> [(engine: String, role: EngineRole)] {
        guard let roles else { return [] }
        var detections: [(engine: String, role: EngineRole)] = []
        engines.forEachName { code, name in
            guard EngineFindings.detectionCodes.contains(code), let role = roles[name] else { return }
            detections.append((String(decoding: name, as: UTF8.self), role))
        }
        return detections
    }

    /// Whether so many trusted vendors detect the file that no other engine need do so.
    package func isTrusted(_ count: Count) -> Bool { count.trusted > 0 && count.trusted >= trustedFrom }

    /// The verdict on what counts: of the one by numbers and the engines' own words the most severe.
    package func verdict(on count: Count) -> Verdict {
        if count.opinions == 0 { return .noResults }
        let byNumber: Verdict = isTrusted(count) ? .malicious : verdict(onDetections: count.detections)
        return min(byNumber, count.word ?? .clean)
    }

    /// The verdict by the thresholds alone.
    private func verdict(onDetections detections: Int) -> Verdict {
        detections >= maliciousFrom ? .malicious : detections >= suspiciousFrom ? .suspicious : .clean
    }

    /// What the verdict on a file with detections hangs on, where that is a number.
    package enum Threshold: Hashable, Sendable {
        /// How many engines must detect it: as many as do, or for a milder verdict the next ones.
        case engines
        /// How many trusted vendors must.
        case trustedVendors
    }

    /// The threshold that decides the verdict on what counts; nil where no counted engine detects the file,
    /// or an engine's own word is more severe.
    package func threshold(on count: Count) -> Threshold? {
        guard count.detections > 0 else { return nil }
        if verdict(onDetections: count.detections) == verdict(on: count) { return .engines }
        return isTrusted(count) ? .trustedVendors : nil
    }

    /// The entry of the allow-list that covers a row; nil for all that engines do not speak against.
    package func allowance(for row: ReportRow, called verdict: Verdict) -> AllowedFile? {
        guard verdict == .malicious || verdict == .suspicious else { return nil }
        return allowList.entry(for: row)
    }

    /// The policy without the entries of its allow-list: what settings alone say.
    package var withoutAllowList: VerdictPolicy {
        var policy = self
        policy.allowList = AllowList()
        return policy
    }

    /// The verdict on an answer, whatever the allow-list says.
    package func verdict(for answer: LookupAnswer.Answer) -> Verdict {
        guard case .known(let object) = answer else { return .unknown }
        return verdict(on: count(object.engines))
    }
}
