import Glibc
import IPAddressing
import LabRunner
import LinuxSystem
import Namespaces
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
                    try lab.run("nat-a", "sysctl", "-n", "net.netfilter.nf_conntrack_tcp_timeout_established") == "350\n")
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

/// A TCP connection that says nothing until asked to.
private final class OpenConnection {
    let localPort: UInt16
    private let socket: OwnedDescriptor

    init(from namespace: NetworkNamespace, to address: IPv4Address, port: UInt16) throws {
        let raw = try namespace.run {
            let socket = try OwnedDescriptor(socket: AF_INET, socketStream)
            var remote = sockaddr_in()
            remote.sin_family = sa_family_t(AF_INET)
            remote.sin_port = port.bigEndian
            remote.sin_addr.s_addr = address.number.bigEndian
            try systemCall("connect", "\(address)") {
                withUnsafePointer(to: &remote) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        connect(socket.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
            }
            return socket.release()
        }
        socket = OwnedDescriptor(owning: raw)
        var local = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try systemCall("getsockname") {
            withUnsafeMutablePointer(to: &local) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
            }
        }
        localPort = UInt16(bigEndian: local.sin_port)
    }

    /// Sends a request; the error number that came instead of an answer, 0 if an answer came, ETIMEDOUT for neither.
    func ask() throws -> Int32 {
        let request = Array("GET / HTTP/1.1\r\nHost: echo\r\n\r\n".utf8)
        try systemCall("send") { send(socket.raw, request, request.count, Int32(MSG_NOSIGNAL)) }
        var waiting = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
        guard try systemCall("poll", "", { poll(&waiting, 1, 10_000) }) > 0 else { return ETIMEDOUT }
        var byte: UInt8 = 0
        return recv(socket.raw, &byte, 1, 0) < 0 ? errno : 0
    }
}
