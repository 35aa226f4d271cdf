import IPAddressing
import LabRunner
import NetlabTesting
import Probes
import Testing

extension RealLabs {
    /// `nmap` and our own scan look at the same ports and must say the same of each.
    @Suite("nmap") struct NmapTests {
        @Test("agrees with our own scan, port for port")
        func agrees() async throws {
            try await withLab("private-nat") { lab throws in
                try compare(lab, from: "scanner", IPv4Address(203, 0, 113, 11), open: [])
                try compare(lab, from: "scanner", IPv4Address(203, 0, 113, 20), open: [443])
                try compare(lab, from: "bastion", IPv4Address(10, 0, 1, 10), open: [8080])
            }
        }

        @Test("closed ports are closed to both, where the security group lets questions through")
        func closed() async throws {
            try await withLab(text: TinyLab.text) { lab throws in
                try compare(lab, from: "user", IPv4Address(203, 0, 113, 20), open: [443], closed: 400...449)
            }
        }

        private func compare(
            _ lab: LabFixture, from node: String, _ address: IPv4Address, open: [UInt16],
            closed: ClosedRange<UInt16>? = nil
        ) throws {
            let theirs = try nmap(lab, node, address)
            let namespace = try #require(lab.running.node(node)).namespace
            let ours = try PortScan(
                from: namespace, targets: [.init(addresses: [address], tcp: [1...1024, 8080...8080])]
            ).run().tcp
            #expect(theirs.count == 1025)
            for (port, state) in theirs {
                let expected: PortState =
                    open.contains(port) ? .open : closed?.contains(port) == true ? .closed : .filtered
                #expect(ours[address, port] == expected, "\(address):\(port)")
                #expect(state == "\(expected)", "\(address):\(port)")
            }
        }

        /// What nmap says of each port; `--disable-arp-ping` and no retries, for nothing is lost here.
        private func nmap(_ lab: LabFixture, _ node: String, _ address: IPv4Address) throws -> [UInt16: String] {
            let text = try lab.exec(
                node,
                [
                    "nmap", "-n", "-Pn", "-sS", "-p", "1-1024,8080", "-d", "-oG", "-", "--max-retries", "1",
                    "--initial-rtt-timeout", "100ms", "--max-rtt-timeout", "100ms", "--min-rate", "2000",
                    "--defeat-rst-ratelimit", "\(address)",
                ], within: .seconds(120)
            ).output()
            let line = try #require(text.split(separator: "\n").first { $0.contains("Ports: ") }, "\(text)")
            let ports = line.split(separator: "\t").first { $0.hasPrefix("Ports: ") } ?? ""
            var states: [UInt16: String] = [:]
            for entry in ports.dropFirst("Ports: ".count).split(separator: ", ") {
                let parts = entry.split(separator: "/", omittingEmptySubsequences: false)
                if let port = UInt16(parts[0].filter(\.isNumber)) { states[port] = String(parts[1]) }
            }
            return states
        }
    }
}
