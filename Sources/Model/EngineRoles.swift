/// What a policy makes of one engine.
package enum EngineRole: Hashable, Sendable {
    /// Its detection may suffice by itself.
    case trusted
    /// It is read as if it had taken no part.
    case ignored
    /// Its detections are not counted: a file that it detects is called at least this.
    case word(Verdict)
}

/// The engines that a policy tells from the others.
///
/// Every engine of every row is looked up: by its bytes, among the few names that are as long.
struct EngineRoles: Hashable, Sendable {
    private struct Engine: Hashable {
        /// The name's bytes, its ASCII letters in lower case.
        let name: [UInt8]
        let role: EngineRole
    }

    /// By the length of their names.
    private let engines: [[Engine]]

    /// Nil without any engine. Of one that is named more than once the first role counts.
    init?(_ roles: [(String, EngineRole)]) {
        if roles.isEmpty { return nil }
        var engines: [[Engine]] = []
        for (engine, role) in roles {
            let name = engine.utf8.map(Self.folded)
            while engines.count <= name.count { engines.append([]) }
            engines[name.count].append(Engine(name: name, role: role))
        }
        self.engines = engines
    }

    /// The role of the engine of this name; nil for one that is like all others.
    subscript(name: UnsafeBufferPointer<UInt8>) -> EngineRole? {
        guard name.count < engines.count else { return nil }
        for engine in engines[name.count] where Self.isSame(engine.name, name) { return engine.role }
        return nil
    }

    private static func isSame(_ folded: [UInt8], _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        for place in folded.indices where folded[place] != Self.folded(name[place]) { return false }
        return true
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
