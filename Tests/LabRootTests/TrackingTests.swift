import Glibc
import IPAddressing
import LabRunner
import NetlabTesting
import Nftables
import Testing

extension RealLabs {
    /// What becomes of an open connection when the rule that let it in is taken away.
    @Suite("Tracked flows and untracked ones") struct TrackingTests {
        /// `open` is open to everyone and lets every answer out: AWS does not track that. `narrow` is tracked.
        private static let lab = """
            lab: tracking
            vpc: { cidr: 10.0.0.0/16 }
            internet-gateway: igw
            subnets:
              public: { cidr: 10.0.0.0/24, routes: { 0.0.0.0/0: igw } }
            security-groups:
              open: { ingress: [{ tcp: 80, from: 0.0.0.0/0 }] }
              narrow: { ingress: [{ tcp: 80, from: [198.51.100.0/24, 10.0.0.0/16] }] }
            instances:
              open: { subnet: public, address: 10.0.0.10, elastic-ip: 203.0.113.10, security-groups: open, listens: http }
              narrow: { subnet: public, address: 10.0.0.11, elastic-ip: 203.0.113.11, security-groups: narrow, listens: http }
            internet:
              user: { address: 198.51.100.70 }
            """

        private func connect(_ lab: LabFixture, from sender: String, to address: IPv4Address) throws -> OpenConnection {
            try OpenConnection(from: try #require(lab.running.node(sender)).namespace, to: address, port: 80)
        }

        @Test("without its rule an untracked connection ends at once, a tracked one goes on")
        func removal() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let open = try connect(lab, from: "user", to: IPv4Address(203, 0, 113, 10))
                let narrow = try connect(lab, from: "user", to: IPv4Address(203, 0, 113, 11))
                for chain in ["sg-open-in", "sg-open-in-open", "sg-narrow-in"] {
                    try lab.run("vpc", "nft", "flush", "chain", "ip", "netlab", chain)
                }
                #expect(try narrow.ask() == 0)
                #expect(try open.ask(within: 1_500) == ETIMEDOUT)
                let drops = try #require(lab.running.node("vpc")).ruleCounters().filter {
                    $0.owner == "sg open ingress"
                }
                #expect(drops.contains { $0.packets > 0 })
            }
        }

        @Test("each end tracks for itself: inside the VPC the sender's rules may go, the receiver's may not")
        func ends() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let first = try connect(lab, from: "narrow", to: IPv4Address(10, 0, 0, 10))
                let second = try connect(lab, from: "narrow", to: IPv4Address(10, 0, 0, 10))
                try lab.run("vpc", "nft", "flush", "chain", "ip", "netlab", "sg-narrow-out")
                #expect(try first.ask() == 0)
                for chain in ["sg-open-in", "sg-open-in-open"] {
                    try lab.run("vpc", "nft", "flush", "chain", "ip", "netlab", chain)
                }
                #expect(try second.ask(within: 1_500) == ETIMEDOUT)
            }
        }

        @Test("a rule that stays keeps an untracked connection alive, and its answers need no rule of their own")
        func untracked() async throws {
            try await withLab(text: Self.lab) { lab throws in
                let connection = try connect(lab, from: "user", to: IPv4Address(203, 0, 113, 10))
                #expect(try connection.ask() == 0)
                let counters = try #require(lab.running.node("vpc")).ruleCounters()
                let rule = counters.first { $0.chain == "sg-open-in-open" && $0.owner == "sg open ingress[0]" }
                // The handshake's two packets and the request at least: each was asked for its rule.
                #expect((rule?.packets ?? 0) >= 3)
            }
        }
    }
}
