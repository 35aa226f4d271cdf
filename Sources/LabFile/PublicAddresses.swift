import CloudModel
import IPAddressing

/// Auto-assigned public addresses: to instances that ask for one (`public-ip: auto`) or stand in a subnet that gives
/// them (`auto-assign-public-ip: true`), unless they have an Elastic IP.
enum PublicAddresses {
    /// From the end of the pool down, so that they meet the Elastic IPs people choose as late as possible.
    static func give(to lab: inout Lab, source: Source) {
        let pool = lab.internet.publicPool
        var taken = lab.publicAddresses
        var next = pool.last + -1
        for vpcIndex in lab.vpcs.indices {
            let vpc = lab.vpcs[vpcIndex]
            for (index, instance) in vpc.instances.enumerated() where instance.interface.publicAddress == nil {
                guard source.wantsPublicAddress(instance, in: vpc) else { continue }
                while next > pool.base, taken.contains(next) { next = next + -1 }
                guard next > pool.base else {
                    source.error(
                        instance.origin, "the public pool \(pool) has no address left for `\(instance.name)`",
                        hint: "choose a larger `public-pool`")
                    return
                }
                taken.insert(next)
                lab.vpcs[vpcIndex].instances[index].interface.publicAddress = next
            }
        }
    }
}

extension Source {
    fileprivate func wantsPublicAddress(_ instance: Instance, in vpc: VPC) -> Bool {
        if let wish = publicAddressWishes[instance.origin] { return wish }
        // AWS gives none to an instance that starts with several interfaces.
        guard instance.secondaryInterfaces.isEmpty else { return false }
        return vpc.subnet(instance.interface.subnet).map { autoAssigningSubnets.contains($0.origin) } ?? false
    }
}

extension Lab {
    /// Those the file gives.
    fileprivate var publicAddresses: Set<IPv4Address> {
        Set(
            vpcs.flatMap { vpc in
                vpc.natGateways.compactMap(\.elasticIP)
                    + vpc.instances.flatMap(\.interfaces).flatMap(\.associations).compactMap(\.publicAddress)
            })
    }
}
