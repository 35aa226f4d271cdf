import CloudModel

extension CloudBuilder {
    func listener(_ record: Record, of balancer: String, in vpc: VPC) -> LoadBalancerListener? {
        guard let port = record.integer("Port").flatMap(UInt16.init(exactly:)), port > 0 else {
            record.lost("a listener of `\(balancer)` has no port", "it takes no connection")
            return nil
        }
        guard let transport = record.text("Protocol").flatMap(LoadBalancerListener.TransportProtocol.init(rawValue:))
        else {
            record.lost(
                "the listener \(port) of `\(balancer)` speaks \(ObjectName.shown(record.text("Protocol") ?? ""))",
                "the lab has no such listener: it takes no connection")
            return nil
        }
        if let arn = record.text("ListenerArn") {
            let rules = inventory.find(.listenerRules, arn)?.records("Rules") ?? []
            for rule in rules where rule.flag("IsDefault") != true {
                rule.lost(
                    "the listener \(port) of `\(balancer)` has the rule \(ObjectName.shown(rule.text("Priority") ?? ""))",
                    "the lab only knows the default action: all requests take it")
            }
        }
        return LoadBalancerListener(
            transport: transport, port: port, action: action(record, port: port, of: balancer, in: vpc),
            origin: record.origin)
    }

    private func action(
        _ listener: Record, port: UInt16, of balancer: String, in vpc: VPC
    ) -> LoadBalancerListener.Action {
        let actions = listener.records("DefaultActions").sorted {
            ($0.integer("Order") ?? 0) < ($1.integer("Order") ?? 0)
        }
        for before in actions.dropLast() {
            before.lost(
                "the listener \(port) of `\(balancer)` first does `\(ObjectName.shown(before.text("Type") ?? ""))`",
                "the lab leaves that out")
        }
        guard let last = actions.last else { return .unsupported("nothing") }
        let type = last.text("Type") ?? ""
        switch type {
        case "forward":
            if let name = targetGroupName(last, port: port, of: balancer, in: vpc) {
                return .forward(targetGroup: name)
            }
        case "redirect":
            let redirect = last.record("RedirectConfig")
            let text = redirect?.text("Port") ?? "443"
            if redirect?.text("Protocol") == "HTTPS", let port = UInt16(text), port > 0 {
                return .redirectToHTTPS(port: port)
            }
        case "fixed-response":
            let status = last.record("FixedResponseConfig")?.text("StatusCode").flatMap { Int($0) }
            if let status, 200...599 ~= status { return .fixedResponse(status: status) }
        default: break
        }
        last.lost(
            "the listener \(port) of `\(balancer)` does `\(ObjectName.shown(type))` in a way the lab cannot",
            "its connections lead nowhere")
        return .unsupported(AWSName.made(from: type, limit: 40) ?? "unknown")
    }

    /// The one group, or the heaviest of several.
    private func targetGroupName(_ action: Record, port: UInt16, of balancer: String, in vpc: VPC) -> String? {
        let groups = action.record("ForwardConfig")?.records("TargetGroups") ?? []
        if groups.count > 1 {
            action.lost(
                "the listener \(port) of `\(balancer)` spreads over \(groups.count) target groups",
                "the lab sends all to the one with the greatest weight")
        }
        let heaviest = groups.enumerated().max {
            ($0.element.integer("Weight") ?? 1, -$0.offset) < ($1.element.integer("Weight") ?? 1, -$1.offset)
        }?.element
        guard let arn = action.text("TargetGroupArn") ?? heaviest?.text("TargetGroupArn"),
            let record = inventory.find(.targetGroups, arn), let name = targetGroupName(record)
        else { return nil }
        return vpc.targetGroup(name) == nil ? nil : name
    }
}
