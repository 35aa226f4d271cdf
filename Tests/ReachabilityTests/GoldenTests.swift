import Foundation
import Reachability
import Testing

@Suite("Explanations as people and programs read them")
struct GoldenTests {
    struct Question: CustomTestStringConvertible, Sendable {
        let lab: String
        let from: String
        let to: String
        let transport: Transport
        var file: String { "\(lab)-\(from)-\(to)-\(transport)".map { $0 == "/" ? "-" : $0 }.map(String.init).joined() }
        var testDescription: String { file }
    }

    static let questions = [
        Question(lab: "private-nat", from: "app", to: "echo", transport: .tcp(port: 80)),
        Question(lab: "private-nat", from: "scanner", to: "bastion", transport: .tcp(port: 22)),
        Question(lab: "private-nat", from: "stray", to: "echo", transport: .udp(port: 7)),
        Question(lab: "public-igw", from: "user", to: "dark", transport: .tcp(port: 443)),
        Question(lab: "public-igw", from: "plain", to: "echo", transport: .echoRequest),
    ]

    @Test(arguments: questions) func text(_ question: Question) throws {
        let analysis = try analysis(question)
        let text = AnalysisText(analysis, title: "\(question.from) → \(question.to) \(question.transport)").text
        #expect(try text + "\n" == Fixtures.golden("\(question.file).txt", for: text + "\n"))
    }

    @Test(arguments: questions) func json(_ question: Question) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(AnalysisJSON.document([analysis(question)])), as: UTF8.self)
        #expect(try text + "\n" == Fixtures.golden("\(question.file).json", for: text + "\n"))
    }

    private func analysis(_ question: Question) throws -> Analysis {
        ReachabilityIndex(try Fixtures.lab(question.lab)).explain(
            Flow(from: .node(question.from), to: .node(question.to), question.transport))
    }
}
