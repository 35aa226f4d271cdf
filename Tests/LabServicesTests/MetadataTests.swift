import Glibc
import IPAddressing
import Testing

@testable import LabServices

@Suite("The instance metadata service")
struct MetadataTests {
    private static let app = InstanceMetadata(
        vpc: "vpc", name: "app", localAddress: .loopback, mac: "0e:00:7f:00:00:01", subnetCIDR: "127.0.0.0/24",
        vpcCIDR: "127.0.0.0/8", zone: "us-east-1a", securityGroups: ["app", "base"])
    private static let web = InstanceMetadata(
        vpc: "vpc", name: "web", localAddress: IPv4Address(10, 0, 0, 20), publicAddress: IPv4Address(203, 0, 113, 20),
        mac: "0e:00:0a:00:00:14", subnetCIDR: "10.0.0.0/24", vpcCIDR: "10.0.0.0/16", zone: "us-east-1a")

    private func withService(_ body: (Loopback) throws -> Void) throws {
        try Loopback.with([.metadata], { $0.metadata = [Self.app] }, body)
    }

    private func token(_ lab: Loopback, seconds: String = "60") throws -> String {
        let response = try lab.ask("PUT /latest/api/token", ["X-aws-ec2-metadata-token-ttl-seconds: \(seconds)"])
        #expect(response.status == 200 && response["x-aws-ec2-metadata-token-ttl-seconds"] == seconds)
        return response.text
    }

    @Test func tokenOpensTheTree() throws {
        try withService { lab throws in
            let header = "X-aws-ec2-metadata-token: \(try token(lab))"
            func get(_ path: String) throws -> Response { try lab.ask("GET /latest/\(path)", [header]) }
            let mac = Self.app.mac
            for (path, text) in [
                ("meta-data/local-ipv4", "127.0.0.1"), ("meta-data/mac", mac),
                ("meta-data/instance-id", Self.app.instanceID), ("meta-data/ami-id", Self.app.imageID),
                ("meta-data/instance-type", "t3.micro"), ("meta-data/hostname", "ip-127-0-0-1.ec2.internal"),
                ("meta-data/local-hostname", "ip-127-0-0-1.ec2.internal"),
                ("meta-data/placement/availability-zone", "us-east-1a"), ("meta-data/placement/region", "us-east-1"),
                ("meta-data/security-groups", "app\nbase"), ("meta-data/network/interfaces/macs/", mac + "/"),
                ("meta-data/network/interfaces/macs/\(mac)/subnet-ipv4-cidr-block", "127.0.0.0/24"),
                ("meta-data/network/interfaces/macs/\(mac)/vpc-ipv4-cidr-block", "127.0.0.0/8"),
                ("meta-data/placement", "availability-zone\nregion"), ("", "dynamic/\nmeta-data/"),
            ] {
                let response = try get(path)
                #expect(response.status == 200 && response.text == text, "\(path)")
            }
            #expect(try get("meta-data/").text.split(separator: "\n").contains("network/"))
            #expect(try get("meta-data/").text == get("meta-data").text)
            let document = try get("dynamic/instance-identity/document").text
            #expect(document.contains("\"privateIp\" : \"127.0.0.1\"") && document.contains("\"kernelId\" : null"))
            for path in [
                "meta-data/nothing", "meta-data/mac/", "meta-data/mac/x", "nothing", "../latest/meta-data/mac",
            ] {
                #expect(try get(path).status == 404, "\(path)")
            }
        }
    }

    /// Claim C4: a private instance has no public address to tell.
    @Test func publicAddressIsAbsentOnPrivateInstances() throws {
        try withService { lab throws in
            let header = "X-aws-ec2-metadata-token: \(try token(lab))"
            for path in ["public-ipv4", "public-hostname", "network/interfaces/macs/\(Self.app.mac)/public-ipv4s"] {
                #expect(try lab.ask("GET /latest/meta-data/\(path)", [header]).status == 404)
            }
            #expect(!(try lab.ask("GET /latest/meta-data/", [header]).text.contains("public")))
        }
    }

    @Test func publicAddressIsToldOnPublicInstances() throws {
        let tree = MetadataTree(Self.web)
        #expect(tree["meta-data/public-ipv4"]?.text == "203.0.113.20")
        #expect(tree["meta-data/public-hostname"]?.text == "ec2-203-0-113-20.compute-1.amazonaws.com")
        let interface = "meta-data/network/interfaces/macs/\(Self.web.mac)"
        #expect(tree["\(interface)/public-ipv4s"]?.text == "203.0.113.20")
        #expect(tree["\(interface)/ipv4-associations/203.0.113.20"]?.text == "10.0.0.20")
    }

