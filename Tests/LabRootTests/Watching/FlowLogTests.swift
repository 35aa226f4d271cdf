import Glibc
import NetlabTesting
import Testing

extension RealLabs {
    @Suite("Flow logs of real packets") struct FlowLogTests {
        /// Runs `flows` around some traffic and gives what it wrote.
        private func logging(
            _ lab: LabFixture, router: String = "vpc", _ words: String..., traffic: () throws -> Void
        ) throws -> [String] {
            let flows = try lab.program.start(["flows", lab.name, "--window", "600"] + words)
            #expect(try eventually { try tables(lab, router).contains("netlab_trace") })
            try traffic()
            flows.signal(SIGINT)
            let end = try flows.wait(within: .seconds(20))
            #expect(end.status == 0, "\(end)")
            return end.stdout.split(separator: "\n").map(String.init)
        }

        @Test("the NAT gateway's interface shows both legs, as in AWS's own example, and whose way is which")
        func natOracle() async throws {
            try await withLab("private-nat") { lab throws in
                let lines = try logging(
                    lab, "--no-nodata", "--format",
                    "${instance-id} ${interface-id} ${srcaddr} ${dstaddr} ${pkt-srcaddr} ${pkt-dstaddr} ${action} "
                        + "${tcp-flags} ${type} ${flow-direction} ${traffic-path} ${region} ${az-id} ${sublocation-type} "
                        + "${sublocation-id} ${pkt-src-aws-service} ${pkt-dst-aws-service}"
                ) {
                    try lab.run("app", "curl", "-sf", "http://198.51.100.40/")
                    try expectClosed(lab, "echo")
                }
                let rest = "us-east-1 use1-az1 - - - -"
                // SYN and FIN, SYN-ACK and FIN: each direction's flags together.
                #expect(
                    Set(lines.filter { $0.contains("eni-nat-a") }) == [
                        "- eni-nat-a 10.0.1.10 10.0.0.4 10.0.1.10 198.51.100.40 ACCEPT 3 IPv4 ingress - \(rest)",
                        "- eni-nat-a 10.0.0.4 198.51.100.40 10.0.0.4 198.51.100.40 ACCEPT 3 IPv4 egress 8 \(rest)",
                        "- eni-nat-a 198.51.100.40 10.0.0.4 198.51.100.40 10.0.0.4 ACCEPT 19 IPv4 ingress - \(rest)",
                        "- eni-nat-a 10.0.0.4 10.0.1.10 198.51.100.40 10.0.1.10 ACCEPT 19 IPv4 egress 1 \(rest)",
                    ], "\(lines)")
                #expect(
                    Set(lines.filter { $0.contains("eni-app") }) == [
                        "i-app eni-app 10.0.1.10 198.51.100.40 10.0.1.10 198.51.100.40 ACCEPT 3 IPv4 egress 1 \(rest)",
                        "i-app eni-app 198.51.100.40 10.0.1.10 198.51.100.40 10.0.1.10 ACCEPT 19 IPv4 ingress - \(rest)",
                    ], "\(lines)")
            }
        }

        /// A server has sent, and heard of, the end of every connection.
        private func expectClosed(_ lab: LabFixture, _ server: String) throws {
            #expect(
                try eventually {
                    try lab.run(server, "ss", "-Htn", "state", "connected", "exclude", "time-wait").isEmpty
                })
        }

        @Test("refused connections are REJECT, DNS is not logged, silence is NODATA") func actions() async throws {
            try await withLab("private-nat") { lab throws in
                let lines = try logging(lab) {
                    #expect(try lab.program.run("probe", lab.name, "scanner", "203.0.113.20:22").status == 1)
                    #expect(try lab.program.run("probe", lab.name, "user", "203.0.113.20:443").status == 0)
                    try lab.run("app", "getent", "ahosts", "echo.example")
                }
                let bastion = lines.filter { $0.contains(" eni-bastion ") }.map { $0.split(separator: " ") }
                let rejected = bastion.filter { $0[12] == "REJECT" }
                #expect(rejected.count == 1, "\(lines)")
                #expect(rejected.first.map { String($0[3]) } == "198.51.100.66")
                #expect(bastion.filter { $0[12] == "ACCEPT" }.count == 2, "\(lines)")
                #expect(!lines.contains { $0.contains("10.0.0.2 ") || $0.contains(" 53 ") }, "\(lines)")
                #expect(
                    lines.contains { $0.contains(" eni-app - - - - - - - ") && $0.hasSuffix(" - NODATA") }, "\(lines)")
                try expectNoTables(lab)
            }
        }

        @Test("a ping that a group lets in and a network ACL does not let out: one ACCEPT, one REJECT")
        func pingOracle() async throws {
            let text = """
                lab: ping
                vpc: { cidr: 10.0.0.0/16, zones: [a] }
                network-acls:
                  mute:
                    ingress: [{ rule: 100, allow, all: true, from: 0.0.0.0/0 }]
                    egress: []
                subnets:
                  asking: { cidr: 10.0.0.0/24, routes: {} }
                  asked: { cidr: 10.0.1.0/24, routes: {}, network-acl: mute }
                security-groups: { ping: { ingress: [{ icmp: any, from: 10.0.0.0/16 }] } }
                instances:
                  asker: { subnet: asking, address: 10.0.0.10, security-groups: [ping] }
                  silent: { subnet: asked, address: 10.0.1.10, security-groups: [ping] }
                """
            try await withLab(text: text) { lab throws in
                let lines = try logging(
                    lab, "--no-nodata", "--format",
                    "${interface-id} ${srcaddr} ${dstaddr} ${pkt-srcaddr} ${pkt-dstaddr} ${srcport} ${protocol} ${action} "
                        + "${tcp-flags} ${type} ${flow-direction} ${traffic-path} ${log-status}"
                ) {
                    let probe = try lab.program.run("probe", lab.name, "asker", "10.0.1.10", "--icmp")
                    #expect(probe.status == 1)
                }
                #expect(
                    Set(lines) == [
                        "eni-asker 10.0.0.10 10.0.1.10 10.0.0.10 10.0.1.10 0 1 ACCEPT 0 IPv4 egress 1 OK",
                        "eni-silent 10.0.0.10 10.0.1.10 10.0.0.10 10.0.1.10 0 1 ACCEPT 0 IPv4 ingress - OK",
                        "eni-silent 10.0.1.10 10.0.0.10 10.0.1.10 10.0.0.10 0 1 REJECT 0 IPv4 egress - OK",
                    ], "\(lines)")
            }
        }

        @Test("a load balancer's interface logs both its legs, and by which way") func balancers() async throws {
            try await withLab("nlb-private") { lab throws in
                let lines = try logging(
                    lab, "--no-nodata", "--format",
                    "${interface-id} ${pkt-srcaddr} ${pkt-dstaddr} ${flow-direction} ${traffic-path} ${action}"
                ) {
                    try lab.run("user", "curl", "-sf", "http://203.0.113.41/")
                }
                let node = Set(lines.filter { $0.hasPrefix("eni-front-a ") && $0.contains("198.51.100.70") })
                #expect(
                    node.isSuperset(of: [
                        "eni-front-a 198.51.100.70 10.0.0.5 ingress - ACCEPT",
                        "eni-front-a 198.51.100.70 10.0.1.10 egress 1 ACCEPT",
                        "eni-front-a 10.0.0.5 198.51.100.70 egress 8 ACCEPT",
                    ]), "\(lines)")
            }
        }

        @Test("through a peering the way is 4") func peering() async throws {
            try await withLab("\(TestShare.repository)/Tests/Fixtures/GoodLabs/peering.yaml") { lab throws in
                let lines = try logging(
                    lab, router: "a", "--no-nodata", "--format",
                    "${interface-id} ${flow-direction} ${traffic-path} ${action}"
                ) {
                    let probe = try lab.program.run("probe", lab.name, "client", "10.1.1.10:80")
                    #expect(probe.status == 0)
                }
                #expect(lines.contains("eni-client egress 4 ACCEPT"), "\(lines)")
                #expect(lines.contains("eni-web egress 4 ACCEPT"), "\(lines)")
            }
        }

        @Test("to a service's addresses through its endpoint the way is 7, and the service is named")
        func endpoint() async throws {
            try await withLab("\(TestShare.repository)/Tests/Fixtures/GoodLabs/endpoints.yaml") { lab throws in
                let lines = try logging(
                    lab, "--no-nodata", "--format",
                    "${interface-id} ${flow-direction} ${traffic-path} ${pkt-src-aws-service} ${pkt-dst-aws-service}"
                ) {
                    let probe = try lab.program.run("probe", lab.name, "app", "198.51.101.7:80", "--http")
                    #expect(probe.status == 0)
                }
                #expect(Set(lines) == ["eni-app egress 7 - S3", "eni-app ingress - S3 -"], "\(lines)")
            }
        }

        @Test("what passed before a log began is not in it, as in AWS; what rules dropped since up, status knows")
        func before() async throws {
            try await withLab("private-nat") { lab throws in
                #expect(try lab.program.run("probe", lab.name, "scanner", "203.0.113.20:22").status == 1)
                let lines = try logging(lab, "--no-nodata") {
                    try lab.run("bastion", "ping", "-c", "1", "10.0.1.10")
                }
                #expect(lines.count == 4 && !lines.contains { $0.contains("198.51.100.66") }, "\(lines)")
                let status = try lab.program.run("status", lab.name).output()
                #expect(status.contains("sg web ingress"), "\(status)")
            }
        }

        @Test("counts are those of the interface itself, and times those of its packets") func counts() async throws {
            try await withLab("private-nat") { lab throws in
                let start = Int(time(nil))
                let lines = try logging(lab, "--no-nodata") {
                    try lab.run("bastion", "ping", "-c", "5", "-i", "0.01", "-s", "100", "10.0.1.10")
                }
                let end = Int(time(nil))
                // 100 bytes of data, 8 of ICMP, 20 of IP.
                for words in lines.map({ $0.split(separator: " ").map(String.init) }) {
                    #expect(Array(words[5...9]) == ["0", "0", "1", "5", "640"], "\(lines)")
                    let (first, last) = (try #require(Int(words[10])), try #require(Int(words[11])))
                    #expect(start <= first && first <= last && last <= end, "\(start) \(end) \(lines)")
                }
                #expect(lines.count == 4, "\(lines)")
            }
        }

        @Test("a wrong format is bad input") func badFormat() async throws {
            try await withLab("private-nat") { lab throws in
                let end = try lab.program.run("flows", lab.name, "--format", "${nonsense}")
                #expect(end.status == 2)
                #expect(end.stderr.contains("is no field of a flow log"), "\(end)")
            }
        }
    }
}
