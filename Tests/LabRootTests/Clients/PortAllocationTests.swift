import Glibc
import IPAddressing
import LabRunner
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// AWS: 55,000 flows at a time to one address, port and protocol; then `ErrorPortAllocation`.
    @Suite("The NAT gateway runs out of ports") struct PortAllocationTests {
        @Test("of more than 55,000 flows to one destination the rest is dropped, and counted by name")
        func exhausted() async throws {
            try await withLab("private-nat") { lab throws in
                let app = try #require(lab.running.node("app"))
                let gateway = try #require(lab.running.node("nat-a"))
                let counter = { try gateway.ruleCounters().first { $0.owner == "nat nat-a: port allocation" } }
                #expect(try counter()?.packets == 0)

                // Nobody listens there: one packet makes a flow, and no answer disturbs.
                let flows = 56_500
                let sent = try app.namespace.run {
                    try Self.datagrams(flows, to: IPv4Address(198, 51, 100, 40), port: 9999)
                }
                #expect(sent == flows)
                let tracked = try gateway.trackedFlows().count { $0.original.destinationPort == 9999 }
                #expect(tracked > 54_000 && tracked <= 55_000)
                let dropped = try #require(try counter())
                #expect(dropped.drops && dropped.packets == UInt64(flows - tracked), "\(dropped), \(tracked) flows")
                let status = try lab.program.run("status", lab.name).output()
                #expect(status.contains("nat nat-a: port allocation"), "\(status)")

                // Another destination has ports of its own.
                #expect(try lab.exec("app", ["curl", "-sf", "http://198.51.100.40/"]).succeeded)
                let other = try app.namespace.run {
                    try Self.datagrams(1000, to: IPv4Address(198, 51, 100, 40), port: 9998)
                }
                #expect(other == 1000)
                #expect(try counter()?.packets == dropped.packets)
            }
        }

        /// Each from a port of its own; how many left.
        private static func datagrams(_ count: Int, to address: IPv4Address, port: UInt16) throws -> Int {
            var sent = 0
            for source in UInt16(1024)..<UInt16(1024 + count) {
                let socket = try OwnedDescriptor(socket: AF_INET, Int32(SOCK_DGRAM.rawValue))
                var own = sockaddr_in(IPv4Address(number: 0), source)
                var other = sockaddr_in(address, port)
                let size = socklen_t(MemoryLayout<sockaddr_in>.size)
                let isBound = withUnsafePointer(to: &own) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket.raw, $0, size) } == 0
                }
                guard isBound else { continue }
                let bytes = withUnsafePointer(to: &other) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { sendto(socket.raw, "x", 1, 0, $0, size) }
                }
                if bytes == 1 { sent += 1 }
            }
            return sent
        }
    }
}

extension sockaddr_in {
    fileprivate init(_ address: IPv4Address, _ port: UInt16) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = port.bigEndian
        sin_addr.s_addr = address.number.bigEndian
    }
}
