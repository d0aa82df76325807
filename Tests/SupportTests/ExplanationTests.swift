import Support
import Testing

@Suite struct ExplanationTests {
    @Test(arguments: [
        (Explanation("It is empty", advice: "put a key into it"), "It is empty; put a key into it."),
        (
            Explanation("It is empty. Quite", advice: "Put a key into it"),
            "It is empty. Quite. Put a key into it."
        ),
        (Explanation("It is empty", advice: "'rm a' ends that"), "It is empty; 'rm a' ends that."),
        (Explanation("It is empty"), "It is empty."), (Explanation(sentence: "It is empty."), "It is empty."),
        (Explanation(sentence: "It is empty"), "It is empty."),
    ])
    func aMessageShowsBoth(_ explanation: Explanation, _ message: String) {
        #expect(explanation.description == message)
        #expect("\(explanation.text)." == message)
    }
}
