import CloudModel

/// A setting of a load balancer or a target group that the lab has not.
private struct Setting {
    /// Values with which it changes nothing; `nil`: no value does.
    let usual: Set<String>?
    /// What follows from any other value.
    let consequence: String

    init(_ usual: Set<String>?, _ consequence: String = "") {
        self.usual = usual
        self.consequence = consequence
    }
}

extension CloudBuilder {
    /// What of a load balancer is not reproduced, one line each.
    func complainOfSettings(ofBalancer record: Record, _ name: String, _ kind: LoadBalancer.Kind) {
        let arn = record.text("LoadBalancerArn") ?? ""
        if let type = record.text("IpAddressType"), type != "ipv4" {
            record.lost(
                "the load balancer `\(name)` is of the address type \(ObjectName.shown(type))",
                "the lab is IPv4 only: its IPv6 addresses are missing")
        }
        if record.text("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic") == "off" {
            record.lost(
                "the load balancer `\(name)` does not ask its groups about what comes by PrivateLink",
                "nothing comes that way in the lab")
        }
        if kind == .network,
            !inventory.describes(.loadBalancerAttributes) || inventory.find(.loadBalancerAttributes, arn) == nil
        {
            record.lost(
                "the attributes of the load balancer `\(name)` are not described",
                "it is taken as not cross-zone; add what `aws elbv2 describe-load-balancer-attributes` prints")
        }
        for attribute in inventory.find(.loadBalancerAttributes, arn)?.records("Attributes") ?? [] {
            complain(of: attribute, "the load balancer `\(name)`", Self.balancerSettings)
        }
    }

    /// What of a target group is not reproduced, one line each.
    func complainOfSettings(
        ofGroup record: Record, _ name: String, _ transport: LoadBalancerListener.TransportProtocol
    ) {
        let arn = record.text("TargetGroupArn") ?? ""
        if let version = record.text("ProtocolVersion"), version != "HTTP1" {
            record.lost(
                "the target group `\(name)` speaks \(ObjectName.shown(version))", "the lab speaks HTTP/1.1 to targets")
        }
        if record.text("IpAddressType") == "ipv6" {
            record.lost("the target group `\(name)` takes IPv6 targets", "the lab is IPv4 only: they are missing")
        }
        if transport == .https || transport == .tls {
            record.lost(
                "the target group `\(name)` speaks \(transport.rawValue) to its targets",
                transport == .https
                    ? "the lab speaks plain HTTP to them" : "the lab hands connections on as clients send them")
        }
        let isNetwork = transport != .http && transport != .https
        if isNetwork, inventory.find(.targetGroupAttributes, arn) == nil, !record.texts("LoadBalancerArns").isEmpty {
            record.lost(
                "the attributes of the target group `\(name)` are not described",
                "client addresses are kept as by AWS's default; add what `aws elbv2 describe-target-group-attributes` prints"
            )
        }
        let attributes = inventory.find(.targetGroupAttributes, arn)?.records("Attributes") ?? []
        let isSticky = attributes.contains { $0.text("Key") == "stickiness.enabled" && $0.text("Value") == "true" }
        for attribute in attributes {
            let key = attribute.text("Key") ?? ""
            if key.hasPrefix("stickiness."), key != "stickiness.enabled", !isSticky { continue }
            if key == "load_balancing.cross_zone.enabled", isAsItsBalancers(attribute, record) { continue }
            complain(of: attribute, "the target group `\(name)`", Self.groupSettings)
        }
    }

    /// A target group may have a cross-zone setting of its own; the lab has the load balancer's.
    private func isAsItsBalancers(_ attribute: Record, _ group: Record) -> Bool {
        let balancers = group.texts("LoadBalancerArns").compactMap { inventory.find(.loadBalancers, $0) }
        return !balancers.isEmpty
            && balancers.allSatisfy { balancer in
                let kind = LoadBalancer.Kind(rawValue: balancer.text("Type") ?? "") ?? .application
                let isOn = isCrossZone(balancer.text("LoadBalancerArn") ?? "", kind)
                return attribute.text("Value") == "\(isOn)"
            }
    }

