import Checks
import KernelObjects
import LabPlan
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

/// One way to break a running lab, and the check that must notice.
struct Mutation: Sendable, CustomTestStringConvertible {
    let lab: String
    let claim: String
    /// How the check's sentence begins.
    let check: String
    /// What is done to the lab.
    let breaks: String
    /// `fail` when the claim itself is broken, `error` when its control is: then nobody can tell any more.
    let verdict: Verdict
    let apply: @Sendable (LabFixture) throws -> Void

    var testDescription: String { "\(lab) \(claim) (\(check)…): \(breaks)" }
}

/// The mutations of one check: `Target("private-nat", "C1", "a private instance pings").fails("…") { lab in … }`.
struct Target {
    let lab: String
    let claim: String
    let check: String

    init(_ lab: String, _ claim: String, _ check: String) {
        self.lab = lab
        self.claim = claim
        self.check = check
    }

    func fails(_ breaks: String, _ apply: @escaping @Sendable (LabFixture) throws -> Void) -> Mutation {
        Mutation(lab: lab, claim: claim, check: check, breaks: breaks, verdict: .fail, apply: apply)
    }

    func errs(_ breaks: String, _ apply: @escaping @Sendable (LabFixture) throws -> Void) -> Mutation {
        Mutation(lab: lab, claim: claim, check: check, breaks: breaks, verdict: .error, apply: apply)
    }
}

/// The ways labs break, in the words of the tools one would break them with.
extension LabFixture {
    /// `ip route …` in a route table of the VPC, by its name in the lab file.
    func route(_ action: String, table: String, _ rest: String...) throws {
        try exec("vpc", ["ip", "route", action] + rest + ["table", "\(number(ofTable: table))"]).output()
    }

    /// The kernel's number of a route table.
    func number(ofTable name: String) throws -> UInt32 {
        let rules = running.plan.node("vpc")?.rules ?? []
        guard let rule = rules.first(where: { $0.owner == "route table rtb-\(name)" }) else {
            throw Missing(description: "no rule for route table \(name) among \(rules.map(\.owner))")
        }
        return rule.table
    }

    struct Missing: Error, CustomStringConvertible { let description: String }

    /// Points a subnet's default route at the Internet gateway.
    func openToInternet(table: String) throws {
        try route("replace", table: table, "default", "via", "169.254.0.1", "dev", "igw", "onlink")
    }

    /// Points a subnet's default route at a NAT gateway.
    func sendToNAT(table: String, gateway: String = "nat-a", address: String = "10.0.0.4") throws {
        try route("replace", table: table, "default", "via", address, "dev", gateway, "onlink")
    }

    func nft(_ node: String, _ command: String) throws {
        try exec(node, ["nft", command]).output()
    }

    /// A public address for a private one, both ways, as if an Elastic IP had been associated.
    func associate(_ privateAddress: String, _ publicAddress: String) throws {
        try nft("igw", "add element ip netlab private_to_public { \(privateAddress) : \(publicAddress) }")
        try nft("igw", "add element ip netlab public_to_private { \(publicAddress) : \(privateAddress) }")
    }

    /// Takes a public address away.
    func disassociate(_ privateAddress: String, _ publicAddress: String) throws {
        try nft("igw", "delete element ip netlab private_to_public { \(privateAddress) }")
        try nft("igw", "delete element ip netlab public_to_private { \(publicAddress) }")
    }

    /// Another public address for the same private one.
    func reassociate(_ privateAddress: String, from old: String, to new: String) throws {
        try disassociate(privateAddress, old)
        try associate(privateAddress, new)
    }

    /// Opens a private instance to the world: a public address, a way back, and its security group.
    func expose(_ instance: String, _ privateAddress: String, as publicAddress: String) throws {
        try associate(privateAddress, publicAddress)
        try run("vpc", "ip", "rule", "add", "from", privateAddress, "priority", "50", "lookup",
            "\(number(ofTable: "public-a"))")
        try nft("vpc", "insert rule ip netlab ingress-\(instance) accept")
    }

    /// Ends everything that answers in the lab.
    func stopServices() throws {
        guard let server = LabStatus(running.state).serverProcess else {
            throw Missing(description: "the lab has no background process")
        }
        guard try server.kill() else { throw Missing(description: "process \(server) does not end") }
    }

    /// The Internet gateway lets everything through, whatever the address.
    func openGateway() throws {
        try nft("igw", "insert rule ip netlab inbound ip daddr 10.0.0.0/16 accept")
    }
}
