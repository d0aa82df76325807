import Foundation
import Glibc
import MetricNames

/// What the kernel says of this process, under the names of Prometheus' client libraries.
///
/// Source: proc(5), `/proc/[pid]/stat`, `/proc/[pid]/fd` and `/proc/stat`.
struct ProcessStatistics: Hashable, Sendable {
    var cpuSeconds: Double
    var residentBytes: Double
    var virtualBytes: Double
    /// Since 1970.
    var startSeconds: Double
    var openFiles: Int
    /// Infinite if there is no limit.
    var filesMax: Double

    /// Of this process, now; nil where the kernel does not tell, as without `/proc`.
    static func now() -> ProcessStatistics? {
        guard let own = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let machine = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        else { return nil }
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return ProcessStatistics(
            stat: own, machine: machine, ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
            pageBytes: Double(sysconf(Int32(_SC_PAGESIZE))),
            // One of them was that of the folder itself.
            openFiles: files.count - 1,
            filesMax: limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur))
    }

    /// - Parameters:
    ///   - stat: the text of `/proc/self/stat`.
    ///   - machine: the text of `/proc/stat`.
    init?(
        stat: String, machine: String, ticksPerSecond: Double, pageBytes: Double, openFiles: Int,
        filesMax: Double
    ) {
        // The program's name may hold spaces and brackets; it ends with the last one. The third field of
        // proc(5) is the first one after it.
        guard let nameEnd = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: nameEnd)...].split(whereSeparator: \.isWhitespace)
        func field(_ number: Int) -> Double? {
            fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil
        }
        let bootLine = machine.split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard let user = field(14), let system = field(15), let start = field(22), let virtual = field(23),
            let pages = field(24), let boot = bootLine.flatMap({ Double($0.dropFirst("btime ".count)) })
        else { return nil }
        cpuSeconds = (user + system) / ticksPerSecond
        residentBytes = pages * pageBytes
        virtualBytes = virtual
        startSeconds = boot + start / ticksPerSecond
        self.openFiles = openFiles
        self.filesMax = filesMax
    }

    var series: [MetricSeries] {
        [
            MetricSeries(.processCPU, cpuSeconds), MetricSeries(.processResident, residentBytes),
            MetricSeries(.processVirtual, virtualBytes), MetricSeries(.processStart, startSeconds),
            MetricSeries(.processOpenFiles, Double(openFiles)), MetricSeries(.processMaxFiles, filesMax),
        ]
    }
}
