extension Findings {
    /// Every name is well formed, and no two nodes share one.
    mutating func checkNames() {
        if let fault = ObjectName.faultOfLab(lab.name) {
            error(lab.origin, fault, hint: "for example `private-nat`", field: "lab")
        }
        var first: [String: Node] = [:]
        for node in lab.nodes {
            if let fault = ObjectName.faultOfNode(node.name) {
                error(node.origin, fault, hint: "rename this \(node.kind.rawValue)")
            }
            if let other = first[node.name] {
                let place = other.origin == .none ? "" : " (line \(other.origin.line))"
                error(
                    node.origin, "the name `\(node.name)` already belongs to the \(other.kind.rawValue)\(place)",
                    hint: "every node of a lab is a namespace, so its name must be unique in the lab")
            } else {
                first[node.name] = node
            }
        }
        for vpc in lab.vpcs {
            check(vpc.subnets.map { ($0.name, $0.origin) }, kind: "subnet")
            check(vpc.routeTables.map { ($0.name, $0.origin) }, kind: "route table")
            check(vpc.securityGroups.map { ($0.name, $0.origin) }, kind: "security group")
            check(vpc.networkACLs.map { ($0.name, $0.origin) }, kind: "network ACL")
            check(vpc.endpoints.map { ($0.name, $0.origin) }, kind: "endpoint")
            check(vpc.loadBalancers.map { ($0.name, $0.origin) }, kind: "load balancer")
            check(vpc.targetGroups.map { ($0.name, $0.origin) }, kind: "target group")
        }
        check(lab.prefixLists.map { ($0.name, $0.origin) }, kind: "prefix list", of: "lab")
        for gateway in lab.transitGateways {
            check(gateway.routeTables.map { ($0.name, $0.origin) }, kind: "route table", of: "transit gateway")
            check(gateway.attachments.map { ($0.name, $0.origin) }, kind: "attachment", of: "transit gateway")
        }
    }

    private mutating func check(
        _ named: [(name: String, origin: Origin)], kind: String, of owner: String = "VPC"
    ) {
        var seen: Set<String> = []
        for (name, origin) in named {
            if let fault = ObjectName.faultOfObject(name) { error(origin, fault, hint: "rename this \(kind)") }
            if !seen.insert(name).inserted {
                error(origin, "the \(owner) already has a \(kind) named `\(name)`", hint: "rename one of them")
            }
        }
    }
}
