import Logging
import Support

/// Log handler of the daemon: one event, one line.
struct DaemonLogHandler: LogHandler {
    let form: LogForm
    /// The level from which events are logged, of all loggers; a reload of the settings changes it.
    let threshold: Exchangeable<Logger.Level>
    var metadata: Logger.Metadata = [:]
    private var ownLevel: Logger.Level?

    init(form: LogForm, threshold: Exchangeable<Logger.Level>) {
        self.form = form
        self.threshold = threshold
    }

    /// The threshold's, unless one logger was given a level of its own.
    var logLevel: Logger.Level {
        get { ownLevel ?? threshold.value }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        form.write(event.level, "\(event.message)", metadata.merging(event.metadata ?? [:]) { $1 })
    }
}
