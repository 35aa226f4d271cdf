import CloudModel
import IPAddressing
import LabFile
import LabPlan
import Nftables
import Testing

@testable import Checks
@testable import LabRunner
@testable import Probes

/// A lab that is in nobody's kernel: names and addresses to judge by.
enum PaperLab {
    static let text = """
        lab: paper
        vpc: { cidr: 10.0.0.0/16, zones: [a] }
        internet-gateway: igw
        subnets:
          public-a:  { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
          private-a: { cidr: 10.0.1.0/24, zone: a, routes: { 0.0.0.0/0: nat-a } }
        nat-gateways:
          nat-a: { subnet: public-a, elastic-ip: 203.0.113.11 }
        security-groups:
          app: { ingress: [{ tcp: 8080, from: 10.0.0.0/16 }] }
        instances:
          web: { subnet: public-a, address: 10.0.0.10, elastic-ip: 203.0.113.20, security-groups: [app], listens: { http: 443 } }
          app: { subnet: private-a, address: 10.0.1.10, security-groups: [app], listens: { http: 8080 } }
        internet:
          echo: { address: 198.51.100.40, names: [echo.example], serves: [http, udp] }
          user: { address: 198.51.100.70 }
        """

    static func places() throws -> Places {
        let reading = LabFile.read(text, file: "paper.yaml")
        let lab = try #require(reading.lab, "\(reading.problems)")
        return Places(lab: RunningLab(plan: LabPlan(lab), state: StateFolder("paper"), nodes: []))
    }
}

/// Swift Testing has an `Expectation` of its own.
typealias Expected = CloudModel.Expectation

/// One trial with what it brought, judged.
struct Case {
    var sender = "app"
    var probe = Probe.http(to: Endpoint(host: "echo"), path: "/")
    var expect: Expected
    var observation: Observation? = Observation()
    var error: String?
    var sent = 0
    var arrived: [Sighting] = []
    var receiver: String?
    var strays: [(node: String, sighting: Sighting)] = []
    var captureLost = 0
    var translations: [(node: String, flow: TrackedFlow)] = []
    var echoIdentifiers: Set<UInt16> = []
    var resets = 0
    var counted: [(owner: String, node: String, packets: UInt64)] = []
    /// What trials of the phase claim of each owner; by default what this one sent.
    var claimed: [String: Int]?

    init(_ expect: Expected) { self.expect = expect }

    var evidence: Evidence {
        Evidence(
            Trial(sender: sender, probe: probe, expect: expect), observation: observation, error: error, sent: sent,
            arrived: arrived, receiver: receiver, strays: strays, captureLost: captureLost, translations: translations,
            echoIdentifiers: echoIdentifiers, resets: resets)
    }

    func findings() throws -> [Finding] {
        let own = expect.stoppedBy.map { [$0: sent] } ?? [:]
        return Judge(places: try PaperLab.places(), ledger: Ledger(counted: counted), claimed: claimed ?? own)
            .findings(evidence)
    }

    func result() throws -> TrialResult {
        TrialResult(evidence, findings: try findings(), places: try PaperLab.places())
    }

    /// Everything that was expected is so, and something was.
    func holds() throws -> Bool {
        let findings = try findings()
        return !findings.isEmpty && findings.allSatisfy(\.holds)
    }

    /// The same with some things changed.
    func with(_ change: (inout Case) -> Void) -> Case {
        var copy = self
        change(&copy)
        return copy
    }
}

extension Observation {
    /// An observation with some things set.
    static func of(_ change: (inout Observation) -> Void) -> Observation {
        var observation = Observation()
        change(&observation)
        return observation
    }
}

func end(_ text: String) -> SocketAddress {
    SocketAddress(text) ?? SocketAddress(address: IPv4Address(0, 0, 0, 0), port: 0)
}

extension Sighting {
    /// A TCP SYN as a witness would have seen it.
    static func syn(_ source: String, _ destination: String) throws -> Sighting {
        let (source, destination) = (end(source), end(destination))
        var ports: [UInt8] = []
        for port in [source.port, destination.port] { ports += [UInt8(port >> 8), UInt8(port & 0xff)] }
        return try packet(6, source.address, destination.address, ports + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0, 0])
    }

    /// An ICMP echo request.
    static func echo(_ source: IPv4Address, _ destination: IPv4Address, id: UInt16) throws -> Sighting {
        try packet(1, source, destination, [8, 0, 0, 0, UInt8(id >> 8), UInt8(id & 0xff), 0, 1])
    }

    private static func packet(
        _ number: UInt8, _ source: IPv4Address, _ destination: IPv4Address, _ payload: [UInt8]
    ) throws -> Sighting {
        let length = UInt8(20 + payload.count)
        let bytes =
            [0x45, 0, 0, length, 0, 0, 0, 0, 64, number, 0, 0] + source.bytes + destination.bytes + payload
        let sighting = Sighting(bytes.span, direction: .incoming)
        return try #require(sighting)
    }
}
