/// One key of the configuration file: its name, default and meaning.
///
/// The table is what the loader accepts, what `config/hashdrop.yaml` shows and what `config/README.md` lists;
/// tests compare the three.
package struct SettingKey: Hashable, Sendable {
    package enum Shape: Hashable, Sendable {
        case text, path
        case integer(ClosedRange<Int>)
        case duration(ClosedRange<Duration>)
        case bytes(ClosedRange<Int>)
        case list
        /// true or false.
        case flag
    }

    /// The path of names in the file, joined by dots. The environment variable is `HASHDROP_` and the same in
    /// capitals with underscores: `spool.quietPeriod` is `HASHDROP_SPOOL_QUIET_PERIOD`.
    package let name: String
    package let shape: Shape
    /// The default as it would be written in the file; empty for none.
    package let defaultValue: String
    /// One sentence, with the unit and what 0 means where that is not plain.
    package let meaning: String

    init(_ name: String, _ shape: Shape, _ defaultValue: String, _ meaning: String) {
        self.name = name
        self.shape = shape
        self.defaultValue = defaultValue
        self.meaning = meaning
    }

    package static let all: [SettingKey] = [
        .init("spool.directory", .path, "spool", "Where the users' drop folders are."),
        .init(
            "spool.quietPeriod", .duration(.milliseconds(100) ... .seconds(3600)), "2s",
            "A file that was not renamed into its folder is complete when it has not changed for this long."),
        .init(
            "spool.quietPeriodWithoutLease", .duration(.milliseconds(100) ... .seconds(3600)), "5s",
            "The same where the system cannot tell whether a program has the file open for writing."),
        .init(
            "spool.safetyScan", .duration(.seconds(1) ... .seconds(86_400)), "60s",
            "Every folder is scanned this often (± 25 %), with or without events."),
        .init(
            "spool.poll", .duration(.seconds(1) ... .seconds(3600)), "5s",
            "Folders without events are scanned this often."),
        .init(
            "spool.waitingFilesMax", .integer(1...100_000), "1000",
            "Files of one user's folder that are looked at; further ones wait for their turn."),
        .init(
            "spool.foldersDeepMax", .integer(0...16), "4",
            "Levels of folders inside a user's folder that are looked into; 0 is none."),
        .init(
            "spool.folderLook", .duration(.seconds(1) ... .seconds(3600)), "5s",
            "Folders inside a user's folder are scanned this often, because they have no events."),
        .init(
            "spool.emptyPeriod", .duration(.seconds(1) ... .seconds(86_400)), "60s",
            "A file that stays empty for this long is refused, a folder inside a user's folder removed."),
        .init(
            "spool.hardLinkGrace", .duration(.seconds(1) ... .seconds(86_400)), "60s",
            "A file may have a second name (hard link) for this long before it is refused."),
        .init("list.bytesMax", .bytes(1 ... .max), "64MiB", "The largest file that is accepted."),
        .init(
            "list.hashesMax", .integer(1...100_000_000), "2000000",
            "The most hashes that a file may hold, repeated ones included."),
        .init(
            "list.commentMax", .integer(1...10_000), "256",
            "Characters of a comment that are kept; a longer one ends with …."),
        .init(
            "list.options", .list, "[vendors, priority, budget, by, compare, outputs, title]",
            "The options that lists may set in their first lines (# hashdrop: key=value); fresh may be "
                + "added, and none alone allows none."),
        .init("reports.directory", .path, "reports", "Where the users' report folders are."),
        .init(
            "reports.vendors", .list, "[Fortinet]",
            "1 to 4 engines that get a column of their own, by VirusTotal's names for them."),
        .init(
            "reports.maliciousFrom", .integer(1...1000), "3",
            "The number of detecting engines from which a file is called malicious."),
        .init(
            "reports.suspiciousFrom", .integer(1...1000), "1",
            "The number of detecting engines from which a file is called suspicious."),
        .init(
            "reports.htmlRowsMax", .integer(1...1_000_000), "100000",
            "Rows in the HTML report; of more it holds the most severe ones, and the CSV has them all."),
        .init(
            "reports.csvByteOrderMark", .flag, "true",
            "Whether report.csv begins with a byte order mark, by which Excel recognises UTF-8."),
        .init(
            "reports.json", .flag, "true",
            "Whether a finished list gets a report.json (JSON Lines, all that is known) beside the CSV."),
        .init(
            "reports.stix", .flag, "false",
            "Whether a finished list gets a report.stix.json (a STIX 2.1 bundle) beside the CSV."),
        .init(
            "reports.lists", .flag, "true",
            "Whether a finished list gets the hashes of each verdict as lists, one a line "
                + "(lists/malicious.txt and so on)."),
        .init(
            "reports.partialEvery", .duration(.seconds(1) ... .seconds(3600)), "5s",
            "A running job's report is rewritten at most this often."),
        .init(
            "verdict.trustedVendors", .list, "",
            "Engines whose detections suffice by themselves to call a file malicious."),
        .init(
            "verdict.trustedFrom", .integer(1...1000), "1",
            "How many of verdict.trustedVendors must detect a file for that."),
        .init(
            "verdict.ignoredEngines", .list, "",
            "Engines that are read as if they had taken no part: neither what they detect nor what they do "
                + "not detect counts."),
        .init(
            "verdict.engineWords", .list, "",
            "Engines with a word of their own, such as Jiangmin=suspicious: their detections are not "
                + "counted, and make a file at least that word (malicious, suspicious or clean)."),
        .init(
            "virustotal.endpoint", .text, "https://www.virustotal.com",
            "Where VirusTotal's API is; plain http only on this machine (the simulator)."),
        .init(
            "virustotal.apiKeyFile", .path, "",
            "The file that holds the API key. Or the key itself in HASHDROP_VIRUSTOTAL_API_KEY, or a systemd "
                + "credential named virustotal-api-key."),
        .init(
            "virustotal.user", .text, "",
            "The account's name at VirusTotal; with it VirusTotal's own count of the quota is read at the "
                + "start and after a refusal."),
        .init(
            "virustotal.requestsPerMinute", .integer(0...1_000_000), "4",
            "Requests in any 60 seconds that the key allows; 0 is no limit."),
        .init(
            "virustotal.requestsPerDay", .integer(0...1_000_000_000), "500",
            "Requests in a UTC day; 0 is no limit."),
        .init(
            "virustotal.requestsPerMonth", .integer(0...1_000_000_000), "15500",
            "Requests in a UTC month; 0 is no limit."),
        .init("virustotal.connections", .integer(1...256), "4", "Requests in flight at once."),
        .init(
            "virustotal.requestTimeout", .duration(.seconds(1) ... .seconds(300)), "30s",
            "A request that takes longer has failed and is tried again."),
        .init("virustotal.bodyBytesMax", .bytes(1 ... .max), "8MiB", "The largest answer that is read."),
        .init(
            "virustotal.attemptsMax", .integer(1...100), "5",
            "Bad answers for one hash after which it is reported as failed."),
        .init(
            "virustotal.proxy", .text, "",
            "A proxy's URL; without it https_proxy and no_proxy of the environment count."),
        .init(
            "virustotal.caFile", .path, "",
            "Certificates to trust instead of the system's, in PEM form."),
        .init(
            "shared.database", .text, "",
            "The PostgreSQL database that daemons with one key share, such as "
                + "postgres://site-a@db.example.org/hashdrop; without it this daemon counts and asks alone."),
        .init(
            "shared.passwordFile", .path, "",
            "The file with that account's password, if the URL has none."),
        .init(
            "shared.site", .text, "",
            "This daemon's name among the others; without it the machine's host name."),
        .init(
            "shared.whenAway", .text, "wait",
            "What is done while the shared database is away: wait, or slice (send what was taken ahead for "
                + "this)."),
        .init(
            "shared.sliceShare", .integer(1...100), "10",
            "Percent of the key's limits that such a slice takes ahead and spends, whether it is needed or "
                + "not."),
        .init(
            "cache.maxAge", .duration(.zero ... .seconds(31_536_000)), "24h",
            "How long an answer for a known file is fresh; 0s asks every time."),
        .init(
            "cache.unknownMaxAge", .duration(.zero ... .seconds(31_536_000)), "24h",
            "The same for files that VirusTotal does not know or has not scanned yet."),
        .init(
            "cache.freshness.unknown", .duration(.zero ... .seconds(31_536_000)), "",
            "In place of cache.unknownMaxAge, beside the ages of other kinds; without it that one counts."),
        .init(
            "cache.freshness.new", .duration(.zero ... .seconds(31_536_000)), "",
            "How long an answer is fresh for a file that VirusTotal had got shortly before; without it "
                + "cache.maxAge counts, as for the kinds below."),
        .init(
            "cache.freshness.newFor", .duration(.zero ... .seconds(31_536_000)), "2d",
            "For so long after VirusTotal first got it a file is new."),
        .init(
            "cache.freshness.suspicious", .duration(.zero ... .seconds(31_536_000)), "",
            "The same for files that some engines detect, fewer than reports.maliciousFrom."),
        .init(
            "cache.freshness.settledMalicious", .duration(.zero ... .seconds(31_536_000)), "",
            "The same for malicious files that VirusTotal had had for more than 30 days."),
        .init(
            "cache.freshness.settledClean", .duration(.zero ... .seconds(31_536_000)), "",
            "The same for files that no engine detected when they were scanned more than a year after "
                + "VirusTotal first got them."),
        .init(
            "cache.keep", .duration(.zero ... .seconds(315_360_000)), "365d",
            "Answers that were asked for longer ago are forgotten; 0s keeps them forever."),
        .init(
            "web.listen", .text, "127.0.0.1:8080",
            "Where the page listens, as address:port; off turns it off."),
        .init(
            "web.publicHosts", .list, "",
            "Further host names under which the page is opened, without ports; it answers to no others."),
        .init(
            "web.trustedProxies", .list, "",
            "IP addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."),
        .init(
            "web.sessionLifetime", .duration(.seconds(60) ... .seconds(2_592_000)), "12h",
            "A login ends after this long, even in use."),
        .init(
            "web.sessionIdle", .duration(.seconds(60) ... .seconds(2_592_000)), "1h",
            "A login ends when it has not been used for this long."),
        .init(
            "web.connections", .integer(1...10_000), "256",
            "Connections to the page at the same time; further ones wait."),
        .init(
            "jobs.keep", .duration(.zero ... .seconds(315_360_000)), "30d",
            "Finished jobs are removed after this time, with their report folders; 0s keeps them forever."),
        .init(
            "jobs.openHashesPerUser", .integer(0...1_000_000_000), "5000000",
            "A user's further files wait while so many hashes of the user are to be asked; 0 is no limit."
        ),
        .init(
            "jobs.perUser", .integer(0...10_000_000), "100000",
            "A user's further files wait while so many of the user's lists are kept; 0 is no limit."),
        .init(
            "jobs.reportBytesPerUser", .bytes(0 ... .max), "20GiB",
            "A user's further files wait while the user's finished reports take so much; 0 is no limit."),
        .init(
            "notify.hook", .list, "",
            "A program that is started for each notification, by its absolute path, and its "
                + "arguments; no shell reads them."),
        .init(
            "notify.hookTimeout", .duration(.seconds(1) ... .seconds(3600)), "30s",
            "A hook that takes longer is ended and has failed."),
        .init("notify.webhook", .text, "", "A URL that each notification is posted to."),
        .init(
            "notify.webhookFile", .path, "",
            "The file with that URL instead, if it is a secret, as those of chats are."),
        .init(
            "notify.webhookFormat", .text, "json",
            "json (all that is known), text (a sentence, as Slack and Mattermost take it) or teams (the same "
                + "on a card)."),
        .init(
            "notify.webhookSecretFile", .path, "",
            "The file with the secret that the webhook's X-Hashdrop-Signature is made by."),
        .init(
            "notify.mailServer", .text, "",
            "The server that takes users' mail, as smtp://host:port or smtps://host:port; TLS is "
                + "required unless it is this machine."),
        .init("notify.mailFrom", .text, "", "The address that mail is from."),
        .init("notify.mailUser", .text, "", "The name to log in to the mail server with."),
        .init("notify.mailPasswordFile", .path, "", "The file with its password."),
        .init(
            "notify.events", .list, "[malicious, refused, stuck, quota]",
            "What the hook and the webhook are told of: done, malicious, refused, stuck, quota."),
        .init(
            "notify.stuckAfter", .duration(.seconds(60) ... .seconds(2_592_000)), "6h",
            "A running list without an answer for this long is stuck; one that waits for the next day's "
                + "quota is not."),
        .init(
            "notify.page", .text, "",
            "Where users open the page, such as https://hashdrop.example.org; messages then link to "
                + "lists there."),
        .init(
            "metrics.listen", .text, "off",
            "Where metrics and health are served, as address:port such as 127.0.0.1:9179; off turns it off."),
        .init(
            "metrics.otherMachines", .flag, "false",
            "Whether metrics.listen may be an address that other machines reach; no password is asked there."
        ),
        .init("log.level", .text, "info", "trace, debug, info, notice, warning, error or critical."),
        .init(
            "log.format", .text, "auto",
            "text (lines), json (lines of JSON) or auto: systemd's journal where it listens, else text."),
    ]

    /// Settings of earlier versions that were taken away, and what to do instead.
    static let removed: [(name: String, instead: String)] = {
        let proxy =
            "the page has no TLS of its own any more; put nginx or Caddy in front of it (config/README.md "
            + "has the recipes), "
            + "name its address in web.trustedProxies, and remove this setting"
        return [("web.certificateFile", proxy), ("web.keyFile", proxy)]
    }()
}
