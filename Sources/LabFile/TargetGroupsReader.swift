import CloudModel
import IPAddressing

/// The `target-groups` section: `app: { http: 8080, targets: [app-a, app-b], health-check: { path: / } }`.
enum TargetGroupsReader {
    static let keys = ["http", "tcp", "udp", "targets", "preserve-client-ip", "health-check"]
    private static let hint = "for example `app: { http: 8080, targets: [app-a, app-b] }`"

    static func read(_ field: Field?) -> [TargetGroup] {
        (field?.nouns(hint) ?? []).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the target group `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys, hint: hint),
                let (transport, port) = transport(table)
            else { return nil }
            let targets = table.need("targets", example: "[app-a]")?.items().compactMap { target($0, port) } ?? []
            let type = type(of: targets, table)
            // [NLB, target groups]: kept for instance targets and for UDP, not for addresses over TCP.
            let keeps = type == .instance || transport == .udp
            return TargetGroup(
                name: entry.name, transport: transport, port: port, targetType: type, targets: targets,
                preservesClientIP: table["preserve-client-ip"]?.boolean() ?? keeps,
                healthCheck: healthCheck(table["health-check"], transport), origin: entry.origin)
        }
    }

    private static func transport(_ table: Table) -> (LoadBalancerListener.TransportProtocol, UInt16)? {
        let present = ["http", "tcp", "udp"].filter { table[$0] != nil }
        guard present.count == 1, let key = present.first else {
            table.error("\(table.what) needs one protocol with its port", hint: hint)
            return nil
        }
        let transports: [String: LoadBalancerListener.TransportProtocol] = ["http": .http, "tcp": .tcp, "udp": .udp]
        guard let port = table[key]?.port(), let transport = transports[key] else { return nil }
        return (transport, port)
    }

    /// `app-a`, `10.0.1.10`, or `{ target: app-a, port: 8081 }`.
    private static func target(_ field: Field, _ port: UInt16) -> Target? {
        var port = port
        var place = field
        if field.isMapping {
            guard
                let table = field.table(of: "a target", keys: ["target", "port"], hint: "for example `app-a`"),
                let named = table.need("target", example: "app-a")
            else { return nil }
            port = table["port"]?.port() ?? port
            place = named
        }
        guard let text = place.text("app-a") else { return nil }
        let destination = IPv4Address(text).map { Target.Destination.address($0) } ?? .instance(text)
        return Target(destination: destination, port: port, origin: place.origin)
    }

    private static func type(of targets: [Target], _ table: Table) -> TargetGroup.TargetType {
        let addresses = targets.count { if case .address = $0.destination { true } else { false } }
        if addresses > 0, addresses < targets.count {
            table.error(
                "\(table.what) mixes instances and addresses", hint: "a target group has targets of one type")
        }
        return addresses > 0 ? .ip : .instance
    }

    private static func healthCheck(
        _ field: Field?, _ transport: LoadBalancerListener.TransportProtocol
    ) -> HealthCheck {
        var check = HealthCheck(path: transport == .http ? "/" : nil)
        guard
            let table = field?.table(
                of: "a health check", keys: ["path", "interval", "timeout", "healthy", "unhealthy"],
                hint: "for example `{ path: /health, interval: 2s, timeout: 1s }`")
        else { return check }
        if let path = table["path"]?.text("/health") { check.path = path }
        if let interval = table["interval"]?.seconds(1...300) { check.interval = Double(interval) }
        check.timeout = min(check.timeout, check.interval)
        if let timeout = table["timeout"]?.seconds(1...120) { check.timeout = Double(timeout) }
        if let count = table["healthy"]?.integer(1...10) { check.healthyThreshold = count }
        if let count = table["unhealthy"]?.integer(1...10) { check.unhealthyThreshold = count }
        return check
    }
}
