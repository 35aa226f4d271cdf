import ArgumentParser
import Checks
import CloudModel
import LabRunner
import Reachability

/// `netlab matrix`.
struct Matrix: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix",
        abstract: "Show who reaches whom on which ports, every pair of nodes.",
        discussion: """
            A prediction from the lab file. With --verify every pair is also tried by real packets, in a running lab;
            exit status 1 if any packet says otherwise.

            EXAMPLES
              netlab matrix private-nat
              netlab matrix private-nat --ports 22,443,8080,53/udp,ping --format csv
              netlab up private-nat && netlab matrix private-nat --verify
            """)

    @Argument(help: "A running lab, a lab's name or a lab file.", completion: .anyLab) var lab: String
    @Option(help: "Ports, e.g. 22,53/udp,ping; by default those that rules and servers name.") var ports: String?
    @Option(help: "text, json, csv, svg or html.") var format: MatrixFormat = .text
    @Flag(help: "Try every pair by packets; the lab must be up.") var verify = false
    @Option(help: "Write to a file.", completion: .file()) var output: String?

    func run() throws {
        let running = verify ? try RunningLab.attach(try LabName.valid(lab)) : nil
        let model = try running?.lab ?? LabModel.read(lab)
        OutageReport.note(model, name: lab)
        let index = ReachabilityIndex(model)
        let wanted = try ports.map(MatrixPort.list) ?? model.portsOfInterest
        let matrix = ReachabilityMatrix(index, ports: wanted)
        var disagreements: [MatrixVerification.Disagreement] = []
        if let running {
            Interruption.hold()
            disagreements = try MatrixVerification(running, matrix).run()
        }
        let picture = MatrixPicture(
            matrix, title: model.title.isEmpty ? model.name : model.title, disagreements: disagreements,
            isVerified: verify)
        let text = try picture.rendered(as: format)
        if let output { try Output.write(text, toFile: output) } else { Output.say(text) }
        if !disagreements.isEmpty { throw ExitCode(1) }
    }
}

extension MatrixFormat: ExpressibleByArgument {}

extension MatrixPort {
    /// `22,53/udp,ping`; what is named twice is asked once.
    static func list(_ text: String) throws -> [MatrixPort] {
        let words = try text.split(separator: ",").map { word in
            guard let port = MatrixPort(String(word)) else {
                throw LabRunnerError(.input, "\(word) is no port", hint: "for example 443, 53/udp or ping")
            }
            return port
        }
        var seen: Set<MatrixPort> = []
        let ports = words.filter { seen.insert($0).inserted }
        guard 1...ReachabilityMatrix.mostPorts ~= ports.count else {
            throw LabRunnerError(.input, "a matrix has 1 to \(ReachabilityMatrix.mostPorts) ports, not \(ports.count)")
        }
        return ports
    }
}
