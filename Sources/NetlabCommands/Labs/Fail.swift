import ArgumentParser
import CloudModel
import LabRunner

/// `netlab fail`.
struct Fail: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fail",
        abstract: "Let a zone, a node or a link of a running lab fail, at once and in silence.",
        discussion: """
            Nothing of what has failed sends or receives a packet any more; what it was told before is lost without an
            error. `netlab status` shows what has failed, `netlab heal` brings it back as it was.

            EXAMPLES
              netlab fail nat-per-az zone a            everything that stands in zone a
              netlab fail nat-per-az nat nat-a         one NAT gateway
              netlab fail nlb-private node front-a     a load balancer's node, an instance, a gateway, an Internet host
              netlab fail interfaces link app.1        the second network interface of app
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @Argument(help: "zone, node, link or nat.", completion: .outageKind) var kind: String
    @Argument(help: "Which one.", completion: .outage) var which: String
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        Interruption.hold()
        let outage = try Outage(kind: kind, which)
        let change = try LabOutages(try LabName.valid(name)).begin(outage)
        if change.changed.isEmpty { Output.note("\(outage) had failed already") }
        try OutageReport(name, change).show(json: json)
    }
}

/// `netlab heal`.
struct Heal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heal",
        abstract: "Bring back what `netlab fail` took away; all of it when nothing is named.",
        discussion: """
            EXAMPLES
              netlab heal nat-per-az
              netlab heal nat-per-az zone a
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @Argument(help: "zone, node, link or nat.", completion: .outageKind) var kind: String?
    @Argument(help: "Which one.", completion: .outage) var which: String?
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        Interruption.hold()
        let outage = try kind.map { word in
            // A word that is no kind is to blame before the one that is missing.
            let outage = try Outage(kind: word, which ?? "")
            guard which != nil else { throw LabRunnerError(.input, "say which \(word) shall be healed") }
            return outage
        }
        let change = try LabOutages(try LabName.valid(name)).end(outage)
        if change.changed.isEmpty { Output.note(outage.map { "\($0) had not failed" } ?? "nothing had failed") }
        try OutageReport(name, change).show(json: json)
    }
}

extension Outage {
    fileprivate init(kind word: String, _ name: String) throws {
        guard let kind = Kind(rawValue: word) else {
            let kinds = Kind.allCases.map(\.rawValue)
            throw LabRunnerError(
                .input, "`\(word)` is nothing that can fail",
                hint: suggestion(for: word, among: kinds, listing: "what can") + "; for example zone a, or node app")
        }
        self.init(kind, name)
    }
}
