import ArgumentParser
import Checks
import CloudModel
import LabRunner

/// `netlab scan`.
struct ScanTargets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Scan ports from any node: SYNs, datagrams, echo requests.",
        discussion: """
            Exit status 0 when something is open, 1 when nothing is.

            EXAMPLES
              netlab scan private-nat scanner 203.0.113.0/24 --ports 1-1024
              netlab scan private-nat bastion app worker --ports 22,80,8000-8100 --ping
              netlab scan private-nat scanner nat-a --ports 1-65535 --json
            """)

    @Argument(help: "A running lab.", completion: .runningLab) var name: String
    @Argument(help: "The node that sends.", completion: .node) var from: String
    @Argument(help: "Nodes, addresses, names or CIDR blocks.", completion: .node) var targets: [String]
    @Option(help: "TCP ports: 22,80,8000-8100.") var ports: String = "1-1024"
    @Option(help: "UDP ports.") var udpPorts: String?
    @Flag(help: "One echo request each as well.") var ping = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        Interruption.endAtOnce()
        let tcp = try Self.ranges(ports)
        let udp = try udpPorts.map(Self.ranges) ?? []
        let lab = try RunningLab.attach(try LabName.valid(name))
        try WatchOptions.require(from, in: lab)
        let scan = try AdHocScan(
            lab, from: from, ScanTarget(hosts: targets, tcp: tcp, udp: udp, ping: ping)
        ).run()
        if json { try Output.json(scan) } else { Output.say(text(scan)) }
        if scan.open.isEmpty && scan.alive.isEmpty { throw ExitCode(1) }
    }

    private func text(_ scan: AdHocScan.Story) -> String {
        var lines: [String] = []
        if !scan.open.isEmpty || !scan.alive.isEmpty {
            var table = TextTable(["address", "port", "node"])
            for port in scan.open { table.add([port.address, "\(port.port)/\(port.protocol)", port.node ?? "-"]) }
            for host in scan.alive { table.add([host.address, "ping", host.node ?? "-"]) }
            lines += [table.text, ""]
        }
        let counts = scan.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        lines.append(
            "\(counts.joined(separator: ", ")); \(scan.sent) packets in \(Int(scan.milliseconds.rounded())) ms")
        lines += scan.drops.map { "dropped: \($0.packets) packets by \($0.owner) in \($0.node)" }
        return lines.joined(separator: "\n")
    }

    /// `22,80,8000-8100`.
    static func ranges(_ text: String) throws -> [ClosedRange<UInt16>] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
            guard 1...2 ~= ends.count, let first = ends[0], let last = ends[ends.count - 1], first <= last else {
                throw LabRunnerError(.input, "\"\(part)\" is no port and no range", hint: "for example 22,80,8000-8100")
            }
            return first...last
        }
    }
}