    @Test func withoutTokenNothing() throws {
        try withService { lab throws in
            let good = try token(lab)
            for headers in [
                [], ["X-aws-ec2-metadata-token: "], ["X-aws-ec2-metadata-token: \(good)x"],
                ["X-aws-ec2-metadata-token: \(good.dropLast())"],
            ] {
                for path in ["/", "/latest/meta-data/", "/latest/meta-data/local-ipv4", "/nothing"] {
                    #expect(try lab.ask("GET \(path)", headers).status == 401)
                }
            }
        }
    }

    @Test(arguments: ["", "0", "-1", "21601", "abc", "60s", "+60", "99999999999999999999"])
    func badLifetimesAreRefused(text: String) throws {
        try withService { lab throws in
            let header = "X-aws-ec2-metadata-token-ttl-seconds: \(text)"
            #expect(try lab.ask("PUT /latest/api/token", [header]).status == 400)
        }
    }

    @Test func lifetimesAtTheEdges() throws {
        try withService { lab throws in
            #expect(try token(lab, seconds: "1") != token(lab, seconds: "21600"))
            #expect(try lab.ask("PUT /latest/api/token").status == 400)
        }
    }

    @Test func proxiesGetNoToken() throws {
        try withService { lab throws in
            let response = try lab.ask(
                "PUT /latest/api/token", ["X-aws-ec2-metadata-token-ttl-seconds: 60", "X-Forwarded-For: 10.0.0.1"])
            #expect(response.status == 403 && response.body.isEmpty)
        }
    }

    @Test func otherMethodsAreRefused() throws {
        try withService { lab throws in
            #expect(try lab.ask("GET /latest/api/token").status == 405)
            #expect(try lab.ask("PUT /latest/meta-data/").status == 405)
            #expect(try lab.ask("POST /latest/api/token").status == 405)
        }
    }

    @Test func strangersAreNotServed() throws {
        try Loopback.with([.metadata], { $0.metadata = [Self.web] }) { lab throws in
            let response = try lab.ask("PUT /latest/api/token", ["X-aws-ec2-metadata-token-ttl-seconds: 60"])
            #expect(response.status == 404)
        }
    }

    @Test func tokensBelongToOneInstanceAndEnd() throws {
        let clock = TestClock()
        let tokens = MetadataTokens(now: { clock.now })
        let token = tokens.grant(to: "i-1", seconds: 10)
        #expect(tokens.isValid(token, for: "i-1") && !tokens.isValid(token, for: "i-2"))
        clock.advance(seconds: 9)
        #expect(tokens.isValid(token, for: "i-1"))
        clock.advance(seconds: 1)
        #expect(!tokens.isValid(token, for: "i-1"))
    }

    @Test func aGreedyInstancePushesOutOnlyItself() {
        let tokens = MetadataTokens()
        let other = tokens.grant(to: "i-2", seconds: 60)
        let first = tokens.grant(to: "i-1", seconds: 60)
        for _ in 0..<MetadataTokens.limit { _ = tokens.grant(to: "i-1", seconds: 60) }
        #expect(!tokens.isValid(first, for: "i-1") && tokens.isValid(other, for: "i-2"))
    }

    /// IP_MINTTL makes the kernel drop what arrives with a smaller TTL: the token must not pass, the rest must.
    @Test func tokenTravelsOneHop() throws {
        try withService { lab throws in
            let header = "X-aws-ec2-metadata-token: \(try token(lab))"
            let client = try lab.connect()
            try client.setOption(Int32(IPPROTO_IP), IP_MINTTL, 2)
            try client.send("GET /latest/meta-data/mac HTTP/1.1\r\nHost: x\r\n\(header)\r\n\r\n")
            #expect(try client.response().text == Self.app.mac)
            try client.setReceiveTimeout(milliseconds: 300)
            try client.send("PUT /latest/api/token HTTP/1.1\r\nHost: x\r\n")
            try client.send("X-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n")
            #expect(throws: (any Error).self) { try client.receive() }
            // The control: nearer by, it arrives (sent again by TCP), and the next answer goes far again.
            try client.setOption(Int32(IPPROTO_IP), IP_MINTTL, 0)
            try client.setReceiveTimeout(milliseconds: 5000)
            #expect(try client.response().status == 200)
            try client.setOption(Int32(IPPROTO_IP), IP_MINTTL, 2)
            try client.send("GET /latest/meta-data/mac HTTP/1.1\r\nHost: x\r\n\(header)\r\n\r\n")
            #expect(try client.response().text == Self.app.mac)
        }
    }

    @Test func identifiersAreStable() {
        #expect(InstanceMetadata.identifier("i", "vpc/app") == InstanceMetadata.identifier("i", "vpc/app"))
        #expect(InstanceMetadata.identifier("i", "vpc/app").wholeMatch(of: /i-[0-9a-f]{17}/) != nil)
        #expect(Self.app.instanceID != Self.web.instanceID)
    }
}
