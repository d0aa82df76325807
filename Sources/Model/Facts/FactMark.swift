package import Foundation
import Glibc

/// Property of a file by which a report's page chooses rows, with a chip for each.
///
/// A mark says what VirusTotal or the user's earlier lists tell, and never changes a verdict: a signature may
/// be stolen, and EICAR's test file is among known distributors' files.
package enum FactMark: Int, Hashable, Sendable, CaseIterable {
    /// The signature is valid.
    case signed
    case unsigned
    /// The certificate of the signature was revoked.
    case revoked
    /// A distributor of software is known to have the file, or VirusTotal trusts where it comes from.
    case knownDistributor
    /// VirusTotal got the file for the first time less than 30 days ago.
    case firstSeenLately
    /// A YARA rule of VirusTotal's contributors finds it.
    case yara
    /// A Sigma rule of the level critical or high finds what the file does.
    case sigmaHigh
    /// An earlier list of the user named the file.
    case seenBefore
    /// None did of those that are kept.
    case firstTime

    /// Its letter in a row of the page.
    package var letter: StaticString {
        switch self {
        case .signed: "s"
        case .unsigned: "u"
        case .revoked: "r"
        case .knownDistributor: "d"
        case .firstSeenLately: "n"
        case .yara: "y"
        case .sigmaHigh: "h"
        case .seenBefore: "b"
        case .firstTime: "f"
        }
    }

    /// As a reader sees it.
    package var label: String {
        switch self {
        case .signed: "signed"
        case .unsigned: "unsigned"
        case .revoked: "revoked"
        case .knownDistributor: "known distributor"
        case .firstSeenLately: "first seen < 30 d"
        case .yara: "YARA"
        case .sigmaHigh: "Sigma high"
        case .seenBefore: "seen before"
        case .firstTime: "first time here"
        }
    }

    /// What it means, in a sentence.
    package var meaning: String {
        switch self {
        case .signed: "Signed, and the signature is valid: stolen certificates are, too"
        case .unsigned: "Of a type that can be signed, and not signed"
        case .revoked: "Signed with a certificate that was revoked"
        case .knownDistributor: "A distributor of software has it: no all-clear, tools of attack have one"
        case .firstSeenLately: "VirusTotal got it for the first time less than 30 days before this report"
        case .yara: "A YARA rule finds it"
        case .sigmaHigh: "A Sigma rule of the level critical or high finds what it does"
        case .seenBefore: "An earlier list of the same user named the file, by any of its known hashes"
        case .firstTime: "No earlier list of the same user named the file, of those that are kept"
        }
    }

    /// Up to which age of its first submission a file is called new.
    static let lately: TimeInterval = 30 * 86_400
}

extension ReportRow {
    /// The marks of the row in a report of this time.
    package func marks(at now: Date) -> [FactMark] {
        (answer?.fileObject?.marks(at: now) ?? []) + (memoryMark.map { [$0] } ?? [])
    }

    /// What the user's earlier lists tell; nil if that is not known.
    package var memoryMark: FactMark? {
        seen.map { $0.lists > 0 ? .seenBefore : .firstTime }
    }
}

extension FileObject {
    /// The marks of the file in a report of this time.
    package func marks(at now: Date) -> [FactMark] {
        var marks = facts?.marks ?? []
        if let firstSubmissionDate, now.timeIntervalSince(firstSubmissionDate) < FactMark.lately {
            marks.append(.firstSeenLately)
        }
        return marks
    }
}

// Of 100,000 rows a page needs one or two facts: these are found in one look, without an index.
extension FileFacts {
    /// How the file is signed; nil if VirusTotal does not tell.
    package var signature: SignatureState? {
        var state: SignatureState?
        forEachFact { field, value in
            if field == .signature { state = Self.signature(value) }
        }
        return state
    }

    fileprivate var marks: [FactMark] {
        var marks: [FactMark] = []
        var isDistributed = false
        forEachFact { field, value in
            switch field {
            case .signature: if let mark = Self.signature(value)?.mark { marks.append(mark) }
            case .distributors, .trustedBy: isDistributed = true
            case .yaraRules: marks.append(.yara)
            case .sigmaCounts: if Self.holdsHigh(value) { marks.append(.sigmaHigh) }
            default: break
            }
        }
        if isDistributed { marks.append(.knownDistributor) }
        return marks
    }

    /// What files are grouped by: the first signer that the signature names, and the digest of the imports.
    var groupValues: (signer: String?, imphash: String?) {
        var values: (signer: String?, imphash: String?) = (nil, nil)
        forEachFact { field, value in
            switch field {
            case .signers:
                let first = value.prefix { $0 != Self.unit && $0 != Self.group }
                if !first.isEmpty { values.signer = String(decoding: first, as: UTF8.self) }
            case .imphash: values.imphash = String(decoding: value, as: UTF8.self)
            default: break
            }
        }
        return values
    }

    private static func signature(_ value: UnsafeBufferPointer<UInt8>) -> SignatureState? {
        SignatureState(rawValue: String(decoding: value, as: UTF8.self))
    }

    /// Whether the first two of the counts by level, critical and high, are not both zero.
    private static func holdsHigh(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        value.split(separator: group, omittingEmptySubsequences: false).prefix(2).contains { count in
            count.contains { $0 != UInt8(ascii: "0") }
        }
    }

    /// Calls `visit` with each fact and the bytes of its value, in their order.
    private func forEachFact(_ visit: (FactField, UnsafeBufferPointer<UInt8>) -> Void) {
        stored.withUnsafeBufferPointer { text in
            var start = 0
            while start < text.count {
                let end = Self.end(of: start, in: text)
                if end > start, let field = FactField(rawValue: text[start]) {
                    visit(field, UnsafeBufferPointer(rebasing: text[start + 1..<end]))
                }
                start = end + 1
            }
        }
    }

    private static func end(of start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        let base = text.baseAddress!
        guard let found = memchr(base + start, Int32(record), text.count - start) else { return text.count }
        return UnsafeRawPointer(base).distance(to: found)
    }
}

extension SignatureState {
    fileprivate var mark: FactMark? {
        switch self {
        case .valid: .signed
        case .unsigned: .unsigned
        case .revoked: .revoked
        case .expired, .invalid: nil
        }
    }
}
