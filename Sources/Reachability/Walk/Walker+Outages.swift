import CloudModel

// What has failed neither sends nor receives. Same order as `OutageRules`, the kernel's rules: first of all on the way
// out, last of all on the way in.
extension Walker {
    /// At a network interface; `nil` if it works.
    func meetOutage(at number: Int, outwards: Bool) -> Verdict? {
        guard let outage = index.interfaces[number].outage else { return nil }
        return refuse(
            .badState, outwards ? .deniedOut : .deniedIn, index.interfaceHop(number),
            "\(index.owner(of: number)) is cut off: \(outage) has failed")
    }

    /// At a box that stands in no zone: a gateway, a host of the Internet.
    func meetOutage(at component: Component) -> Verdict? {
        guard !index.lab.outages.isEmpty,
            let outage = index.lab.outages.first(where: { $0.hits(interface: 0, of: component.id, in: nil) })
        else { return nil }
        return refuse(.badState, .deniedIn, Hop(component), "\(component) is cut off: \(outage) has failed")
    }

    /// At a container, whose wire ends at its host: either of them may have failed. A zone takes the hosts away from each
    /// other, not a container from its host.
    func meetOutage(ofContainer number: Int) -> Verdict? {
        let container = index.containers[number]
        return meetOutage(at: container.component) ?? meetOutage(at: index.owner(of: container.host))
    }

    /// At a transit gateway's interface in a zone that has failed.
    func meetOutage(of transitGateway: Int, inZone zone: String, vpc: Int) -> Verdict? {
        guard let outage = index.lab.outages.first(where: { $0 == Outage(.zone, zone) }) else { return nil }
        let hop = index.transitGatewayHop(transitGateway, vpc: vpc)
        return refuse(.badState, .deniedIn, hop, "\(hop.component) is cut off in zone \(zone): \(outage) has failed")
    }
}
