import CloudModel
import Drift
import IPAddressing
import KernelObjects
import LabFile
import LabPlan
import Testing

@testable import Nftables

/// A lab on paper that runs exactly by its plan, to be disturbed by a test.
struct Twin {
    static let text = """
        lab: twin
        vpc: { cidr: 10.0.0.0/16, zones: [a] }
        internet-gateway: igw
        subnets:
          public-a:  { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
          private-a: { cidr: 10.0.1.0/24, zone: a, routes: { 0.0.0.0/0: nat-a } }
        nat-gateways:
          nat-a: { subnet: public-a, elastic-ip: 203.0.113.11 }
        security-groups:
          web: { ingress: [{ tcp: 443, from: 0.0.0.0/0 }] }
          app: { ingress: [{ tcp: 8080, from: 10.0.0.0/16 }] }
        instances:
          web: { subnet: public-a, address: 10.0.0.20, elastic-ip: 203.0.113.20, security-groups: [web], listens: { http: 443 } }
          app: { subnet: private-a, address: 10.0.1.10, security-groups: [app], listens: { http: 8080 } }
        internet:
          user: { address: 198.51.100.70 }
        """

    let plan: LabPlan
    var survey = LabDifference.Survey()

    init(_ text: String = Twin.text) throws {
        plan = LabPlan(try Self.read(text))
        let objects = plan.plannedObjects
        for node in plan.nodes {
            survey.nodes[node.name] = Self.live(objects[node.name] ?? [], peers: plan.veths, node: node.name)
            survey.rulesets[node.name] = node.nft.map { LiveRuleset($0) }
        }
    }

    static func read(_ text: String) throws -> Lab {
        let reading = LabFile.read(text, file: "twin.yaml")
        return try #require(reading.lab, "\(reading.problems)")
    }

    /// What the kernel would list if it had just been given these.
    private static func live(_ objects: [KernelObject], peers: [Veth], node: String) -> LiveNode {
        var live = LiveNode()
        for object in objects {
            if case .link(let link) = object {
                let veth = peers.first {
                    [$0.near, $0.far].contains { $0.node == node && $0.name == link.device.name }
                }
                let peer = veth.map { $0.near.node == node ? $0.far.index : $0.near.index }
                live.links.append(
                    LiveLink(
                        device: link.device, kind: veth == nil ? "" : "veth", mtu: link.mtu ?? 65_536,
                        mac: link.mac?.description ?? "", isUp: true, peer: peer))
            } else {
                live.objects.append(
                    LiveObject(object.noun, key: object.key, words: object.words, device: object.device))
            }
        }
        return live
    }

    /// Changes what was found in a node.
    mutating func disturb(_ node: String, _ change: (inout LiveNode) -> Void) throws {
        var live = try #require(survey.nodes[node])
        change(&live)
        survey.nodes[node] = live
    }

    /// What somebody's own table would look like in the kernel.
    mutating func rewrite(_ node: String, _ change: (inout NftTable) -> Void) throws {
        var table = try #require(plan.node(node)?.nft)
        change(&table)
        survey.rulesets[node] = LiveRuleset(table)
    }

    var lines: [String] { LabDifference(plan, survey).lines.map { "\($0.place): \($0.difference)" } }
}
