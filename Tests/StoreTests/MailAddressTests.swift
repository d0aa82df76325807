import Store
import Testing

struct MailAddressTests {
    @Test(arguments: ["alice@example.org", "a.b+c=d@mail.example.co.uk", "root@localhost"])
    func plainAddressesAreTaken(_ text: String) {
        #expect(MailAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", "alice", "@example.org", "alice@", "a@b@c", "alice@example..org", ".a@example.org",
        "a b@example.org", "a@example.org\r\nBcc: b@example.org", "a@example.org>", "<a@example.org",
        "\"a\"@example.org", "ä@example.org", "a@[127.0.0.1]", "a@exa_mple.org", "a,b@example.org",
    ])
    func whatCouldBeReadOtherwiseIsNot(_ text: String) {
        #expect(MailAddress(text) == nil)
    }
}
