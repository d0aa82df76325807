import CCurl
import Testing

@testable import Curl

@Suite struct CurlErrorTests {
    @Test(arguments: [
        (
            "Unsupported proxy syntax in 'http://u:p@ss@host:1/x'",
            "Unsupported proxy syntax in '«redacted»@host:1/x'"
        ),
        ("in 'http://u:p w@host' now", "in '«redacted»@host' now"), ("at u:p@host", "at «redacted»@host"),
        ("u:p@host", "«redacted»@host"), ("Could not resolve host: a.b", "Could not resolve host: a.b"),
    ])
    func userInfoInMessagesIsHidden(_ text: String, _ shown: String) {
        #expect(CurlError.hidingUserInfo(text) == shown)
        #expect(CurlError(code: CURLE_COULDNT_CONNECT, detail: text).description == "\(shown) (curl error 7)")
    }

    @Test func withoutDetailTheCodeSpeaks() {
        #expect(CurlError(code: CURLE_OPERATION_TIMEDOUT, detail: "").sentence == "Timeout was reached")
    }

    @Test(
        arguments: [
            (CURLE_COULDNT_RESOLVE_HOST, .couldNotResolve), (CURLE_COULDNT_RESOLVE_PROXY, .couldNotResolve),
            (CURLE_COULDNT_CONNECT, .couldNotConnect), (CURLE_OPERATION_TIMEDOUT, .timedOut),
            (CURLE_PEER_FAILED_VERIFICATION, .tls), (CURLE_SSL_CACERT_BADFILE, .tls),
            (CURLE_FILESIZE_EXCEEDED, .bodyTooLarge), (CURLE_HTTP2_STREAM, .connectionBroken),
            (CURLE_GOT_NOTHING, .connectionBroken), (CURLE_URL_MALFORMAT, .invalidRequest),
            (CURLE_OUT_OF_MEMORY, .other),
        ] as [(CURLcode, CurlError.Kind)])
    func kindOfACode(_ code: CURLcode, _ kind: CurlError.Kind) {
        #expect(CurlError(code: code, detail: "").kind == kind)
    }
}
