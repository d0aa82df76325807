import CCurl

/// One easy handle with the buffers of its current transfer; lives on the client's thread only.
///
/// It is used again for later requests, because a handle keeps its TLS sessions. Connections and names are
/// kept by the multi handle.
final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    /// What the handle works for; nil while it is idle.
    private(set) var exchange: CurlExchange?

    private let options: CurlOptions
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private var lines: UnsafeMutablePointer<curl_slist>?
    private var head = ResponseHead()
    private var body: [UInt8] = []
    /// The lines of a mail server's last reply that refuses something.
    private var refusal = MailRefusal()
    /// What of a mail is still to be sent.
    private var upload: ArraySlice<UInt8> = []
    /// Why one of the receivers broke the transfer off; libcurl itself only says "write error".
    private var limitExceeded: CurlError?

    init(options: CurlOptions) throws(CurlError) {
        guard let easy = curl_easy_init() else { throw CurlError(.other, "libcurl cannot make a handle") }
        self.easy = easy
        self.options = options
        errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(lines)
        errorBuffer.deallocate()
    }

    /// Sets every option for `exchange`.
    func prepare(for exchange: CurlExchange) throws(CurlError) {
        self.exchange = exchange
        curl_easy_reset(easy)
        errorBuffer[0] = 0
        try check(ccurl_set_error_buffer(easy, errorBuffer))
        try setSafety()
        try setLimits()
        switch exchange.work {
        case .request(let request):
            try set(CURLOPT_URL, request.url)
            try set(CURLOPT_PROTOCOLS_STR, "http,https")
            try setRoute(to: exchange.url)
            try setHeaders(request.headers)
            if let body = request.body { try check(ccurl_set_post_body(easy, body, curl_off_t(body.count))) }
        case .mail(let mail):
            try set(CURLOPT_URL, mail.server)
            try set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
            try setMail(mail, to: exchange.url)
        }
        try setReceivers()
    }

    /// Forgets the transfer, so that its body and its secrets do not outlive it.
    func clear() {
        curl_easy_reset(easy)
        curl_slist_free_all(lines)
        lines = nil
        exchange = nil
        head = ResponseHead()
        body = []
        upload = []
        refusal = MailRefusal()
        limitExceeded = nil
    }

    /// The transfer's outcome after libcurl has ended it with `code`.
    func outcome(_ code: CURLcode) -> CurlExchange.Outcome {
        if let limitExceeded { return .failure(limitExceeded) }
        if case .mail = exchange?.work { return mailOutcome(code) }
        guard code == CURLE_OK else { return .failure(error(code)) }
        let timing = CurlTiming(
            connected: duration(CURLINFO_PRETRANSFER_TIME_T),
            firstByte: duration(CURLINFO_STARTTRANSFER_TIME_T),
            total: duration(CURLINFO_TOTAL_TIME_T),
            isConnectionReused: number(CURLINFO_NUM_CONNECTS) == 0)
        return .success(
            CurlResponse(
                status: number(CURLINFO_RESPONSE_CODE), headers: head.headers, body: body, timing: timing))
    }

    /// To libcurl a mail server's refusal is an error, to us an answer like HTTP's. Not by libcurl's response
    /// code: that may be of the leave-taking (QUIT) already.
    private func mailOutcome(_ code: CURLcode) -> CurlExchange.Outcome {
        if code == CURLE_OK { return .success(CurlResponse(status: 250)) }
        guard let status = refusal.status else { return .failure(error(code)) }
        return .success(CurlResponse(status: status, body: refusal.text))
    }

    private func error(_ code: CURLcode) -> CurlError {
        CurlError(code: code, detail: String(cString: errorBuffer))
    }

    // MARK: - Options

    private func setSafety() throws(CurlError) {
        // Signals would be the only way to time a name lookup out in a program without threads; with the
        // threaded resolver they are not needed, and they break other threads.
        try set(CURLOPT_NOSIGNAL, 1)
        // A header with a secret must not travel to wherever an answer points.
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        // The path goes out as it was checked: no folding of "/../".
        try set(CURLOPT_PATH_AS_IS, 1)
        if options.certificateFile != nil || options.certificateFolder != nil {
            // An operator who names certificates wants to trust these and no others, so nil switches the
            // default off.
            try check(ccurl_set_string(easy, CURLOPT_CAINFO, options.certificateFile))
            try check(ccurl_set_string(easy, CURLOPT_CAPATH, options.certificateFolder))
        }
    }

    private func setLimits() throws(CurlError) {
        try set(CURLOPT_TIMEOUT_MS, options.requestTimeout.millisecondsForCurl)
        try set(CURLOPT_CONNECTTIMEOUT_MS, options.connectTimeout.millisecondsForCurl)
        try set(CURLOPT_LOW_SPEED_TIME, (options.stallTimeout.millisecondsForCurl + 999) / 1000)
        try set(CURLOPT_LOW_SPEED_LIMIT, options.stallBytesPerSecondMin)
        // Refuses by Content-Length before the first byte; the receiver counts what really comes.
        try check(
            ccurl_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(options.bodyBytesMax)))
    }

    private func setRoute(to url: CurlURL) throws(CurlError) {
        if url.scheme == "https" {
            try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
            // While the first connection is being made it is unknown whether it will carry many requests
            // (HTTP/2): wait for that rather than open one for each.
            try set(CURLOPT_PIPEWAIT, 1)
        } else {
            // Said plainly, or libcurl would let the others wait for the first answer, to learn the version
            // from it.
            try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        }
        if let proxy = options.proxy { try set(CURLOPT_PROXY, proxy) }
        // A proxy's loopback is another machine; this holds for a proxy of the environment too.
        if url.isLoopback { try set(CURLOPT_NOPROXY, "*") }
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    }

    private func setHeaders(_ headers: [(String, String)]) throws(CurlError) {
        // The empty string means every encoding that libcurl can undo.
        try set(CURLOPT_ACCEPT_ENCODING, "")
        try set(CURLOPT_USERAGENT, options.userAgent)
        for (name, value) in headers {
            // "Name:" would remove the header; "Name;" sends it without a value.
            let line = value.isEmpty ? "\(name);" : "\(name): \(value)"
            try append(line)
        }
        try check(ccurl_set_list(easy, CURLOPT_HTTPHEADER, lines))
    }

    private func setMail(_ mail: CurlMail, to server: CurlURL) throws(CurlError) {
        // To a server on another machine nothing goes in the clear, whatever it offers.
        try set(CURLOPT_USE_SSL, Int(server.isLoopback ? CURLUSESSL_NONE.rawValue : CURLUSESSL_ALL.rawValue))
        // A proxy of the environment is meant for HTTP.
        try set(CURLOPT_NOPROXY, "*")
        // Servers close what idles, and a connection that dies under a mail would leave it unknown whether it
        // was taken.
        try set(CURLOPT_FORBID_REUSE, 1)
        // Taking leave, libcurl waits on the client's thread; its own limit is two minutes.
        try set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Self.replySecondsMax)
        if let user = mail.user {
            try set(CURLOPT_USERNAME, user)
            try set(CURLOPT_PASSWORD, mail.password ?? "")
        }
        try set(CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        for recipient in mail.recipients { try append("<\(recipient)>") }
        try check(ccurl_set_list(easy, CURLOPT_MAIL_RCPT, lines))
        upload = mail.message[...]
        try set(CURLOPT_UPLOAD, 1)
        try check(ccurl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(upload.count)))
        try check(
            ccurl_set_upload_source(
                easy,
                { place, size, count, context in
                    CurlHandle.from(context).giveUpload(
                        UnsafeMutableRawBufferPointer(start: place, count: size * count))
                }, Unmanaged.passUnretained(self).toOpaque()))
    }

    /// Some servers look through a mail before they take it.
    private static let replySecondsMax = 60

    /// Adds a line to the list of the transfer: HTTP's header lines, a mail's recipients.
    private func append(_ line: String) throws(CurlError) {
        guard let longer = curl_slist_append(lines, line) else {
            throw CurlError(.other, "out of memory for a request")
        }
        lines = longer
    }

    private func setReceivers() throws(CurlError) {
        // Unretained: the worker holds the handle until libcurl has let go of it.
        let context = Unmanaged.passUnretained(self).toOpaque()
        try check(
            ccurl_set_body_receiver(
                easy,
                { bytes, size, count, context in
                    CurlHandle.from(context).receiveBody(
                        UnsafeRawBufferPointer(start: bytes, count: size * count))
                }, context))
        try check(
            ccurl_set_header_receiver(
                easy,
                { bytes, size, count, context in
                    CurlHandle.from(context).receiveHeader(
                        UnsafeRawBufferPointer(start: bytes, count: size * count))
                }, context))
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlHandle {
        Unmanaged<CurlHandle>.fromOpaque(context!).takeUnretainedValue()
    }

    // MARK: - Receivers: any result but the number of bytes given breaks the transfer off

    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count <= options.bodyBytesMax - body.count else {
            limitExceeded = CurlError(
                .bodyTooLarge, "the answer exceeds \(options.bodyBytesMax) bytes after decompression",
                code: Int(CURLE_WRITE_ERROR.rawValue))
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        refusal.read(bytes)
        guard head.append(line: bytes, bytesMax: options.headBytesMax) else {
            limitExceeded = CurlError(
                .headTooLarge, "the answer's header lines exceed \(options.headBytesMax) bytes",
                code: Int(CURLE_WRITE_ERROR.rawValue))
            return 0
        }
        return bytes.count
    }

    /// The next bytes of a mail, copied to where libcurl wants them; none at its end.
    private func giveUpload(_ place: UnsafeMutableRawBufferPointer) -> Int {
        let part = upload.prefix(place.count)
        place.copyBytes(from: part)
        upload = upload.dropFirst(part.count)
        return part.count
    }

    // MARK: - Small helpers

    private func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
        try check(ccurl_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(CurlError) {
        try check(ccurl_set_string(easy, option, value))
    }

    private func check(_ code: CURLcode) throws(CurlError) {
        guard code == CURLE_OK else { throw CurlError(code: code, detail: "") }
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        return ccurl_get_long(easy, info, &value) == CURLE_OK ? value : 0
    }

    private func duration(_ info: CURLINFO) -> Duration {
        var microseconds: curl_off_t = 0
        guard ccurl_get_offset(easy, info, &microseconds) == CURLE_OK else { return .zero }
        return .microseconds(Int64(microseconds))
    }
}
