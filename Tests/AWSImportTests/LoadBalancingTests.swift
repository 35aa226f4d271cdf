import AWSImport
import CloudModel
import IPAddressing
import Testing

@Suite("Load balancers as described: what is reproduced, and what is named")
struct LoadBalancingTests {
    private static let base = [
        "vpc.json": #"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}"#,
        "subnet.json":
            #"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"}]}"#,
        "eni.json":
            #"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.1.10","#
            + #""Status": "in-use", "Groups": [{"GroupId": "sg-1"}], "Attachment": {"InstanceId": "i-1"}}]}"#,
    ]
    private static let arn = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/front/1"

    /// A load balancer with one node, one listener and one group.
    private func read(
        kind: String = "network", listener: String,
        group: String = #""Protocol": "TCP", "Port": 80, "TargetType": "instance""#,
        target: String = #"{"Target": {"Id": "i-1", "Port": 80}}"#, more: [String: String] = [:], balancer: String = ""
    ) -> ImportedLab {
        var files = Self.base
        files["lb.json"] =
            #"{"LoadBalancers": [{"LoadBalancerArn": "\#(Self.arn)", "LoadBalancerName": "front", "Type": "\#(kind)", "VpcId": "vpc-1","#
            + #""State": {"Code": "active"}, "AvailabilityZones": [{"SubnetId": "subnet-1", "ZoneName": "us-east-1a","#
            + #""LoadBalancerAddresses": [{"PrivateIPv4Address": "10.0.1.20"}]}]\#(balancer)}]}"#
        files["li.json"] =
            #"{"Listeners": [{"ListenerArn": "l1", "LoadBalancerArn": "\#(Self.arn)", "Port": 80, \#(listener)}]}"#
        files["tg.json"] =
            #"{"TargetGroups": [{"TargetGroupArn": "t1", "TargetGroupName": "back", "VpcId": "vpc-1", "LoadBalancerArns": ["\#(Self.arn)"], \#(group)}]}"#
        files["th.json"] =
            #"{"LoadBalancerTargetHealth": [{"TargetGroupArn": "t1", "TargetHealthDescriptions": [\#(target)]}]}"#
        return Snapshots.read(files.merging(more) { $1 })
    }

    private static let forward = #""Protocol": "TCP", "DefaultActions": [{"Type": "forward", "TargetGroupArn": "t1"}]"#
    private static let forwardHTTP =
        #""Protocol": "HTTP", "DefaultActions": [{"Type": "forward", "TargetGroupArn": "t1"}]"#
    private static let http = #""Protocol": "HTTP", "Port": 80, "TargetType": "instance""#

