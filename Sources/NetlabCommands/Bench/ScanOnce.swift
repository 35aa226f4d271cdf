import ArgumentParser
import IPAddressing
import LinuxSystem
import Namespaces
import Probes

/// `netlab __scan`: one port scan from a named namespace, as JSON. For `make bench`, which has no other way to time the
/// scanner against its peers.
struct ScanOnce: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "__scan", shouldDisplay: false)

    @Option(help: "A name under /run/netns.") var namespace: String
    @Option(help: "A-B, or one port; may be given again.") var tcp: [String]
    @Option var threads = 1
    @Argument(help: "Addresses or CIDR blocks.") var hosts: [String]

    /// What came of it.
    private struct Result: Encodable {
        let seconds: Double
        let open: [String]
        let closed: Int
        let filtered: Int
        let sent: Int
        let isComplete: Bool
    }

    func run() throws { try Self.run(namespace: namespace, tcp: tcp, threads: threads, hosts: hosts) }

    private static func run(namespace: String, tcp: [String], threads: Int, hosts: [String]) throws {
        let outcome = try PortScan(
            from: NetworkNamespace(name: namespace, path: NamedNamespace.path(namespace)),
            targets: [PortScan.Target(addresses: hosts.flatMap(Self.addresses), tcp: try tcp.map(Self.ports))],
            threads: threads
        ).run()
        let tally = outcome.tcp.tally
        try Output.json(
            Result(
                seconds: outcome.duration.seconds, open: outcome.open.map(\.description),
                closed: tally[.closed, default: 0], filtered: tally[.filtered, default: 0], sent: outcome.sent,
                isComplete: outcome.isComplete))
    }

    private static func addresses(_ text: String) throws -> [IPv4Address] {
        if let address = IPv4Address(text) { return [address] }
        guard let block = CIDRBlock(text) else { throw ValidationError("\(text) is no address and no block") }
        return (0..<block.count).map { block.base + $0 }
    }

    private static func ports(_ text: String) throws -> ClosedRange<UInt16> {
        let ends = text.split(separator: "-").map { UInt16($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, 1...2 ~= ends.count, first <= last else {
            throw ValidationError("\(text) is no range of ports")
        }
        return first...last
    }
}

extension ScanOnce: PlainCommand {
    static func runPlainly(_ words: ArraySlice<String>) throws -> Bool {
        guard let words = PlainWords(words, options: ["--namespace", "--tcp", "--threads"]), !words.operands.isEmpty,
            let namespace = words.value(of: "--namespace"), let threads = Int(words.value(of: "--threads") ?? "1")
        else { return false }
        try run(namespace: namespace, tcp: words.values(of: "--tcp"), threads: threads, hosts: words.operands)
        return true
    }
}
