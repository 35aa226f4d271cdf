import CloudModel
import IPAddressing
import Testing

@Suite("Which flows outlive their rule")
struct FlowTrackingTests {
    private let user = IPv4Address(198, 51, 100, 70)
    private let web = IPv4Address(10, 0, 0, 20)
    private let app = IPv4Address(10, 0, 1, 10)

    private func interrupts(_ flow: FlowTuple, from: String, to: String) throws -> Bool {
        let old = try #require(Twin.read(from).vpcs.first)
        return old.interrupts(flow, after: try #require(Twin.read(to).vpcs.first))
    }

    private func tcp(_ source: IPv4Address, _ destination: IPv4Address, _ port: UInt16) -> FlowTuple {
        FlowTuple(protocolNumber: 6, source: source, destination: destination, destinationPort: port)
    }

    private let closed = Twin.text.replacing("tcp: 443, from: 0.0.0.0/0", with: "tcp: 22, from: 0.0.0.0/0")

    @Test("open to the world and answered to the world: not tracked, ends with the rule")
    func untracked() throws {
        #expect(try interrupts(tcp(user, web, 443), from: Twin.text, to: closed))
        #expect(try !interrupts(tcp(user, web, 443), from: Twin.text, to: Twin.text))
    }

    @Test("a rule for some addresses is tracked: the flow goes on")
    func tracked() throws {
        let without = Twin.text.replacing("tcp: 8080", with: "tcp: 22")
        #expect(try !interrupts(tcp(web, app, 8080), from: Twin.text, to: without))
    }

    @Test("without a rule of the other direction for all ports it is tracked")
    func answers() throws {
        func narrow(_ text: String) -> String {
            text.replacing("from: 0.0.0.0/0 }] }", with: "from: 0.0.0.0/0 }], egress: [{ tcp: 443, to: 0.0.0.0/0 }] }")
        }
        #expect(try !interrupts(tcp(user, web, 443), from: narrow(Twin.text), to: narrow(closed)))
    }

    @Test("narrowed to who speaks already: it goes on; to somebody else: it ends")
    func narrowed() throws {
        func only(_ block: String) -> String {
            Twin.text.replacing("tcp: 443, from: 0.0.0.0/0", with: "tcp: 443, from: \(block)")
        }
        #expect(try !interrupts(tcp(user, web, 443), from: Twin.text, to: only("198.51.100.0/24")))
        #expect(try interrupts(tcp(user, web, 443), from: Twin.text, to: only("192.0.2.0/24")))
    }

    @Test("outbound: through the Internet gateway not tracked, through the NAT gateway always; ICMP always")
    func outbound() throws {
        func mute(_ group: String, _ rest: String) -> String {
            Twin.text.replacing(
                "\(group): { ingress: [\(rest)] }", with: "\(group): { ingress: [\(rest)], egress: [] }")
        }
        let webMuted = mute("web", "{ tcp: 443, from: 0.0.0.0/0 }")
        let world = Twin.text.replacing("web: { ingress: [", with: "web: { ingress: [{ all: true, from: 0.0.0.0/0 }, ")
        let worldMuted = webMuted.replacing(
            "web: { ingress: [", with: "web: { ingress: [{ all: true, from: 0.0.0.0/0 }, ")
        #expect(try !interrupts(tcp(web, user, 80), from: Twin.text, to: webMuted), "only 443 may come in: tracked")
        #expect(try interrupts(tcp(web, user, 80), from: world, to: worldMuted))
        let ping = FlowTuple(protocolNumber: 1, source: web, destination: user, destinationPort: 0)
        #expect(try !interrupts(ping, from: world, to: worldMuted))
        let app = Twin.text.replacing("app: { ingress: [", with: "app: { ingress: [{ all: true, from: 0.0.0.0/0 }, ")
        let appMuted = app.replacing("from: 10.0.0.0/16 }] }", with: "from: 10.0.0.0/16 }], egress: [] }")
        #expect(try !interrupts(tcp(self.app, user, 80), from: app, to: appMuted))
    }
}