    private func complain(of attribute: Record, _ owner: String, _ settings: [String: Setting]) {
        guard let key = attribute.text("Key"), let value = attribute.text("Value") else { return }
        let setting = settings[key] ?? settings[String(key.prefix { $0 != "." }) + ".*"]
        if let setting, setting.usual == nil || setting.usual?.contains(value) == true { return }
        attribute.lost(
            "\(owner) has `\(AWSName.printable(String(key.prefix(120))))` = \(ObjectName.shown(value))",
            setting?.consequence ?? "the lab does not know this setting and behaves as without it")
    }

    private static let zones = "the lab sends as long as one target is well"

    /// Keys and usual values [ELB API: LoadBalancerAttribute].
    private static let balancerSettings: [String: Setting] = [
        "load_balancing.cross_zone.enabled": Setting(nil),
        "deletion_protection.enabled": Setting(nil),
        "access_logs.*": Setting(nil),
        "connection_logs.*": Setting(nil),
        "health_check_logs.*": Setting(nil),
        "ipv6.deny_all_igw_traffic": Setting(nil),
        "idle_timeout.timeout_seconds": Setting(["60"], "the lab's forgets silent connections after 60 seconds"),
        "client_keep_alive.seconds": Setting(["3600"], "the lab's keeps connections as nginx does"),
        "routing.http.desync_mitigation_mode": Setting(["defensive"], "the lab's refuses what nginx refuses"),
        "routing.http.drop_invalid_header_fields.enabled": Setting(["false"], "the lab drops what nginx drops"),
        "routing.http.preserve_host_header.enabled": Setting(["false"], "targets may see another `Host`"),
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": Setting(
            ["false"], "targets do not see these headers"),
        "routing.http.xff_client_port.enabled": Setting(["false"], "targets do not see the client's port"),
        "routing.http.xff_header_processing.mode": Setting(["append"], "the lab appends to `X-Forwarded-For`"),
        "routing.http2.enabled": Setting(["true"], "the lab's may speak HTTP/2"),
        "waf.fail_open.enabled": Setting(nil),
        "zonal_shift.config.enabled": Setting(nil),
        "dns_record.client_routing_policy": Setting(
            ["any_availability_zone"], "the lab's name leads to all nodes that are well, in whatever zone"),
        "secondary_ips.auto_assigned.per_subnet": Setting(["0"], "the lab's nodes have one address each"),
    ]

    /// Keys and usual values [ELB API: TargetGroupAttribute].
    private static let groupSettings: [String: Setting] = [
        "preserve_client_ip.enabled": Setting(nil),
        "deregistration_delay.timeout_seconds": Setting(
            ["300"], "the lab lets connections to a target that has gone end by themselves"),
        "deregistration_delay.connection_termination.enabled": Setting(
            ["false"], "the lab lets connections to a target that has gone end by themselves"),
        "stickiness.enabled": Setting(
            ["false"], "the lab keeps no client at a target: each connection may go to another"),
        "stickiness.*": Setting(nil),
        "proxy_protocol_v2.enabled": Setting(
            ["false"], "the lab sends no PROXY header: a target that waits for one does not answer"),
        "load_balancing.cross_zone.enabled": Setting(
            ["use_load_balancer_configuration"],
            "the lab has the load balancer's own setting: targets of other zones are reached, or not, against AWS"),
        "load_balancing.algorithm.type": Setting(["round_robin"], "the lab takes targets in turn"),
        "load_balancing.algorithm.anomaly_mitigation": Setting(["off"], "the lab takes targets in turn"),
        "slow_start.duration_seconds": Setting(["0"], "a new target of the lab has its full share at once"),
        "target_group_health.dns_failover.minimum_healthy_targets.count": Setting(["1", "off"], zones),
        "target_group_health.dns_failover.minimum_healthy_targets.percentage": Setting(["off"], zones),
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": Setting(["1"], zones),
        "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": Setting(["off"], zones),
        "target_health_state.unhealthy.connection_termination.enabled": Setting(
            ["true"], "the lab ends connections to a target that has become ill"),
        "target_health_state.unhealthy.draining_interval_seconds": Setting(
            ["0"], "the lab ends connections to a target that has become ill"),
        "target_failover.*": Setting(nil),
        "lambda.*": Setting(nil),
    ]
}
