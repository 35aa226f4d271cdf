import CloudModel
import Foundation
import Glibc
import IPAddressing
import LabRunner
import LinuxSystem
import NetlabTesting
import Nftables
import Testing
import Tracing

extension RealLabs {
    /// Containers that share the network of their host.
    @Suite("Containers on hosts") struct ContainerTests {
        private static let withoutContainers = """
            lab: hosts
            vpc: { cidr: 10.0.0.0/16, zones: [a] }
            internet-gateway: igw
            subnets:
              public-a: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
            security-groups:
              host: { ingress: [{ tcp: 1-65535, from: 0.0.0.0/0 }] }
            instances:
              plain: { subnet: public-a, address: 10.0.0.10, security-groups: [host] }
              host: { subnet: public-a, address: 10.0.0.20, elastic-ip: 203.0.113.20, security-groups: [host] }
            internet:
              user: { address: 198.51.100.70, serves: [http] }

            """

        /// The same with containers on `host`.
        private static func text(_ containers: String) -> String {
            withoutContainers.replacing(
                "elastic-ip: 203.0.113.20,", with: "elastic-ip: 203.0.113.20, containers: { \(containers) },")
        }

        @Test("two containers in mode host on one port: the second bind fails as the kernel says it")
        func clash() throws {
            let host = Instance(
                name: "host",
                interface: NetworkInterface(
                    subnet: "s", privateAddress: IPv4Address(10, 0, 0, 10), securityGroups: ["g"]),
                containers: ["one", "two"].map {
                    Container(name: $0, network: .host, listeners: [Listener(kind: .http, port: 80)])
                })
            let block = CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 24)
            let vpc = VPC(
                name: "vpc", cidrBlocks: [block], subnets: [Subnet(name: "s", cidrBlock: block, routeTable: "rtb-s")],
                routeTables: [RouteTable(name: "rtb-s")], securityGroups: [SecurityGroup(name: "g")], instances: [host])
            let lab = Lab(name: "clash", vpcs: [vpc])
            #expect(lab.validate().map(\.message).joined().contains("bind: address already in use"))
            // What validation says beforehand is what happens.
            let name = "nlt-\(getpid())-clash"
            let up = LabUp(
                lab, name: name, labText: "", settings: RunnerSettings(program: try NetlabProgram().path, aptRoot: nil),
                services: true)
            let error = #expect(throws: (any Error).self) { try up.run() }
            let words = error.map { "\($0)" } ?? ""
            #expect(words.contains("bind *:80: Address already in use"), "\(words)")
            #expect(!Files.exists("/run/netlab/\(name)"))
        }

        @Test("exec, probe and explain take a container by its name, in mode host as well")
        func names() async throws {
            let containers = "bridged: { listens: { http: 80 }, ports: [\"8080:80\"] }, shared: { network: host }"
            try await withLab(text: Self.text(containers)) { lab throws in
                func addresses(_ node: String) throws -> String {
                    try lab.exec(node, ["ip", "-4", "-o", "address", "show", "dev", "eth0"]).output()
                }
                #expect(try addresses("bridged").contains("172.17.0.2/16"))
                #expect(try addresses("shared") == addresses("host"))
                #expect(try lab.exec("shared", ["sh", "-c", "cat /etc/hosts"]).output().contains("10.0.0.20 host"))
                let status = try lab.program.run("status", lab.name).output()
                #expect(status.contains("container in host"), "\(status)")
                for (from, to) in [("shared", "user:80"), ("bridged", "user:80"), ("user", "bridged:8080")] {
                    let story = try lab.program.run(["explain", lab.name, from, to])
                    #expect(story.status == 0 && story.stdout.contains("reachable"), "\(story)")
                }
            }
        }

        @Test("a packet is followed from the container through its host, and back")
        func followed() async throws {
            try await withLab(text: Self.text("web: { ports: [\"8080:80\"], listens: { http: 80 } }")) { lab throws in
                let out = try LiveFlow.follow(
                    in: lab.running, from: "web", to: IPv4Address(198, 51, 100, 70), port: 80, .tcp)
                #expect(out.isAnswered)
                let request = try #require(out.request)
                #expect(request.hops.map(\.node) == ["web", "host", "vpc", "igw", "internet", "user"], "\(request)")
                #expect(request.hops[1].after.source == IPv4Address(10, 0, 0, 20))
                let back = try #require(out.reply)
                #expect(back.hops.map(\.node) == ["user", "internet", "igw", "vpc", "host", "web"], "\(back)")

                let inwards = try LiveFlow.follow(
                    in: lab.running, from: "user", to: IPv4Address(203, 0, 113, 20), port: 8080, .tcp)
                #expect(inwards.isAnswered)
                let call = try #require(inwards.request)
                #expect(call.hops.map(\.node) == ["user", "internet", "igw", "vpc", "host", "web"], "\(call)")
                #expect(call.end.after.destinationPort == 80)
            }
        }

        @Test("a running host gets a container and loses it again; the user's own rules on the host stay")
        func comesAndGoes() async throws {
            try await withLab(text: Self.withoutContainers) { lab throws in
                try lab.run("host", "nft", "add", "table", "ip", "mine")
                func up(_ text: String) throws -> String {
                    let path = "/tmp/\(lab.name)-next.yaml"
                    try Files.write(text, to: path)
                    defer { unlink(path) }
                    return try lab.program.run("up", path, "--name", lab.name).output()
                }
                func tables() throws -> String { try lab.exec("host", ["nft", "list", "tables"]).output() }

                _ = try up(Self.text("web: { ports: [\"8080:80\"], listens: { http: 80 } }"))
                #expect(try tables().contains("table ip netlab") && tables().contains("table ip mine"))
                let answer = try lab.exec("user", ["curl", "-sS", "-m", "5", "http://203.0.113.20:8080/"])
                #expect(answer.status == 0, "\(answer)")
                _ = try lab.exec("web", ["curl", "-sS", "-m", "5", "http://198.51.100.70/"]).output()
                let again = try up(Self.text("web: { ports: [\"8080:80\"], listens: { http: 80 } }"))
                #expect(again.contains("nothing to do"), "\(again)")

                _ = try up(Self.withoutContainers)
                #expect(try tables() == "table ip mine\n")
                #expect(try lab.exec("host", ["ip", "route", "show", "172.17.0.0/16"]).output() == "")
                #expect(!Files.exists("/run/netns/\(lab.name).web"))
            }
        }

        @Test("a metadata token goes as many hops as the instance says", arguments: [1, 2])
        func hopLimit(_ limit: Int) async throws {
            let text = Self.text("web: {}").replacing("elastic-ip:", with: "metadata-hop-limit: \(limit), elastic-ip:")
            try await withLab(text: text) { lab throws in
                let fetch = [
                    "curl", "-s", "-m", limit == 1 ? "1" : "10", "-X", "PUT", "-H",
                    "X-aws-ec2-metadata-token-ttl-seconds: 60", "http://169.254.169.254/latest/api/token",
                ]
                #expect(try lab.exec("host", fetch).output() != "")
                let inside = try lab.exec("web", fetch)
                #expect((inside.status == 0) == (limit == 2), "\(inside)")
            }
        }
    }
}
