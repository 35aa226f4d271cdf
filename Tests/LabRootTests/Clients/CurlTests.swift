import IPAddressing
import NetlabTesting
import Probes
import Testing

extension RealLabs {
    @Suite("curl") struct CurlTests {
        @Test("each server sees whom AWS would show it")
        func seenFrom() async throws {
            try await withLab("private-nat") { lab throws in
                #expect(try seen(lab, "app", "http://echo.example/").address == IPv4Address(203, 0, 113, 11))
                #expect(try seen(lab, "bastion", "http://echo.example/").address == IPv4Address(203, 0, 113, 20))
                #expect(try seen(lab, "bastion", "http://app:8080/").address == IPv4Address(10, 0, 0, 10))
                #expect(try seen(lab, "user", "http://203.0.113.20:443/").address == IPv4Address(198, 51, 100, 70))
            }
        }

        @Test("an instance that speaks to a public address of its own VPC is reflected at the Internet gateway")
        func hairpin() async throws {
            try await withLab("private-nat") { lab throws in
                // To itself, and from behind the NAT gateway.
                let own = try seen(lab, "bastion", "http://203.0.113.20:443/")
                #expect(own.address == IPv4Address(203, 0, 113, 20))
                #expect(try seen(lab, "app", "http://203.0.113.20:443/").address == IPv4Address(203, 0, 113, 11))
            }
            try await withLab(text: TinyLab.text) { lab throws in
                let sibling = try seen(lab, "other", "http://203.0.113.20:443/")
                #expect(sibling.address == IPv4Address(203, 0, 113, 21))
                // By its private address nothing is translated.
                #expect(try seen(lab, "other", "http://10.0.0.20:443/").address == IPv4Address(10, 0, 0, 21))
            }
        }

        @Test("the NAT gateway gives ports from 1024 to 65535, at random, whatever the client's own")
        func ports() async throws {
            try await withLab("private-nat") { lab throws in
                let loop = """
                    for port in $(seq 600 659); do
                        curl -sS --noproxy '*' -m 5 --local-port $port http://198.51.100.40/
                    done
                    """
                let lines = try lab.shell("app", loop).split(separator: "\n")
                let ports = lines.compactMap { SeenFrom(echo: Array("\($0)\n".utf8))?.source.port }
                #expect(ports.count == 60)
                #expect(ports.allSatisfy { $0 >= 1024 })
                #expect(ports != ports.sorted() && ports != ports.sorted(by: >))
                // 60 of 64,512 at random: that they lie so close together has no chance.
                #expect((ports.max() ?? 0) - (ports.min() ?? 0) > 10_000)
            }
        }

        private func seen(_ lab: LabFixture, _ node: String, _ url: String) throws -> SocketAddress {
            let answer = try lab.run(node, "curl", "-sS", "--noproxy", "*", "-m", "5", "-D", "-", "-o", "/dev/null", url)
            let header = answer.split(whereSeparator: \.isNewline).first { $0.hasPrefix("X-Netlab-Seen-From: ") }
            return try #require(header.flatMap { SeenFrom(header: String($0.dropFirst(20))) }, "\(answer)").source
        }
    }

    @Suite("Instance metadata by curl") struct MetadataTests {
        private static let service = "http://169.254.169.254/latest"

        @Test("version 2: a token first, 401 without, 404 for an address that is not there")
        func tokens() async throws {
            try await withLab("private-nat") { lab throws in
                #expect(try status(lab, "app", "meta-data/local-ipv4") == "401")
                #expect(try status(lab, "app", "meta-data/local-ipv4", token: "made-up") == "401")
                let token = try token(lab, "app")
                #expect(try get(lab, "app", "meta-data/local-ipv4", token) == "10.0.1.10")
                #expect(try status(lab, "app", "meta-data/public-ipv4", token: token) == "404")
                #expect(try get(lab, "bastion", "meta-data/public-ipv4", try self.token(lab, "bastion")) == "203.0.113.20")
                // A token belongs to its instance.
                #expect(try status(lab, "worker", "meta-data/local-ipv4", token: token) == "401")
            }
        }

        @Test("it is there without any route or security group, and not for the Internet")
        func reach() async throws {
            try await withLab("private-nat") { lab throws in
                #expect(try get(lab, "vault", "meta-data/local-ipv4", try token(lab, "vault")) == "10.0.2.10")
                let outside = try lab.exec("scanner", ["curl", "-sS", "--noproxy", "*", "-m", "1", Self.service])
                #expect(outside.status != 0, "\(outside)")
            }
        }

        private func curl(_ lab: LabFixture, _ node: String, _ words: [String]) throws -> String {
            try lab.exec(node, ["curl", "-sS", "--noproxy", "*", "-m", "5"] + words).output()
        }

        private func token(_ lab: LabFixture, _ node: String) throws -> String {
            try curl(
                lab, node, ["-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60", "\(Self.service)/api/token"])
        }

        private func get(_ lab: LabFixture, _ node: String, _ item: String, _ token: String) throws -> String {
            try curl(lab, node, ["-f", "-H", "X-aws-ec2-metadata-token: \(token)", "\(Self.service)/\(item)"])
        }

        private func status(_ lab: LabFixture, _ node: String, _ item: String, token: String? = nil) throws -> String {
            let header = token.map { ["-H", "X-aws-ec2-metadata-token: \($0)"] } ?? []
            return try curl(lab, node, header + ["-o", "/dev/null", "-w", "%{http_code}", "\(Self.service)/\(item)"])
        }
    }
}