    @Test("TCP and UDP on one port are two listeners with two groups")
    func bothLayers() throws {
        let imported = read(
            listener: #""Protocol": "TCP_UDP", "DefaultActions": [{"Type": "forward", "TargetGroupArn": "t1"}]"#,
            group: #""Protocol": "TCP_UDP", "Port": 80, "TargetType": "instance""#)
        let vpc = try #require(imported.lab?.vpcs.first, "\(imported.rendered)")
        let balancer = try #require(vpc.loadBalancer("front"))
        #expect(balancer.listeners.map(\.transport) == [.tcp, .udp])
        #expect(balancer.listeners.map(\.action) == [.forward(targetGroup: "back"), .forward(targetGroup: "back-udp")])
        #expect(vpc.targetGroups.map(\.transport) == [.tcp, .udp])
        #expect(vpc.targetGroups.allSatisfy { $0.targets.map(\.port) == [80] && $0.preservesClientIP })
    }

    @Test(
        "listeners",
        arguments: [
            (
                #""Protocol": "TLS", "DefaultActions": [{"Type": "forward", "TargetGroupArn": "t1"}]"#,
                "the listener 80 of `front` ends TLS"
            ),
            (#""Protocol": "TCP_QUIC", "DefaultActions": []"#, "speaks TCP_QUIC"),
            (#""Protocol": "TCP""#, "the listener 80 of `front` has no default action"),
            (
                #""Protocol": "TCP", "DefaultActions": [{"Type": "forward", "TargetGroupArn": "gone"}]"#,
                "does `forward` in a way the lab cannot"
            ),
        ])
    func listeners(listener: String, words: String) {
        let imported = read(listener: listener)
        #expect(imported.says(words, "hint: ") && imported.lab != nil, "\(imported.rendered)")
    }

    @Test(
        "default actions of an application load balancer",
        arguments: [
            (
                #"{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "8443", "Host": "example.org", "StatusCode": "HTTP_302"}}"#,
                ["redirects to port 8443", "redirects with Host `example.org`", "redirects with StatusCode `HTTP_302`"]
            ),
            (
                #"{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTP", "Port": "80"}}"#,
                ["does `redirect` in a way"]
            ),
            (
                #"{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "MessageBody": "later"}}"#,
                ["answers 503 with a text of its own"]
            ),
            (
                #"{"Type": "authenticate-cognito", "Order": 1}, {"Type": "forward", "TargetGroupArn": "t1", "Order": 2}"#,
                ["first does `authenticate-cognito`"]
            ),
            (
                #"{"Type": "jwt-validation", "Order": 1}, {"Type": "forward", "TargetGroupArn": "t1", "Order": 2}"#,
                ["first does `jwt-validation`"]
            ),
            (
                #"{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "t1", "Weight": 9}, {"TargetGroupArn": "t2", "Weight": 1}],"#
                    + #""TargetGroupStickinessConfig": {"Enabled": true}}}"#,
                ["spreads over 2 target groups", "keeps a client at its target group"]
            ),
        ])
    func actions(actions: String, words: [String]) {
        let imported = read(
            kind: "application", listener: #""Protocol": "HTTP", "DefaultActions": [\#(actions)]"#, group: Self.http)
        for words in words { #expect(imported.says("the listener 80 of `front`", words), "\(imported.rendered)") }
    }

    @Test("rules of a listener, with what they ask and where they lead")
    func rules() {
        let rules =
            #"{"LoadBalancerRules": [{"ListenerArn": "l1", "Rules": [{"Priority": "default", "IsDefault": true},"#
            + #"{"Priority": "10", "Conditions": [{"Field": "host-header"}, {"Field": "source-ip"}], "Actions": [{"Type": "forward", "TargetGroupArn": "t1"}]}]}]}"#
        let imported = read(kind: "application", listener: Self.forwardHTTP, group: Self.http, more: ["r.json": rules])
        #expect(imported.says("has the rule 10 on host-header, source-ip: forward `back`", "default action"))
        #expect(!imported.says("LoadBalancerRules`:"))
        #expect(
            read(kind: "application", listener: Self.forwardHTTP, group: Self.http).says(
                "the folder holds no `LoadBalancerRules`"))
    }

    @Test("certificates of the server, and of clients")
    func certificates() {
        let imported = read(
            kind: "application",
            listener: #""Protocol": "HTTPS", "Certificates": [{"CertificateArn": "arn:c1"}],"#
                + #""MutualAuthentication": {"Mode": "verify", "TrustStoreArn": "arn:ts"},"#
                + #""DefaultActions": [{"Type": "forward", "TargetGroupArn": "t1"}]"#, group: Self.http)
        #expect(imported.says("has the certificate arn:c1", "the lab's own authority"))
        #expect(imported.says("asks clients for a certificate (verify)", "let in"))
    }

    @Test(
        "attributes of a target group",
        arguments: [
            ("stickiness.enabled", "true"), ("proxy_protocol_v2.enabled", "true"),
            ("deregistration_delay.timeout_seconds", "5"),
            ("load_balancing.cross_zone.enabled", "true"),
            ("load_balancing.algorithm.type", "least_outstanding_requests"),
            ("slow_start.duration_seconds", "30"), ("something.new", "1"),
            ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "3"),
        ])
    func groupAttributes(key: String, value: String) {
        func attributes(_ value: String) -> [String: String] {
            [
                "a.json":
                    #"{"TargetGroupAttributes": [{"TargetGroupArn": "t1", "Attributes": [{"Key": "\#(key)", "Value": "\#(value)"}]}]}"#
            ]
        }
        let imported = read(listener: Self.forward, more: attributes(value))
        #expect(imported.says("the target group `back` has `\(key)` = \(value)", "hint: "), "\(imported.rendered)")
        let usual = [
            "stickiness.enabled": "false", "proxy_protocol_v2.enabled": "false",
            "deregistration_delay.timeout_seconds": "300",
            "load_balancing.cross_zone.enabled": "false", "load_balancing.algorithm.type": "round_robin",
            "slow_start.duration_seconds": "0",
        ]
        if let usual = usual[key] { #expect(!read(listener: Self.forward, more: attributes(usual)).says("`\(key)`")) }
    }

    @Test("attributes of a load balancer")
    func balancerAttributes() {
        func attributes(_ key: String, _ value: String) -> ImportedLab {
            read(
                listener: Self.forward,
                more: [
                    "a.json":
                        #"{"LoadBalancerAttributes": [{"LoadBalancerArn": "\#(Self.arn)", "Attributes": [{"Key": "\#(key)", "Value": "\#(value)"}]}]}"#
                ])
        }
        #expect(
            attributes("dns_record.client_routing_policy", "availability_zone_affinity").says("`front` has `dns_record")
        )
        #expect(!attributes("access_logs.s3.bucket", "b").says("access_logs"))
        #expect(attributes("new.thing", "b").says("`new.thing` = b", "does not know this setting"))
        #expect(
            read(listener: Self.forward).says(
                "the attributes of the load balancer `front` are not described", "cross-zone"))
        #expect(
            read(listener: Self.forward).says("the attributes of the target group `back` are not described", "kept"))
        #expect(
            read(listener: Self.forward, balancer: #", "IpAddressType": "dualstack""#).says(
                "`front` is of the address type dualstack"))
    }

    @Test(
        "health checks and protocols of a target group",
        arguments: [
            (#""HealthCheckProtocol": "HTTPS", "HealthCheckPath": "/""#, "the health checks of `back` speak HTTPS"),
            (
                #""HealthCheckPort": "9000", "HealthCheckProtocol": "TCP""#,
                "the health checks of `back` go to port 9000"
            ),
            (#""Matcher": {"HttpCode": "200-399"}, "HealthCheckProtocol": "HTTP""#, "when it answers 200-399"),
            (#""HealthCheckEnabled": false"#, "`back` checks no health"),
            (#""HealthCheckPath": "/a b", "HealthCheckProtocol": "HTTP""#, "ask for a path that is none"),
            (#""ProtocolVersion": "GRPC""#, "`back` speaks GRPC"),
            (#""IpAddressType": "ipv6""#, "`back` takes IPv6 targets"),
        ])
    func groups(more: String, words: String) {
        let imported = read(
            listener: Self.forward, group: #""Protocol": "TCP", "Port": 80, "TargetType": "instance", \#(more)"#)
        #expect(imported.says(words, "hint: ") && imported.lab != nil, "\(imported.rendered)")
    }

    @Test("groups of functions and of load balancers; targets elsewhere and taken out by hand")
    func targets() {
        let function = Snapshots.read(
            Self.base.merging([
                "t.json":
                    #"{"TargetGroups": [{"TargetGroupArn": "t9", "TargetGroupName": "fn", "TargetType": "lambda"}]}"#
            ]) { $1 })
        #expect(function.says("`t9` of `TargetGroups` does not say its VPC"), "\(function.rendered)")
        let nested = read(listener: Self.forward, group: #""Protocol": "TCP", "Port": 80, "TargetType": "alb""#)
        #expect(nested.says("`back` is of the type alb") && nested.says("does `forward` in a way the lab cannot"))
        let gateway = read(
            listener: Self.forward, group: #""Protocol": "GENEVE", "Port": 6081, "TargetType": "instance""#)
        #expect(gateway.says("the protocol GENEVE"))
        let far = read(
            listener: Self.forward, group: #""Protocol": "TCP", "Port": 80, "TargetType": "ip""#,
            target:
                #"{"Target": {"Id": "172.16.0.9", "Port": 80}}, {"Target": {"Id": "10.0.1.10", "Port": 80}, "AdministrativeOverride": {"State": "zonal_shift_active"}}"#
        )
        #expect(far.says("the target 172.16.0.9 of `back` is outside `vpc-1`"))
        #expect(far.says("`10.0.1.10` of `back` is taken out by hand"))
        #expect(far.lab?.vpcs.first?.targetGroups.map(\.targets.count) == [1], "\(far.rendered)")
    }

    @Test("a busy load balancer has several interfaces in a zone: one is a node, the others are named")
    func busy() throws {
        func interface(_ number: Int) -> String {
            #"{"NetworkInterfaceId": "eni-\#(number)", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.1.\#(number)","#
                + #""Status": "in-use", "Description": "ELB net/front/1"}"#
        }
        let imported = read(
            listener: Self.forward, more: ["e.json": #"{"NetworkInterfaces": [\#(interface(31)), \#(interface(32))]}"#])
        let balancer = try #require(imported.lab?.vpcs.first?.loadBalancer("front"), "\(imported.rendered)")
        #expect(balancer.nodes.map(\.interface.privateAddress) == [IPv4Address(10, 0, 1, 31)])
        #expect(imported.says("`front` has a further address in zone us-east-1a, 10.0.1.32"))
    }

    @Test("a listener whose load balancer nobody describes")
    func stray() {
        let imported = Snapshots.read(
            Self.base.merging([
                "l.json": #"{"Listeners": [{"ListenerArn": "l9", "LoadBalancerArn": "arn:gone", "Port": 1}]}"#
            ]) { $1 })
        #expect(imported.says("the listener `l9` belongs to a load balancer that is not in the folder"))
    }
}
