import AWSImport
import CloudModel
import IPAddressing
import Testing

@Suite("What cannot be reproduced is said, never dropped in silence")
struct DegradedTests {
    private static let vpc = #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "1"}]}"#
    private static let subnets =
        #"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"}]}"#

    private func read(_ texts: String...) -> ImportedLab {
        var files = ["vpc.json": Self.vpc, "subnets.json": Self.subnets]
        for (index, text) in texts.enumerated() { files["\(index).json"] = text }
        return Snapshots.read(files)
    }

    @Test("missing route tables and lists")
    func gaps() throws {
        let imported = read()
        #expect(imported.says("no `RouteTables`", "local route"))
        #expect(imported.says("no `NetworkAcls`", "lets everything through"))
        let vpc = try #require(imported.lab?.vpcs.first)
        #expect(vpc.subnets.first?.routeTable == "rtb-main" && vpc.zones == ["us-east-1a"])
        #expect(vpc.region == "us-east-1" && vpc.account == "1")
    }

    @Test(
        "routes to what the lab has not become blackholes",
        arguments: [
            #""GatewayId": "vgw-gone""#, #""NatGatewayId": "nat-gone""#, #""TransitGatewayId": "tgw-gone""#,
            #""VpcPeeringConnectionId": "pcx-gone""#, #""NetworkInterfaceId": "eni-gone""#,
            #""CoreNetworkArn": "arn:x""#,
            #""LocalGatewayId": "lgw-1""#, #""CarrierGatewayId": "cagw-1""#,
        ])
    func lostRoutes(target: String) throws {
        let imported = read(
            #"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}],"#
                + #""Routes": [{"DestinationCidrBlock": "192.0.2.0/24", \#(target), "State": "active"}]}]}"#)
        #expect(imported.says("`rtb-1` to 192.0.2.0/24 leads to", "RouteTables[0].Routes[0]", "dropped"))
        #expect(imported.lab?.vpcs.first?.routeTable("rtb-1")?.routes.map(\.target) == [.blackhole])
    }

    @Test("targets: those that are leaving or not used are left out, those that have just come are not yet well")
    func targetStates() throws {
        let states = ["healthy", "initial", "unhealthy", "unhealthy.draining", "unavailable", "draining", "unused"]
        let targets = states.enumerated().map { number, state in
            #"{"Target": {"Id": "10.0.1.\#(10 + number)", "Port": 80}, "TargetHealth": {"State": "\#(state)"}}"#
        }
        let imported = read(
            #"{"TargetGroups": [{"TargetGroupArn": "arn:tg/x/1", "TargetGroupName": "x", "VpcId": "vpc-1", "Protocol": "TCP","#
                + #""Port": 80, "TargetType": "ip"}]}"#,
            #"{"LoadBalancerTargetHealth": [{"TargetGroupArn": "arn:tg/x/1", "TargetHealthDescriptions": ["#
                + targets.joined(separator: ", ") + "]}]}")
        let group = try #require(imported.lab?.vpcs.first?.targetGroups.first, "\(imported.rendered)")
        #expect(group.targets.map(\.health) == [.healthy, .unhealthy, .unhealthy, .unhealthy, .unknown])
        #expect(imported.says("`10.0.1.15` of `x` is draining", "no new connection"))
        #expect(imported.says("`10.0.1.16` of `x` is unused"))
    }

    @Test(
        "ports, types and codes of a group's rule",
        arguments: [
            (#""IpProtocol": "tcp", "FromPort": 22, "ToPort": 22"#, Traffic.tcp(22...22)),
            (#""IpProtocol": "6", "FromPort": 0, "ToPort": 22"#, .tcp(1...22)),
            (#""IpProtocol": "udp", "FromPort": 65530, "ToPort": 65535"#, .udp(65_530...65_535)),
            (#""IpProtocol": "tcp", "FromPort": -1, "ToPort": -1"#, .tcp(1...65_535)),
            (#""IpProtocol": "tcp""#, .tcp(1...65_535)),
            (#""IpProtocol": "tcp", "FromPort": -1, "ToPort": 50"#, .tcp(1...50)),
            (#""IpProtocol": "tcp", "FromPort": 30, "ToPort": -1"#, .tcp(30...65_535)),
            (#""IpProtocol": "tcp", "FromPort": 50, "ToPort": 30"#, nil),
            (#""IpProtocol": "icmp", "FromPort": -1, "ToPort": -1"#, .icmp(type: nil, code: nil)),
            (#""IpProtocol": "icmp", "FromPort": 8, "ToPort": -1"#, .icmp(type: 8, code: nil)),
            (#""IpProtocol": "icmp", "FromPort": 3, "ToPort": 4"#, .icmp(type: 3, code: 4)),
            (#""IpProtocol": "icmp", "FromPort": -1, "ToPort": 9"#, nil),
            (#""IpProtocol": "-1", "FromPort": 80, "ToPort": 80"#, .all),
            (#""IpProtocol": "47""#, .protocolNumber(47)),
        ])
    func groupTraffic(words: String, traffic: Traffic?) throws {
        let imported = read(
            #"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [{\#(words), "#
                + #""IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]}]}"#)
        let group = try #require(imported.lab?.vpcs.first?.securityGroup("sg-1"), "\(imported.rendered)")
        #expect(group.ingress.map(\.traffic) == (traffic.map { [$0] } ?? []))
        #expect(imported.says("protocol or ports that are none") == (traffic == nil))
    }

    @Test("IPv6 routes, rules and lines are named")
    func ipv6() throws {
        let imported = read(
            #"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}],"#
                + #""Routes": [{"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"}]}]}"#,
            #"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [{"IpProtocol": "tcp","#
                + #""FromPort": 0, "ToPort": 65535, "Ipv6Ranges": [{"CidrIpv6": "::/0"}], "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]}]}"#,
            #"{"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Entries": [{"Egress": false,"#
                + #""RuleNumber": 101, "RuleAction": "allow", "Protocol": "-1", "Ipv6CidrBlock": "::/0"}]}]}"#,
            #"{"EgressOnlyInternetGateways": [{"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": [{"VpcId": "vpc-1", "State": "attached"}]}]}"#
        )
        #expect(imported.says("`rtb-1` to ::/0 is IPv6"))
        #expect(imported.says("`sg-1` has rules for IPv6 blocks"))
        #expect(imported.says("line 101 of `acl-1`", "::/0"))
        #expect(imported.says("`eigw-1` is an egress-only Internet gateway"))
        let vpc = try #require(imported.lab?.vpcs.first)
        #expect(vpc.securityGroup("sg-1")?.ingress.map(\.traffic) == [.tcp(1...65_535)])
        #expect(vpc.securityGroup("sg-1")?.egress == [], "an empty egress list lets nothing out")
        #expect(vpc.networkACL(of: try #require(vpc.subnets.first)).ingress.isEmpty)
    }

    @Test("stopped instances, detached interfaces and unknown groups")
    func absent() throws {
        let imported = read(
            #"{"Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "stopped"}}]}]}"#,
            #"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1","#
                + #""PrivateIpAddress": "10.0.1.10", "Status": "in-use", "Attachment": {"InstanceId": "i-1"}},"#
                + #"{"NetworkInterfaceId": "eni-2", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.1.11", "Status": "available"},"#
                + #"{"NetworkInterfaceId": "eni-3", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.1.12","#
                + #""InterfaceType": "lambda", "Status": "in-use", "Groups": [{"GroupId": "sg-9"}]}]}"#)
        #expect(imported.says("the instance `i-1` is stopped"))
        #expect(imported.says("`eni-2` is attached to nothing"))
        #expect(imported.says("the security group `sg-9`", "not described"))
        #expect(imported.lab?.vpcs.first?.instances.map(\.name) == ["eni-3"])
    }

    @Test("answers that do not say what they belong to, and keys nobody knows")
    func strangeKeys() {
        let imported = read(#"{"TargetHealthDescriptions": [], "Foo": [], "NextToken": "x", "AvailabilityZones": []}"#)
        #expect(imported.says("`TargetHealthDescriptions` does not say what it belongs to", "TargetGroupArn"))
        #expect(imported.says("`Foo` is not understood"))
        #expect(imported.says("cut off"))
        #expect(!imported.says("AvailabilityZones"))
    }
}
