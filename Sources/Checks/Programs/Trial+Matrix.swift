import CloudModel
import IPAddressing
import LabRunner
import Probes
import Reachability

extension Trial {
    /// Every address of these nodes on every port that the lab names, tried by packets and predicted by the analysis.
    func matrix(_ node: MadeNode, _ names: [String], _ places: Places) throws -> Observation {
        let model = places.lab.lab
        let index = ReachabilityIndex(model)
        let asker = index.matrixEnds.filter { $0.name == sender }
        let asked = index.matrixEnds.filter { $0.name != sender && (names.isEmpty || names.contains($0.name)) }
        let matrix = ReachabilityMatrix(index, ends: asker + asked.flatMap(\.byAddress), ports: model.portsOfInterest)
        guard !asker.isEmpty, matrix.ends.count > 1 else {
            throw Places.Unknown(description: "the matrix of \(sender) is empty")
        }
        let row = try MatrixVerification(places.lab, matrix).row(0)
        var observation = Observation()
        observation.open = row.reached.map { SocketAddress(address: $0.address, port: $0.port.number) }
        observation.disagreements = row.disagreements.map(\.sentence)
        observation.succeeded = !row.reached.isEmpty
        let asks = (matrix.ends.count - 1) * matrix.ports.count
        observation.saw =
            "\(matrix.ends.count - 1) addresses × \(matrix.ports.count) ports = \(asks) questions, "
            + "\(row.reached.count) answered"
        return observation
    }
}

extension MatrixEnd {
    /// The same node once for each of its addresses, so that everybody asks for all of them.
    fileprivate var byAddress: [MatrixEnd] {
        var inside = self
        inside.publicAddress = isOnInternet ? address : nil
        guard let publicAddress, publicAddress != address else { return [inside] }
        var outside = self
        outside.address = publicAddress
        return [inside, outside]
    }
}

extension MatrixPort {
    /// 0 for an echo request, which has none.
    fileprivate var number: UInt16 {
        switch self {
        case .tcp(let port), .udp(let port): port
        case .ping: 0
        }
    }
}
