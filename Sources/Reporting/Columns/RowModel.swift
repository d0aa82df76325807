import Foundation
import Model

/// What both tables need of a row, worked out once.
struct RowModel {
    let row: ReportRow
    let word: Verdict
    /// What VirusTotal holds of the file, if it knows it.
    let object: FileObject?
    /// Engines that detected something; nil ("None") unless some engine has finished.
    let detections: Int?
    /// Engines with an opinion; nil as above.
    let opinions: Int?

    init(_ row: ReportRow, thresholds: VerdictThresholds) {
        self.row = row
        word = row.word(thresholds)
        object = row.verdict?.fileObject
        guard let engines = object?.engines, !engines.isEmpty else {
            (detections, opinions) = (nil, nil)
            return
        }
        // Counted in one pass: a large report spends most of its time on its rows' some seventy engines.
        var detections = 0
        var opinions = 0
        for finding in engines.values {
            if finding.category.isDetection {
                detections += 1
                opinions += 1
            } else if finding.category.isOpinion {
                opinions += 1
            }
        }
        (self.detections, self.opinions) = (detections, opinions)
    }

    /// The CSV's `state`: whether there is an answer, apart from what it says.
    var stateName: String {
        switch word {
        case .malicious, .suspicious, .clean: "answered"
        case .failed, .noResults, .unknown, .notAsked, .waiting: word.rawValue
        }
    }

    /// Why the row has no verdict for good.
    var reason: String? {
        if case .failed(let reason, _) = row.state { reason } else { nil }
    }

    /// The file's page at VirusTotal, by its SHA-256 if that is known; the page is found by the other two as well.
    var page: String {
        "https://www.virustotal.com/gui/file/\((object?.sha256 ?? row.hash).hexadecimal)"
    }
}

extension FileObject {
    /// The name under which `vendor` detects the file, or nil ("None").
    func detection(by vendor: String) -> String? {
        if case .detected(let name) = finding(of: vendor) { name } else { nil }
    }
}

extension VendorFinding {
    /// The CSV's word for it.
    var stateName: String {
        switch self {
        case .detected: "detected"
        case .undetected: "undetected"
        case .couldNotScan: "could-not-scan"
        case .noRow: "no-row"
        case .noAnalysisYet: "no-analysis"
        }
    }

    /// What a reader sees below the cell; nothing below a detection, whose name says it.
    var note: String {
        switch self {
        case .detected: ""
        case .undetected: "undetected"
        case .couldNotScan(.typeUnsupported): "type unsupported"
        case .couldNotScan(.timeout), .couldNotScan(.confirmedTimeout): "timed out"
        case .couldNotScan(.failure): "engine failed"
        case .couldNotScan(let category): category.rawValue
        case .noRow: "took no part"
        case .noAnalysisYet: "no analysis yet"
        }
    }
}
