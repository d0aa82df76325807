import Foundation

/// A message for a workflow of Teams: a text and a link on an Adaptive Card.
///
/// The text is a `TextRun`, in which no Markdown is read. Source: the schema of Adaptive Cards 1.2, and
/// Microsoft's page "Create incoming webhooks with Workflows".
struct TeamsCard: Encodable {
    private let type = "message"
    private let attachments: [Attachment]

    init(text: String, url: String?) {
        let body = [Block(inlines: [Run(text: text)])]
        attachments = [Attachment(content: Card(body: body, actions: url.map { [Action(url: $0)] }))]
    }

    /// In UTF-8.
    var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self))
        }
    }

    private struct Attachment: Encodable {
        let contentType = "application/vnd.microsoft.card.adaptive"
        let content: Card
    }

    private struct Card: Encodable {
        let type = "AdaptiveCard"
        let version = "1.2"
        let body: [Block]
        let actions: [Action]?
    }

    private struct Block: Encodable {
        let type = "RichTextBlock"
        let inlines: [Run]
    }

    private struct Run: Encodable {
        let type = "TextRun"
        let text: String
    }

    private struct Action: Encodable {
        let type = "Action.OpenUrl"
        let title = "Open the report"
        let url: String
    }
}
