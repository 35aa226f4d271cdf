import ArgumentParser
import CloudModel
import LabRunner
import Reachability

/// `netlab explain`.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say how packets get from one place to another, or what stops them, rule by rule.",
        discussion: """
            A prediction from the lab file: the lab need not be up. In a lab that is up, the packet is also sent, and
            its true hops stand beside the predicted ones. Exit status 1 if the way does not exist, 3 if packet and
            prediction disagree.

            EXAMPLES
              netlab explain private-nat app echo:80
              netlab explain private-nat internet app:8080/tcp
              netlab explain private-nat app echo:53/udp --json
              netlab explain private-nat bastion 10.0.1.11        # ping
            """)

    @Argument(help: "A running lab, a lab's name or a lab file.", completion: .anyLab) var lab: String
    @Argument(help: "Where packets begin: a node, an address, or internet.", completion: .node) var from: String
    @Argument(
        help: "Where they go: HOST[:PORT][/tcp|/udp|/icmp|/NUMBER]; without a port, ping.", completion: .node) var to:
        String
    @Flag(help: "Send nothing, even if the lab is up.") var predictOnly = false
    @Flag(help: "Print JSON in the shape of describe-network-insights-analyses.") var json = false

    func run() throws {
        let name = lab
        let running = predictOnly ? nil : try SentPacket.runningLab(name)
        let lab = try running?.lab ?? LabModel.read(name)
        OutageReport.note(lab, name: name)
        let flow = try FlowArguments(from: from, to: to).flow(in: lab)
        let prediction = ReachabilityIndex(lab).explain(flow)
        if prediction.code == .noSourceOrDestination, let reason = prediction.explanations.first {
            throw LabRunnerError(
                .input, reason.sentence, hint: "nodes of \(lab.name): \(ReachabilityIndex(lab).nodeNames)")
        }
        let packet = try running.flatMap { try SentPacket.follow(prediction, in: $0) }
        if json {
            try Output.json(ExplainDocument(analyses: AnalysisJSON.list(of: [prediction]), packet: packet))
        } else {
            let title = "\(from) → \(to)"
            Output.say(AnalysisText(prediction, title: title, color: Output.usesColor).text)
            if let packet { Output.say(packet.text) }
        }
        if packet?.agrees == false { throw ExitCode(3) }
        if !prediction.isReachable { throw ExitCode(1) }
    }
}

extension ReachabilityIndex {
    /// For hints.
    var nodeNames: String { matrixEnds.map(\.name).joined(separator: ", ") }
}
