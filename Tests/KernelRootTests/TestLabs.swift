import CloudModel
import Foundation
import IPAddressing
import LabFile
import LabPlan
import Namespaces
import Testing

/// The labs that are built twice: those that ship, and some that ask more of quoting and of sets.
enum TestLabs {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let shipped: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "labs").path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    static let nouns = ["endpoints", "interfaces", "network-acl", "peering", "transit-gateway"]
    static let all = shipped + nouns + [words, twins]
    static let words = "(names that are words)"
    static let twins = "(two VPCs)"

    static func plan(_ name: String) throws -> LabPlan {
        switch name {
        case words: try LabPlan(read(wordLab))
        case twins: LabPlan(twinLab)
        default:
            try LabPlan(
                read(
                    String(
                        contentsOf: root.appending(
                            path: (nouns.contains(name) ? "Tests/Fixtures/GoodLabs" : "labs") + "/\(name).yaml"),
                        encoding: .utf8)))
        }
    }

    private static func read(_ text: String) throws -> Lab {
        let reading = LabFile.read(text, file: "test.yaml")
        return try #require(reading.lab, "\(reading.problems.map(\.rendered).joined(separator: "\n"))")
    }

    /// Words of `ip`, `nft` and bash as names, and names as long as they may be.
    private static let wordLab = """
        lab: words
        vpc: { cidr: 10.0.0.0/16, name: link }
        internet-gateway: set
        subnets:
          via: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: set, 192.168.0.0/16: blackhole, 172.16.0.0/12: table } }
        security-groups:
          in: { ingress: [{ tcp: 80, from: in }, { udp: 1-1024, from: 10.0.0.0/9 }, { icmp: all, from: in }] }
          group-with-a-name-as-long-as-the-console-would-let-you-write-it: { ingress: [] }
        instances:
          name: { subnet: via, security-groups: [in], elastic-ip: 203.0.113.5 }
          dev: { subnet: via, security-groups: [in] }
          type: { subnet: via, security-groups: [in] }
          table: { subnet: via, security-groups: [in], source-dest-check: false }
          "1": { subnet: via, security-groups: [in] }
          done: { subnet: via, security-groups: [in] }
          fifteen-letters:
            subnet: via
            security-groups: [in, group-with-a-name-as-long-as-the-console-would-let-you-write-it]
        internet:
          drop: { address: 198.51.100.10 }
        """

    /// Two VPCs of one range, one of them with a second range that touches the first.
    private static let twinLab: Lab = {
        let block = CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 16)
        let next = CIDRBlock(containing: IPv4Address(10, 1, 0, 0), prefixLength: 16)
        let vpcs = ["x", "y"].map { letter in
            VPC(
                name: "vpc-\(letter)", cidrBlocks: letter == "x" ? [block, next] : [block],
                internetGateway: InternetGateway(name: "igw-\(letter)"),
                subnets: [
                    Subnet(
                        name: "a", cidrBlock: CIDRBlock(containing: block.base, prefixLength: 24), routeTable: "main")
                ],
                routeTables: [
                    RouteTable(
                        name: "main",
                        routes: [Route(destination: .everywhere, target: .internetGateway("igw-\(letter)"))])
                ],
                natGateways: [
                    NATGateway(
                        name: "nat-\(letter)", subnet: "a", privateAddress: IPv4Address(10, 0, 0, 9),
                        elasticIP: IPv4Address(203, 0, 113, letter == "x" ? 11 : 12))
                ],
                securityGroups: [SecurityGroup(name: "web")],
                instances: [
                    Instance(
                        name: "web-\(letter)",
                        interface: NetworkInterface(
                            subnet: "a", privateAddress: IPv4Address(10, 0, 0, 10),
                            publicAddress: IPv4Address(203, 0, 113, letter == "x" ? 1 : 2), securityGroups: ["web"]))
                ])
        }
        let hosts = [InternetHost(name: "user", address: IPv4Address(198, 51, 100, 70))]
        return Lab(
            name: "twins", title: "Two VPCs; $(reboot) `reboot` \"'", vpcs: vpcs, internet: Internet(hosts: hosts))
    }()
}

/// One lab built by the script and, if asked for, once more by netlab.
final class BuiltLab {
    let plan: LabPlan
    let sandbox = Sandbox()
    let script: String

    init(_ name: String) throws {
        plan = try TestLabs.plan(name)
        script = sandbox.name("shell")
    }

    func runScript(_ arguments: String...) throws {
        let text = ShellScript(plan).text
        try command(["bash", "-s", "--"] + arguments, input: text, environment: ["LAB": script])
    }

    /// Builds it by hand; taken away when the test ends.
    func buildByScript() throws {
        sandbox.cleanUp { [plan, script] in
            for node in plan.nodes { _ = try? command("ip", "netns", "delete", "\(script).\(node.name)") }
        }
        try runScript()
    }

    /// The namespace's name in the script's build.
    func inScript(_ node: String) -> String { LabPlan.namespaceName(lab: script, node: node) }

    /// A node of the script's build with our doors to it.
    func box(_ node: String) throws -> Box {
        let name = inScript(node)
        return try Box(NetworkNamespace(name: name, path: NamedNamespace.path(name)), in: sandbox)
    }
}
