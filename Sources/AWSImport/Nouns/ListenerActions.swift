import CloudModel

/// What a listener does with every connection: its default actions.
struct ListenerActions {
    let cloud: CloudBuilder
    let place: ListenerPlace
    let vpc: VPC

    func action(of listener: Record) -> LoadBalancerListener.Action {
        let actions = listener.records("DefaultActions").enumerated().sorted {
            ($0.element.integer("Order") ?? 0, $0.offset) < ($1.element.integer("Order") ?? 0, $1.offset)
        }.map(\.element)
        for before in actions.dropLast() {
            before.lost(
                "\(place) first does `\(ObjectName.shown(before.text("Type") ?? ""))`",
                "the lab leaves that out: it lets in whom AWS asks first")
        }
        guard let last = actions.last else {
            listener.lost("\(place) has no default action", "its connections lead nowhere")
            return .unsupported("nothing")
        }
        let type = last.text("Type") ?? ""
        let known: LoadBalancerListener.Action? =
            switch type {
            case "forward": forward(last)
            case "redirect": redirect(last)
            case "fixed-response": fixedResponse(last)
            default: nil
            }
        if let known { return known }
        last.lost(
            "\(place) does `\(ObjectName.shown(type))` in a way the lab cannot", "its connections lead nowhere")
        return .unsupported(AWSName.made(from: type, limit: 40) ?? "unknown")
    }

    private func forward(_ action: Record) -> LoadBalancerListener.Action? {
        let config = action.record("ForwardConfig")
        if let stickiness = config?.record("TargetGroupStickinessConfig"), stickiness.flag("Enabled") == true {
            stickiness.lost("\(place) keeps a client at its target group", "the lab has one group for all of them")
        }
        return targetGroupName(action, config).map { .forward(targetGroup: $0) }
    }

    /// The one group, or the heaviest of several.
    private func targetGroupName(_ action: Record, _ config: Record?) -> String? {
        let groups = config?.records("TargetGroups") ?? []
        let heaviest = groups.enumerated().max {
            ($0.element.integer("Weight") ?? 1, -$0.offset) < ($1.element.integer("Weight") ?? 1, -$1.offset)
        }?.element
        guard let arn = action.text("TargetGroupArn") ?? heaviest?.text("TargetGroupArn"),
            let record = cloud.inventory.find(.targetGroups, arn), let name = cloud.targetGroupName(record),
            vpc.targetGroup(name) != nil
        else { return nil }
        if groups.count > 1 {
            action.lost(
                "\(place) spreads over \(groups.count) target groups",
                "the lab sends all to the one with the greatest weight, `\(name)`")
        }
        return name
    }

    private func redirect(_ action: Record) -> LoadBalancerListener.Action? {
        guard let config = action.record("RedirectConfig"), config.text("Protocol") == "HTTPS" else { return nil }
        // `#{port}` is the port of the listener itself.
        let text = config.text("Port") ?? "#{port}"
        guard let port = text == "#{port}" ? place.port : UInt16(text), port > 0 else { return nil }
        if port != 443 {
            config.lost("\(place) redirects to port \(port)", "a lab file can only say 443")
        }
        let usual = ["Host": "#{host}", "Path": "/#{path}", "Query": "#{query}", "StatusCode": "HTTP_301"]
        for (key, value) in usual.sorted(by: { $0.key < $1.key }) {
            guard let own = config.text(key), own != value else { continue }
            config.lost(
                "\(place) redirects with \(key) `\(ObjectName.shown(own))`",
                "the lab redirects with `\(value)`: clients come to another place than in AWS")
        }
        return .redirectToHTTPS(port: port)
    }

    private func fixedResponse(_ action: Record) -> LoadBalancerListener.Action? {
        let config = action.record("FixedResponseConfig")
        guard let status = config?.text("StatusCode").flatMap({ Int($0) }), 200...599 ~= status else { return nil }
        if config?.text("MessageBody")?.isEmpty == false {
            config?.lost("\(place) answers \(status) with a text of its own", "the lab answers with another text")
        }
        return .fixedResponse(status: status)
    }
}
