import CloudModel
import IPAddressing

extension ReachabilityIndex {
    /// Every node that can ask or be asked, in the order of the lab; an instance by its first interface.
    public var matrixEnds: [MatrixEnd] {
        var seen: Set<String> = []
        let inside = interfaces.indices.compactMap { number -> MatrixEnd? in
            let interface = interfaces[number]
            guard seen.insert(interface.ownerName).inserted else { return nil }
            let canBegin = if case .instance = interface.owner { true } else { false }
            return MatrixEnd(
                name: interface.ownerName, address: interface.address, publicAddress: interface.publicAddress,
                isOnInternet: false, canBegin: canBegin)
        }
        let outside = lab.internet.hosts.map {
            MatrixEnd(
                name: $0.name, address: $0.address, publicAddress: $0.address, isOnInternet: true, canBegin: true)
        }
        return inside + outside
    }
}
