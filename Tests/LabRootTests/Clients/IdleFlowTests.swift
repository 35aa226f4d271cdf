import Glibc
import IPAddressing
import LabRunner
import LinuxSystem
import NetlabTesting
import Nftables
import Probes
import Testing

extension RealLabs {
    /// After 350 s of silence the NAT gateway does not know a flow any more; here after one second.
    @Suite("The NAT gateway forgets") struct IdleFlowTests {
        @Test("the next segment from inside gets a reset, and the outside hears nothing")
        func reset() async throws {
            try await withLab("private-nat") { lab throws in
                let gateway = try #require(lab.running.node("nat-a"))
                let (app, echo) = (try #require(lab.running.node("app")), try #require(lab.running.node("echo")))
                #expect(
                    try lab.run("nat-a", "sysctl", "-n", "net.netfilter.nf_conntrack_tcp_timeout_established")
                        == "350\n")
                try lab.run("nat-a", "sysctl", "-w", "net.netfilter.nf_conntrack_tcp_timeout_established=1")

                let connection = try OpenConnection(from: app.namespace, to: IPv4Address(198, 51, 100, 40), port: 80)
                #expect(try gateway.trackedFlows().contains { $0.original.sourcePort == connection.localPort })
                let isForgotten = try eventually {
                    try !gateway.trackedFlows().contains { $0.original.sourcePort == connection.localPort }
                }
                #expect(isForgotten)
                let outside = try Witness(in: echo.namespace, interface: "eth0", filter: PacketFilter(port: 80))
                defer { outside.close() }
                #expect(try connection.ask() == ECONNRESET)
                #expect(try outside.count == 0)
                let rule = try gateway.ruleCounters().first { $0.owner == "nat nat-a: unknown flow" }
                #expect(rule?.packets == 1)
                // Whoever begins anew is served.
                #expect(try lab.exec("app", ["curl", "-sSf", "--noproxy", "*", "http://198.51.100.40/"]).succeeded)
            }
        }

        @Test("from outside nothing comes back, not even for a flow that was known")
        func silence() async throws {
            try await withLab("private-nat") { lab throws in
                let gateway = try #require(lab.running.node("nat-a"))
                let app = try #require(lab.running.node("app"))
                let connection = try OpenConnection(from: app.namespace, to: IPv4Address(198, 51, 100, 40), port: 80)
                let flow = try #require(
                    try gateway.trackedFlows().first { $0.original.sourcePort == connection.localPort })
                let scanner = try #require(lab.running.node("scanner")).namespace
                let probe = TCPConnectProbe(
                    from: scanner,
                    to: SocketAddress(address: IPv4Address(203, 0, 113, 11), port: flow.translatedSource.port),
                    timeout: .milliseconds(500))
                #expect(try probe.run().isSilent)
            }
        }
    }
}
