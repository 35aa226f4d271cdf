import Checks
import Foundation
import Glibc
import IPAddressing
import LabPlan
import LabRunner
import NetlabTesting
import Nftables
import Testing
import Tracing

extension RealLabs {
    @Suite("One packet, followed") struct LiveFlowTests {
        private static let echo = IPv4Address(198, 51, 100, 40)

        @Test("out through the NAT gateway and back, every hop in the lab's words", arguments: LiveFlow.Kind.allCases)
        func out(kind: LiveFlow.Kind) async throws {
            try await withLab("private-nat") { lab throws in
                let flow = try LiveFlow.follow(
                    in: lab.running, from: "app", to: Self.echo, port: kind == .udp ? 7 : 80, kind)
                #expect(flow.isAnswered, "\(flow.reason ?? "")")
                let request = try #require(flow.request)
                #expect(
                    request.hops.map(\.node) == ["app", "vpc", "nat-a", "vpc", "igw", "internet", "echo"],
                    "\(request)")
                try #require(request.hops.count == 7)
                #expect(request.isDelivered)
                let first = request.hops[1]
                #expect(first.input?.peer == "app")
                #expect(first.output?.peer == "nat-a")
                #expect(first.rules.map(\.owner).contains("sg app egress[0]"), "\(first)")
                #expect(first.route.map { "\($0.table) \($0.destination)" } == "rtb private-a 0.0.0.0/0")
                #expect(request.hops[2].after.source == IPv4Address(10, 0, 0, 4))
                #expect(request.hops[3].route.map { "\($0.table) \($0.destination)" } == "rtb public-a 0.0.0.0/0")
                #expect(request.hops[4].after.source == IPv4Address(203, 0, 113, 11))
                #expect(request.end.after.source == IPv4Address(203, 0, 113, 11))

                let reply = try #require(flow.reply)
                #expect(
                    reply.hops.map(\.node) == ["echo", "internet", "igw", "vpc", "nat-a", "vpc", "app"], "\(reply)")
                try #require(reply.hops.count == 7)
                #expect(reply.hops[5].isKnownFlow)
                #expect(reply.end.after.destination == IPv4Address(10, 0, 1, 10))
                try expectNoTables(lab)
            }
        }

        @Test(
            "what stops a packet is named, and where",
            arguments: [
                ("vault", IPv4Address(198, 51, 100, 40), UInt16(80), "vpc", "rtb isolated-a: no route"),
                ("scanner", IPv4Address(10, 0, 1, 10), 8080, "igw", "igw: private destination"),
                ("scanner", IPv4Address(203, 0, 113, 99), 80, "igw", "igw: not a public address of this VPC"),
                ("scanner", IPv4Address(203, 0, 113, 11), 80, "nat-a", "nat nat-a: not a reply"),
                ("bastion", IPv4Address(10, 0, 1, 11), 22, "vpc", "sg sealed ingress"),
                ("stray", IPv4Address(198, 51, 100, 40), 80, "vpc", "rtb lost-a: no route"),
            ])
        func stopped(from: String, to: IPv4Address, port: UInt16, node: String, rule: String) async throws {
            try await withLab("private-nat") { lab throws in
                let flow = try LiveFlow.follow(
                    in: lab.running, from: from, to: to, port: port, .tcp, timeout: .milliseconds(300))
                #expect(!flow.isAnswered)
                let request = try #require(flow.request)
                #expect(request.end.node == node, "\(request)")
                #expect(request.end.outcome == .dropped(owner: rule), "\(request)")
            }
        }

        @Test("a filter of words follows a host through the gateway, there and back")
        func words() async throws {
            try await withLab("private-nat") { lab throws in
                let trace = try lab.program.start([
                    "trace", lab.name, "tcp", "and", "host", "app", "and", "port", "80", "--json", "--duration", "3",
                ])
                #expect(try eventually { try tables(lab, "app").contains("netlab_trace") })
                try lab.run("app", "curl", "-sf", "http://198.51.100.40/")
                let lines = try trace.wait(within: .seconds(30)).output().split(separator: "\n")
                let paths = try lines.map { line in
                    let path = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                    return try #require(path?["hops"] as? [[String: Any]]).map { $0["node"] as? String ?? "" }
                }
                let way = ["app", "vpc", "nat-a", "vpc", "igw", "internet", "echo"]
                #expect(paths.count > 5)
                #expect(paths.first == way)
                #expect(paths.allSatisfy { $0 == way || $0 == way.reversed() }, "\(paths)")
            }
        }

        @Test("an unknown sender is the user's mistake") func unknown() async throws {
            try await withLab("private-nat") { lab throws in
                let error = #expect(throws: LabRunnerError.self) {
                    try LiveFlow.follow(in: lab.running, from: "nobody", to: Self.echo, .icmp)
                }
                #expect(error?.kind == .input)
            }
        }

        @Test("the command: JSON, a count, checks go on meanwhile; killed, it leaves no table") func command()
            async throws
        {
            try await withLab("private-nat") { lab throws in
                let trace = try lab.program.start([
                    "trace", lab.name, "--from", "app", "--to", "echo.example:80", "--json", "--count", "2",
                ])
                #expect(try eventually { try tables(lab, "app").contains("netlab_trace") })
                #expect(try lab.check("C1", "C3").passed)
                let end = try trace.wait(within: .seconds(30))
                #expect(end.status == 0, "\(end)")
                let lines = end.stdout.split(separator: "\n")
                #expect(lines.count == 2)
                #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.contains("\"delivered\":true") }, "\(end)")

                let killed = try lab.program.start(["trace", lab.name])
                #expect(try eventually { try tables(lab, "vpc").contains("netlab_trace") })
                killed.signal(SIGKILL)
                _ = try killed.wait(within: .seconds(10))
                #expect(try eventually { try !tables(lab, "vpc").contains("netlab_trace") })
                try expectNoTables(lab)
            }
        }
    }
}

/// The tables of a node, as `nft` sees them.
func tables(_ lab: LabFixture, _ node: String) throws -> String { try lab.run(node, "nft", "list", "tables") }

/// Nothing that looks on has left a table.
func expectNoTables(_ lab: LabFixture, sourceLocation: SourceLocation = #_sourceLocation) throws {
    for node in lab.running.nodes.map(\.plan.name) {
        // A process that another test starts at this very moment holds copies of our sockets until it execs.
        let isGone = try eventually(within: .seconds(10)) { try !tables(lab, node).contains("netlab_") }
        #expect(isGone, "\(node)", sourceLocation: sourceLocation)
    }
}
