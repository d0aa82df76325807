/// The mounted file systems, as the kernel lists them.
///
/// Source: proc(5), "/proc/[pid]/mountinfo".
struct MountTable: Hashable, Sendable {
    struct Mount: Hashable, Sendable {
        var point: String
        /// For example `ext4`, `nfs4`, `fuse.sshfs`.
        var type: String
        var isReadOnly: Bool
    }

    let mounts: [Mount]

    /// - Parameter text: the file's; a line that is none is passed over.
    init(mountinfo text: String) {
        mounts = text.split(separator: "\n").compactMap(Self.mount)
    }

    private static func mount(_ line: Substring) -> Mount? {
        let fields = line.split(separator: " ")
        // After the separator: type, source and the options of the file system itself.
        guard let separator = fields.firstIndex(of: "-"), separator >= 6, fields.count >= separator + 4
        else { return nil }
        let options = fields[5].split(separator: ",") + fields[separator + 3].split(separator: ",")
        return Mount(
            point: unescaped(fields[4]), type: String(fields[separator + 1]),
            isReadOnly: options.contains("ro"))
    }

    /// Spaces, tabs, line breaks and backslashes are written as `\040` and the like.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            let isEscape = digits.count == 3 && digits.allSatisfy { (0x30...0x37).contains($0) }
            guard byte == UInt8(ascii: "\\"), isEscape else {
                bytes.append(byte)
                continue
            }
            bytes.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 0x30) })
            rest = rest.dropFirst(3)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The file system that a path is on.
    ///
    /// - Parameter path: absolute and without links.
    func mount(holding path: String) -> Mount? {
        var best: Mount?
        for mount in mounts where Self.holds(mount.point, path) {
            // Of two at one place the later one hides the earlier.
            if mount.point.utf8.count >= (best?.point.utf8.count ?? 0) { best = mount }
        }
        return best
    }

    private static func holds(_ point: String, _ path: String) -> Bool {
        point == "/" || path == point || path.hasPrefix(point + "/")
    }
}
