import CloudModel

/// Makes a cloud smaller as long as it still shows a difference: what is left is what matters.
struct Shrinker {
    /// How many smaller clouds may be built.
    var budget = 60
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
        var labs: [Lab] = []
        func without(_ change: (inout Lab) -> Void) {
            var smaller = lab
            change(&smaller)
            if smaller != lab { labs.append(smaller) }
        }
        for vpc in lab.vpcs.indices {
            for index in lab.vpcs[vpc].instances.indices where lab.vpcs[vpc].instances.count > 1 {
                without { $0.vpcs[vpc].instances.remove(at: index) }
            }
            for index in lab.vpcs[vpc].natGateways.indices { without { $0.vpcs[vpc].natGateways.remove(at: index) } }
            for index in lab.vpcs[vpc].networkACLs.indices {
                without { $0.vpcs[vpc].networkACLs.remove(at: index) }
                for rule in lab.vpcs[vpc].networkACLs[index].ingress.indices {
                    without { $0.vpcs[vpc].networkACLs[index].ingress.remove(at: rule) }
                }
                for rule in lab.vpcs[vpc].networkACLs[index].egress.indices {
                    without { $0.vpcs[vpc].networkACLs[index].egress.remove(at: rule) }
                }
            }
            for table in lab.vpcs[vpc].routeTables.indices {
                for route in lab.vpcs[vpc].routeTables[table].routes.indices {
                    without { $0.vpcs[vpc].routeTables[table].routes.remove(at: route) }
                }
            }
            for group in lab.vpcs[vpc].securityGroups.indices {
                for rule in lab.vpcs[vpc].securityGroups[group].ingress.indices {
                    without { $0.vpcs[vpc].securityGroups[group].ingress.remove(at: rule) }
                }
                without { $0.vpcs[vpc].securityGroups[group].egress = [.everything] }
            }
            for index in lab.vpcs[vpc].instances.indices {
                without { $0.vpcs[vpc].instances[index].interface.publicAddress = nil }
                without { $0.vpcs[vpc].instances[index].interface.sourceDestinationCheck = true }
            }
        }
        for host in lab.internet.hosts.indices where lab.internet.hosts.count > 1 {
            without { $0.internet.hosts.remove(at: host) }
        }
        return labs
    }
}
