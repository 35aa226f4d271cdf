import Glibc
import IPAddressing
import KernelObjects
import LabPlan
import LabRunner
import NetlabTesting
import Nftables
import Probes
import Reachability
import Testing

extension RealLabs.Fidelity {
    @Suite("The network load balancer, packet by packet") struct NetworkBalancerTests {
        @Test("a target does not reach itself through it while the client's address is kept")
        func itself() async throws {
            try await withLab("nlb-private") { lab throws in
                let front = try #require(lab.node("front-a").plan.addresses.first?.address)
                let plain = try #require(lab.node("plain-a").plan.addresses.first?.address)
                #expect(try lab.handshake("app-a", front, 80).isSilent)
                #expect(!lab.predicts("app-a", front, .tcp(port: 80)))
                // Where the balancer hides the client, the same instance is served.
                #expect(try lab.handshake("app-a", plain, 80).succeeded)
                #expect(lab.predicts("app-a", plain, .tcp(port: 80)))
            }
        }

        @Test("after 350 s of silence the next segment gets a reset, here after one")
        func idle() async throws {
            try await withLab("nlb-private") { lab throws in
                let node = try lab.node("front-a")
                let name = "net.netfilter.nf_conntrack_tcp_timeout_established"
                #expect(try lab.run("front-a", "sysctl", "-n", name) == "350\n")
                try lab.run("front-a", "sysctl", "-w", "\(name)=1")
                let connection = try OpenConnection(
                    from: lab.node("user").namespace, to: IPv4Address(203, 0, 113, 41), port: 80)
                let port = connection.localPort
                #expect(try node.trackedFlows().contains { $0.original.sourcePort == port })
                #expect(try eventually { try !node.trackedFlows().contains { $0.original.sourcePort == port } })
                #expect(try connection.ask() == ECONNRESET)
            }
        }

        @Test("a flow to a target that became unwell is reset, and new ones go elsewhere")
        func unwell() async throws {
            try await withLab("nlb-private") { lab throws in
                let address = IPv4Address(203, 0, 113, 43)
                let user = try lab.node("user").namespace
                // Port 81 uses the target of either zone; the one in zone b is ill from the beginning.
                let connection = try OpenConnection(from: user, to: address, port: 81)
                #expect(try connection.ask() == 0)
                // Now the other takes no new connection, and both are ill: nothing is cut while the balancer fails open.
                try lab.close("9090", at: "app-a")
                try lab.run("app-b", "nft", "table ip t { chain c { type nat hook prerouting priority -100; }; }")
                try lab.run("app-b", "nft", "add rule ip t c tcp dport 9091 redirect to :9090")
                // With the target of zone b well again, the flow to zone a is cut.
                #expect(try eventually { try connection.ask(within: 200) == ECONNRESET })
                #expect(try lab.drops("elb plain-a: unhealthy target") >= 1)
                #expect(try lab.handshake("user", address, 81).succeeded)
            }
        }
    }
}
