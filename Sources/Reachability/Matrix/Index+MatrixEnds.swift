import CloudModel
import IPAddressing

extension ReachabilityIndex {
    /// Every node that can ask or be asked, in the order of the lab; an instance by its first interface. A
    /// container in mode host is its host, and one in mode none reaches nobody: neither has a row.
    public var matrixEnds: [MatrixEnd] {
        var seen: Set<String> = []
        let neighborhoods = vpcs.map { vpc in
            Set(vpcs.filter { lab.isConnected($0.model, to: vpc.model) }.map(\.model.name))
        }
        let inside = interfaces.indices.compactMap { number -> MatrixEnd? in
            let interface = interfaces[number]
            guard seen.insert(interface.ownerName).inserted else { return nil }
            let canBegin = if case .instance = interface.owner { true } else { false }
            return MatrixEnd(
                name: interface.ownerName, address: interface.address, publicAddress: publicAddress(of: number),
                isOnInternet: false, canBegin: canBegin, vpc: vpcs[interface.vpc].model.name,
                neighborhood: neighborhoods[interface.vpc],
                host: containersOfHost[number] == nil ? nil : interface.ownerName)
        }
        let bridged = containers.compactMap { container -> MatrixEnd? in
            guard let address = container.address else { return nil }
            let host = interfaces[container.host]
            return MatrixEnd(
                name: container.model.name, address: host.address, publicAddress: publicAddress(of: container.host),
                isOnInternet: false, canBegin: true, vpc: vpcs[host.vpc].model.name,
                neighborhood: neighborhoods[host.vpc], host: host.ownerName, bridgeAddress: address)
        }
        let outside = lab.internet.hosts.map {
            MatrixEnd(
                name: $0.name, address: $0.address, publicAddress: $0.address, isOnInternet: true, canBegin: true)
        }
        return inside + bridged + outside
    }

    /// Whom a column of the matrix stands for; hosts of the Internet are who has their address.
    func goal(ofEnd end: MatrixEnd) -> Goal? {
        if let number = containerNamed[end.name] { return Goal(interface: containers[number].host, container: number) }
        return end.isOnInternet ? nil : interfaceOfNode[end.name].map { Goal(interface: $0) }
    }
}
