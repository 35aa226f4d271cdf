import CloudModel
import IPAddressing
import Yams

/// The top level of a lab file.
struct LabReader {
    let source: Source

    static let keys =
        ["lab", "title", "public-pool"] + VPCReader.topLevelSections + ["vpcs"] + Connections.sections
        + ["internet", "programs", "checks"]

    /// As much of the lab as could be read; `nil` only if nothing can be said about it.
    func read(_ root: Node) -> Lab? {
        let top = Field(name: "the file", node: root, source: source)
        guard let table = top.table(of: "a lab", keys: Self.keys, hint: "a lab begins with `lab: its-name`") else {
            return nil
        }
        // A name of its own keeps validation from reporting the missing one a second time.
        var lab = Lab(name: table.need("lab", example: "private-nat")?.text("private-nat") ?? "lab", origin: top.origin)
        lab.title = table["title"]?.text("A private subnet behind a NAT gateway") ?? ""
        let pools = table["public-pool"]?.items().compactMap { $0.block("203.0.113.0/24") } ?? []
        if let pool = pools.first {
            lab.internet.publicPool = pool
            lab.internet.furtherPools = Array(pools.dropFirst())
        } else if let field = table["public-pool"], field.items().isEmpty {
            field.wrongType("a CIDR block", hint: "for example 203.0.113.0/24")
        }
        let connections = Connections(table)
        lab.vpcs = vpcs(table, connections)
        lab.prefixLists = connections.prefixLists
        lab.peerings = PeeringsReader.read(table["peerings"])
        lab.transitGateways = TransitGatewaysReader.read(table["transit-gateways"])
        PublicAddresses.give(to: &lab, source: source)
        if let hosts = table["internet"] { lab.internet.hosts = InternetReader.read(hosts) }
        if let programs = table["programs"] { lab.programs = programs.items().compactMap { $0.text("sshpass") } }
        if let checks = table["checks"] { lab.checks = ChecksReader.read(checks) }
        return lab
    }

    /// One VPC, whose sections stand at the top level, or several under `vpcs`.
    private func vpcs(_ table: Table, _ connections: Connections) -> [VPC] {
        guard let list = table["vpcs"] else { return [VPCReader(table: table, connections: connections).read()] }
        for key in VPCReader.topLevelSections where table[key] != nil {
            source.error(
                table.origin(of: key), "a lab with `vpcs` has no `\(key)` at the top level",
                hint: "put it below the VPC it belongs to")
        }
        let hint = "for example `vpcs: { a: { cidr: 10.0.0.0/16, subnets: { … } } }`"
        if list.isNull { list.wrongType("a mapping", hint: hint) }
        return list.nouns(hint).compactMap { entry in
            entry.field.table(
                of: "the VPC `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: VPCReader.keysInList,
                hint: hint
            ).map { VPCReader(table: $0, connections: connections, name: entry.name).read() }
        }
    }
}
