import Foundation
import Glibc

/// An ext4 file system in a file, whose power can be cut: then everything is gone that was not synced.
///
/// Needs root with loop devices, and `mkfs.ext4`, `mount` and `umount`.
struct PowerCutDisk {
    let mountPoint: URL
    private let image: URL

    private static let bytes: UInt64 = 2 << 30

    /// Makes the file system and mounts it as `disk` in `folder`.
    init(in folder: URL) async throws {
        image = folder.appending(path: "disk.img")
        mountPoint = folder.appending(path: "disk", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: mountPoint, withIntermediateDirectories: true)
        try Data().write(to: image)
        let file = try FileHandle(forWritingTo: image)
        // Without blocks: they come with what is written.
        try file.truncate(atOffset: Self.bytes)
        try file.close()
        try await Self.run("mkfs.ext4", "-q", image.path)
        try await mount()
    }

    /// Cuts the power: the kernel forgets what is not on the disk, its journal's open part too, and each
    /// access fails from now on.
    func cut() throws {
        let folder = open(mountPoint.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.failure("open", mountPoint) }
        defer { close(folder) }
        // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (fs/ext4/ext4.h).
        let shutdown: UInt = 0x8004_587D
        var withoutFlush: UInt32 = 2
        guard ioctl(folder, shutdown, &withoutFlush) == 0 else {
            throw Self.failure("cut the power of", mountPoint)
        }
    }

    /// Mounts what is on the disk; the kernel replays the journal. All programs that use it must have ended
    /// or be about to.
    func restore() async throws {
        try await unmount()
        try await mount()
    }

    /// Waits, within a minute, for the last file in it to be closed.
    func unmount() async throws {
        let end = ContinuousClock.now + .seconds(60)
        while umount(mountPoint.path) != 0 {
            guard errno == EBUSY, ContinuousClock.now < end else {
                throw Self.failure("unmount", mountPoint)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func mount() async throws {
        try await Self.run("mount", "-o", "loop", image.path, mountPoint.path)
    }

    private static func failure(_ action: String, _ url: URL) -> TrialError {
        TrialError("Cannot \(action) \(url.path): \(String(cString: strerror(errno))).")
    }

    private static func run(_ arguments: String...) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] + arguments
        process.standardInput = FileHandle.nullDevice
        try process.run()
        await process.waitForEnd()
        guard process.terminationStatus == 0 else {
            throw TrialError(
                "'\(arguments.joined(separator: " "))' failed: power cuts need root and loop devices.")
        }
    }
}

extension Process {
    /// Waits for its end; polled, because a handler that is set after the end is never called.
    func waitForEnd() async {
        while isRunning { try? await Task.sleep(for: .milliseconds(2)) }
    }
}
