import Glibc
import IPAddressing
import LabPlan
import LinuxSystem

/// What names mean inside a node: its `resolv.conf` and `hosts`.
///
/// `up` writes one line for each node; the two files are made when a program first runs there, because making files is
/// dear (a millisecond each where `/run` is on a disk) and most nodes never run one.
struct NodeNames: Equatable {
    let node: String
    let address: String?
    let resolvers: [String]
    let searchDomains: [String]

    init(_ plan: NodePlan) {
        node = plan.name
        address = plan.address?.description
        resolvers = plan.resolvers.map(\.description)
        searchDomains = plan.searchDomains
    }

    /// Four fields between tabs; lists with commas.
    var line: String {
        [node, address ?? "", resolvers.joined(separator: ","), searchDomains.joined(separator: ",")]
            .joined(separator: "\t") + "\n"
    }

    init?(line: Substring) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 4 else { return nil }
        node = fields[0]
        address = fields[1].isEmpty ? nil : fields[1]
        resolvers = fields[2].split(separator: ",").map(String.init)
        searchDomains = fields[3].split(separator: ",").map(String.init)
    }

    var resolvConf: String {
        var lines = resolvers.map { "nameserver \($0)" }
        if !searchDomains.isEmpty { lines.append("search \(searchDomains.joined(separator: " "))") }
        lines.append("options timeout:1 attempts:2")
        return lines.joined(separator: "\n") + "\n"
    }

    var hosts: String { "127.0.0.1 localhost\n" + (address.map { "\($0) \(node)\n" } ?? "") }

    /// One line for each node. Files made from older lines go where they would say something else now.
    static func write(_ plan: LabPlan, to state: StateFolder) throws {
        let known = try Set((Files.readIfThere(state.names) ?? "").split(separator: "\n").map { "\($0)\n" })
        let lines = plan.nodes.map { (node: $0.name, line: NodeNames($0).line) }
        try Files.replace(state.names, with: lines.map(\.line).joined())
        for (node, line) in lines where !known.contains(line) {
            for path in [state.resolverFile(of: node), state.hostsFile(of: node)] where Files.exists(path) {
                try systemCall("unlink", path) { unlink(path) }
            }
        }
    }

    /// Makes a node's two files, unless somebody has.
    static func makeFiles(of node: String, in state: StateFolder) throws {
        let (resolver, hosts) = (state.resolverFile(of: node), state.hostsFile(of: node))
        if Files.exists(resolver) && Files.exists(hosts) { return }
        let lines = try Files.read(state.names).split(separator: "\n")
        guard let names = lines.lazy.compactMap({ NodeNames(line: $0) }).first(where: { $0.node == node }) else {
            return
        }
        // A second command, or another thread of ours, may make them at the same time.
        try Files.replace(resolver, with: names.resolvConf, mode: 0o644)
        try Files.replace(hosts, with: names.hosts, mode: 0o644)
    }
}
