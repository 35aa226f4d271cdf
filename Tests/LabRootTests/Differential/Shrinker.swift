import CloudModel

/// Makes a cloud smaller as long as it still shows a difference: what is left is what matters.
struct Shrinker {
    /// How many smaller clouds may be built.
    var budget = 120
    let differs: (Lab) throws -> Bool

    mutating func smallest(_ lab: Lab) throws -> Lab {
        var best = lab
        var isShrinking = true
        while isShrinking && budget > 0 {
            isShrinking = false
            for candidate in Self.smaller(best) where budget > 0 {
                budget -= 1
                if try differs(candidate) {
                    best = candidate
                    isShrinking = true
                    break
                }
            }
        }
        return best
    }

    /// Every lab with one thing less, the largest things first.
    private static func smaller(_ lab: Lab) -> [Lab] {
        var smaller = Smaller(lab: lab)
        for vpc in lab.vpcs.indices where lab.vpcs.count > 1 {
            smaller.without { $0.removeVPC(vpc) }
        }
        smaller.drop(\.internet.hosts, keeping: 1)
        smaller.drop(\.peerings)
        smaller.drop(\.transitGateways)
        for vpc in lab.vpcs.indices {
            smaller.drop(\.vpcs[vpc].loadBalancers)
            smaller.drop(\.vpcs[vpc].endpoints)
            smaller.drop(\.vpcs[vpc].instances, keeping: lab.vpcs.count > 1 ? 0 : 1)
            smaller.drop(\.vpcs[vpc].natGateways)
            smaller.without { $0.vpcs[vpc].internetGateway?.routeTable = nil }
        }
        for vpc in lab.vpcs.indices { insides(of: vpc, &smaller) }
        for gateway in lab.transitGateways.indices {
            for table in lab.transitGateways[gateway].routeTables.indices {
                smaller.drop(\.transitGateways[gateway].routeTables[table].routes)
                smaller.drop(\.transitGateways[gateway].routeTables[table].propagations)
            }
        }
        return smaller.labs
    }

    private static func insides(of vpc: Int, _ smaller: inout Smaller) {
        let model = smaller.lab.vpcs[vpc]
        for index in model.networkACLs.indices {
            smaller.without { lab in
                for subnet in lab.vpcs[vpc].subnets.indices
                where lab.vpcs[vpc].subnets[subnet].networkACL == model.networkACLs[index].name {
                    lab.vpcs[vpc].subnets[subnet].networkACL = nil
                }
                lab.vpcs[vpc].networkACLs.remove(at: index)
            }
            smaller.drop(\.vpcs[vpc].networkACLs[index].ingress)
            smaller.drop(\.vpcs[vpc].networkACLs[index].egress)
        }
        for table in model.routeTables.indices { smaller.drop(\.vpcs[vpc].routeTables[table].routes) }
        for balancer in model.loadBalancers.indices {
            smaller.drop(\.vpcs[vpc].loadBalancers[balancer].nodes)
            smaller.drop(\.vpcs[vpc].loadBalancers[balancer].listeners)
        }
        for group in model.targetGroups.indices { smaller.drop(\.vpcs[vpc].targetGroups[group].targets) }
        for index in model.instances.indices {
            smaller.drop(\.vpcs[vpc].instances[index].secondaryInterfaces)
            smaller.drop(\.vpcs[vpc].instances[index].interface.secondaryAddresses)
            smaller.without { $0.vpcs[vpc].instances[index].interface.publicAddress = nil }
            smaller.without { $0.vpcs[vpc].instances[index].interface.sourceDestinationCheck = true }
            smaller.without { $0.vpcs[vpc].instances[index].interface.securityGroups.removeLast() }
        }
        for group in model.securityGroups.indices {
            smaller.drop(\.vpcs[vpc].securityGroups[group].ingress)
            smaller.without { $0.vpcs[vpc].securityGroups[group].egress = [.everything] }
        }
        // Whose groups nobody asks about.
        smaller.without { lab in
            let used = Set(lab.vpcs[vpc].instances.flatMap(\.interfaces).flatMap(\.securityGroups))
                .union(lab.vpcs[vpc].loadBalancers.flatMap(\.securityGroups))
                .union(lab.vpcs[vpc].endpoints.flatMap(\.interfaces).flatMap(\.securityGroups))
            let named = Set(
                lab.vpcs.flatMap(\.securityGroups).flatMap { $0.ingress + $0.egress }.compactMap {
                    if case .securityGroup(let name) = $0.peer { name } else { nil }
                })
            lab.vpcs[vpc].securityGroups.removeAll { !used.contains($0.name) && !named.contains($0.name) }
        }
    }
}

/// Smaller versions of a lab, gathered.
private struct Smaller {
    let lab: Lab
    private(set) var labs: [Lab] = []

    init(lab: Lab) { self.lab = lab }

    mutating func without(_ change: (inout Lab) -> Void) {
        var smaller = lab
        change(&smaller)
        guard smaller != lab, !smaller.validate().contains(where: { $0.severity == .error }) else { return }
        labs.append(smaller)
    }

    /// Without each element of a list.
    mutating func drop<Element>(_ list: WritableKeyPath<Lab, [Element]>, keeping fewest: Int = 0) {
        for index in lab[keyPath: list].indices where lab[keyPath: list].count > fewest {
            without { $0[keyPath: list].remove(at: index) }
        }
    }
}

extension Lab {
    /// With everything that leads to it.
    fileprivate mutating func removeVPC(_ position: Int) {
        let name = vpcs[position].name
        let lost = Set(peerings.filter { $0.peer(of: name) != nil }.map(\.name))
        peerings.removeAll { lost.contains($0.name) }
        for index in transitGateways.indices {
            let attachments = Set(transitGateways[index].attachments.filter { $0.vpc == name }.map(\.name))
            transitGateways[index].attachments.removeAll { attachments.contains($0.name) }
            for table in transitGateways[index].routeTables.indices {
                transitGateways[index].routeTables[table].propagations.removeAll { attachments.contains($0) }
                transitGateways[index].routeTables[table].routes.removeAll {
                    $0.attachment.map(attachments.contains) ?? false
                }
            }
        }
        let groups = Set(vpcs[position].securityGroups.map(\.name))
        vpcs.remove(at: position)
        for vpc in vpcs.indices {
            for table in vpcs[vpc].routeTables.indices {
                vpcs[vpc].routeTables[table].routes.removeAll {
                    if case .peering(let peering) = $0.target { lost.contains(peering) } else { false }
                }
            }
            for group in vpcs[vpc].securityGroups.indices {
                vpcs[vpc].securityGroups[group].ingress.removeAll { $0.names(groups) }
                vpcs[vpc].securityGroups[group].egress.removeAll { $0.names(groups) }
            }
        }
    }
}

extension SecurityGroupRule {
    fileprivate func names(_ groups: Set<String>) -> Bool {
        if case .securityGroup(let name) = peer { groups.contains(name) } else { false }
    }
}
