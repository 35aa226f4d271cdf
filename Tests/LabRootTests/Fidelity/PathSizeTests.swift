import NetlabTesting
import Testing

extension RealLabs.Fidelity {
    /// 9001 bytes inside a VPC, 8500 through a NAT gateway, 1500 to the Internet.
    @Suite("How large packets may be") struct PathSizeTests {
        @Test("tracepath finds 9001, 8500 and 1500 behind a NAT gateway, 9001 and 1500 before an Internet gateway")
        func tracepath() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                #expect(try sizes(lab, "app", "198.51.100.40") == ["9001", "8500", "1500"])
                #expect(try sizes(lab, "web", "198.51.100.40") == ["9001", "1500"])
                #expect(try sizes(lab, "web", "10.0.1.10") == ["9001"])
            }
        }

        @Test("8500 through a transit gateway, 9001 over a peering connection")
        func betweenVPCs() async throws {
            let labs = "\(TestShare.repository)/Tests/Fixtures/GoodLabs"
            try await withLab("\(labs)/transit-gateway.yaml") { lab throws in
                #expect(try sizes(lab, "shared", "10.1.1.10") == ["9001", "8500"])
            }
            try await withLab("\(labs)/peering.yaml") { lab throws in
                #expect(try sizes(lab, "web", "10.2.1.10") == ["9001"])
            }
        }

        @Test("inside a packet has at most 9001 bytes")
        func jumbo() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                // 20 bytes of IP and 8 of ICMP.
                #expect(try ping(lab, "web", "10.0.1.10", size: 8973).status == 0)
                let larger = try ping(lab, "web", "10.0.1.10", size: 8974)
                #expect(larger.status == 1 && (larger.stdout + larger.stderr).contains("message too long, mtu=9001"))
            }
        }

        @Test("who says that a packet is too large is the .1 of the subnet that it is in")
        func sender() async throws {
            try await withLab(text: RealLabs.Fidelity.lab) { lab throws in
                let first = try ping(lab, "app", "198.51.100.40", size: 8973)
                #expect(
                    first.stdout.contains("From 10.0.1.1 icmp_seq=1 Frag needed and DF set (mtu = 8500)"), "\(first)")
                let second = try ping(lab, "app", "198.51.100.40", size: 8472)
                #expect(
                    second.stdout.contains("From 10.0.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1500)"), "\(second)")
                let third = try ping(lab, "web", "198.51.100.40", size: 8973)
                #expect(
                    third.stdout.contains("From 10.0.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1500)"), "\(third)")
                #expect(try ping(lab, "app", "198.51.100.40", size: 1472).status == 0)
            }
        }

        private func ping(_ lab: LabFixture, _ node: String, _ address: String, size: Int) throws -> Execution {
            try lab.exec(node, ["ping", "-n", "-c", "1", "-W", "2", "-M", "do", "-s", "\(size)", address])
        }

        /// Every size that `tracepath` learns on the way, in order, and that it gets there.
        private func sizes(_ lab: LabFixture, _ node: String, _ address: String) throws -> [String] {
            let text = try lab.run(node, "tracepath", "-n", address)
            #expect(text.contains("reached"), "\(text)")
            let words = text.split(whereSeparator: \.isWhitespace)
            var sizes: [String] = []
            for (word, next) in zip(words, words.dropFirst()) where word == "pmtu" && sizes.last != String(next) {
                sizes.append(String(next))
            }
            return sizes
        }
    }
}
